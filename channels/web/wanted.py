"""Papers as the visitor sees them: what is needed and why, what the office has, what she has added."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.catalogue import DocumentKind, Reason, Text, catalogue
from casework.catalogue.flow import needed_papers
from casework.models import Case, Page, Requirement, Submission
from casework.papers import seen_before
from casework.queries import requirements_of
from casework.workflow import DocumentState, RequirementState
from channels.incoming import unfinished
from channels.models import Draft, DraftFile
from channels.web.drafts import service_of

ORDER = list(RequirementState)


@dataclass
class Wanted:
    """One kind of paper. `state`: of the case's requirement; empty if there is no case yet."""

    kind: DocumentKind
    why: Text | None = None
    note: str = ""  # the caseworker's own words
    people: tuple[str, ...] = ()
    required: bool = True
    from_others: bool = False
    due_on: date | None = None
    state: str = ""
    arrived: Submission | None = None  # by which the paper that counts reached us
    listed: bool = True  # on the list of what is needed, or asked for
    again: Reason | None = None  # why it has to be sent again
    files: list[dict[str, Any]] = field(default_factory=list)
    coming: int = 0  # files that are only partly here

    @property
    def here_already(self) -> bool:
        return self.state in (RequirementState.RECEIVED, RequirementState.ACCEPTED)

    @property
    def open(self) -> bool:
        """Needed, and neither with the office nor among the files."""
        return self.required and not self.files and not self.here_already

    @property
    def problem(self) -> bool:
        return any(file["problem"] for file in self.files)


def wanted_papers(draft: Draft, case: Case | None) -> list[Wanted]:
    """What the case still needs comes first, then what follows from the answers, then what else she added."""
    found: dict[str, Wanted] = {}
    of_helper = draft.sent_by_id is not None
    if case is not None:
        for requirement in sorted(requirements_of(case), key=lambda r: ORDER.index(r.state)):
            if requirement.kind not in found:
                found[requirement.kind] = _of_case(requirement)
                if of_helper:  # what the caseworker wrote is for the claimant
                    found[requirement.kind].note = ""
    for paper in needed_papers(service_of(draft), draft.answers):
        wanted = found.setdefault(paper.kind, Wanted(catalogue().document_kind(paper.kind)))
        wanted.why, wanted.people, wanted.listed = paper.why, paper.people, True
        wanted.required = paper.required and wanted.state != RequirementState.WAIVED
        wanted.from_others = paper.comes_from == "someone_else"
    for kind in [*draft.papers.values_list("kind", flat=True), *(one.kind for one in unfinished(draft))]:
        found.setdefault(kind, _not_listed(catalogue().document_kind(kind)))
    for kind, files in files_of(draft, case).items():
        found[kind].files = files
    for coming in unfinished(draft):
        found[coming.kind].coming += 1
    return list(found.values())


def one_paper(draft: Draft, case: Case | None, kind: DocumentKind) -> Wanted:
    for wanted in wanted_papers(draft, case):
        if wanted.kind.key == kind.key:
            return wanted
    return _not_listed(kind)


def _not_listed(kind: DocumentKind) -> Wanted:
    return Wanted(kind, required=False, listed=False)


def _of_case(requirement: Requirement) -> Wanted:
    cat = catalogue()
    rejected = [d.reject_reason for d in requirement.documents.all() if d.reject_reason]
    standing = [d.submission for d in requirement.documents.all() if d.state != DocumentState.RESEND]
    return Wanted(
        cat.document_kind(requirement.kind),
        why=cat.request_reason(requirement.reason).words if requirement.reason else None,
        note=requirement.note,
        required=requirement.state != RequirementState.WAIVED,
        from_others=requirement.comes_from == "someone_else",
        due_on=requirement.due_on,
        state=requirement.state,
        arrived=min(standing, key=lambda submission: submission.received_at, default=None),
        again=cat.reject_reason(rejected[-1])
        if rejected and requirement.state == RequirementState.RESEND
        else None,
    )


def files_of(draft: Draft, case: Case | None = None) -> dict[str, list[dict[str, Any]]]:
    """Kind of paper -> its files, as the list of kept files shows them. Papers without files are left out.

    `case`: the one the visitor may see; then each file says whether the office has it already.
    """
    kept = DraftFile.objects.filter(paper__draft=draft).select_related("paper", "file")
    pictures: dict[Any, list[tuple[int, int]]] = {}
    pages = Page.objects.filter(file__drafts__paper__draft=draft).order_by("number")
    for file_id, number, turned in pages.values_list("file_id", "number", "turned"):
        pictures.setdefault(file_id, []).append((number, turned))
    found: dict[str, list[dict[str, Any]]] = {}
    for one in kept:
        told = file_of(draft, one, pictures.get(one.file_id, []))
        before = seen_before(one.file, case.pk if case else None)
        told["before"] = before.submission if before else None
        found.setdefault(one.paper.kind, []).append(told)
    return found


def file_of(draft: Draft, kept: DraftFile, pictures: list[tuple[int, int]]) -> dict[str, Any]:
    """A kept file; `pictures`: number of each page there is a picture of, and how far it is turned."""
    file, kind = kept.file, kept.paper.kind
    # Nobody has to read an empty file to know that it is empty.
    problem = file.problem or ("" if file.size else "empty")
    reason = catalogue().problem(problem) if problem else None

    def address(name: str, number: int, turned: int) -> str:
        # The browser keeps pictures for a while: a turned one has another address.
        return f"{reverse(name, args=[draft.public_id, kept.pk, number])}?{turned}"

    return {
        "id": kept.pk,
        "name": file.name or _("Datei ohne Namen"),
        "size": file.size,
        "pages": file.page_count,
        "reading": file.read_at is None,
        "hints": kept.hints.split(),
        "problem": f"{reason.words} {reason.what_to_do}" if reason else "",
        "view": reverse("web:view", args=[draft.public_id, kind, kept.pk, 1]) if pictures else "",
        "pictures": [
            {
                "page": number,
                "turn": f"{kept.pk}.{number}",  # what the button that turns it sends
                "small": address("web:thumbnail", number, turned),
                "large": address("web:picture", number, turned),
            }
            for number, turned in pictures
        ],
    }
