"""States, and the one table of transitions. Nothing else decides what may follow what. No Django."""

from enum import StrEnum


class DocumentState(StrEnum):
    RECEIVED = "received"  # arrived, not yet in a case
    IN_CASE = "in_case"
    OPENED = "opened"  # a member of staff has looked at it
    ACCEPTED = "accepted"
    RESEND = "resend"  # please send again, with a reason
    WITHDRAWN = "withdrawn"  # scanned into the wrong letter; its pages lie in their batch again


class SubmissionState(StrEnum):
    UNASSIGNED = "unassigned"
    IN_CASE = "in_case"
    FORWARDED = "forwarded"  # not ours: handed on to the right office (SGB I § 16 (2))
    MISTAKEN = "mistaken"  # registered by mistake; kept, its receipt says so


class CaseState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class RequirementState(StrEnum):
    """What a claimant has to do about one paper; derived from its documents, never stored."""

    MISSING = "missing"
    ELSEWHERE = "elsewhere"  # comes from someone else, e.g. the employer
    RECEIVED = "received"
    ACCEPTED = "accepted"
    RESEND = "resend"
    WAIVED = "waived"  # not needed after all


class IllegalTransition(Exception):
    """The event may not happen in this state, e.g. somebody else decided meanwhile."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"{event} is not possible in state {state or 'none'}")
        self.state = state
        self.event = event


_D, _S, _C = DocumentState, SubmissionState, CaseState

# (state before, kind of event) -> state after. "" is the state before the first event.
DOCUMENT: dict[tuple[str, str], str] = {
    ("", "received"): _D.RECEIVED,
    ("", "scanned"): _D.RECEIVED,
    (_D.RECEIVED, "joined"): _D.IN_CASE,
    (_D.IN_CASE, "document_opened"): _D.OPENED,
    (_D.IN_CASE, "separated"): _D.RECEIVED,
    (_D.OPENED, "separated"): _D.RECEIVED,
    (_D.ACCEPTED, "separated"): _D.RECEIVED,
    (_D.RESEND, "separated"): _D.RECEIVED,
    (_D.IN_CASE, "document_accepted"): _D.ACCEPTED,
    (_D.OPENED, "document_accepted"): _D.ACCEPTED,
    (_D.IN_CASE, "document_rejected"): _D.RESEND,
    (_D.OPENED, "document_rejected"): _D.RESEND,
    (_D.ACCEPTED, "decision_undone"): _D.OPENED,
    (_D.RESEND, "decision_undone"): _D.OPENED,
    # Not after a decision: that has to be undone first, by who made it.
    (_D.RECEIVED, "scan_withdrawn"): _D.WITHDRAWN,
    (_D.IN_CASE, "scan_withdrawn"): _D.WITHDRAWN,
    (_D.OPENED, "scan_withdrawn"): _D.WITHDRAWN,
    # Paper taken at the desk to be scanned later: its pages are a document of their own.
    (_D.RECEIVED, "replaced_by_scan"): _D.WITHDRAWN,
    (_D.IN_CASE, "replaced_by_scan"): _D.WITHDRAWN,
    (_D.OPENED, "replaced_by_scan"): _D.WITHDRAWN,
    # What happens to its letter afterwards happens without it.
    (_D.WITHDRAWN, "joined"): _D.WITHDRAWN,
    (_D.WITHDRAWN, "separated"): _D.WITHDRAWN,
}
SUBMISSION: dict[tuple[str, str], str] = {
    ("", "received"): _S.UNASSIGNED,
    (_S.UNASSIGNED, "joined"): _S.IN_CASE,
    (_S.IN_CASE, "separated"): _S.UNASSIGNED,
    (_S.UNASSIGNED, "forwarded"): _S.FORWARDED,
    (_S.FORWARDED, "forwarding_undone"): _S.UNASSIGNED,
    (_S.UNASSIGNED, "registered_by_mistake"): _S.MISTAKEN,
    (_S.MISTAKEN, "mistake_undone"): _S.UNASSIGNED,
}
CASE: dict[tuple[str, str], str] = {
    ("", "case_opened"): _C.OPEN,
    (_C.OPEN, "case_closed"): _C.CLOSED,
    (_C.CLOSED, "case_reopened"): _C.OPEN,
}


def after(table: dict[tuple[str, str], str], state: str, event: str) -> str:
    """The state after `event`. Errors: IllegalTransition."""
    try:
        return table[(state, event)]
    except KeyError:
        raise IllegalTransition(state, event) from None


def replayed(table: dict[tuple[str, str], str], kinds: list[str]) -> str:
    """The state after a whole log; kinds the table does not know move nothing."""
    state = ""
    known = {kind for _, kind in table}
    for kind in kinds:
        if kind in known:
            state = after(table, state, kind)
    return state


def requirement_state(document_states: list[str], *, waived: bool, comes_from: str) -> RequirementState:
    """From the documents sent for one requirement, oldest first."""
    if _D.ACCEPTED in document_states:
        return RequirementState.ACCEPTED
    if waived:
        return RequirementState.WAIVED
    if not document_states:
        return RequirementState.ELSEWHERE if comes_from == "someone_else" else RequirementState.MISSING
    if all(state == _D.RESEND for state in document_states):
        return RequirementState.RESEND
    return RequirementState.RECEIVED
