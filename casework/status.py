"""What the holder of a receipt may see: her documents, her case, what is missing, what happens next."""

from dataclasses import dataclass
from datetime import date

from django.utils.crypto import constant_time_compare

from casework import queries, timeline
from casework.catalogue import Text, catalogue
from casework.codes import is_number, tidy
from casework.models import Case, Document, Requirement, Submission
from casework.sight import case_shown_by
from casework.workflow import RequirementState


@dataclass(frozen=True)
class Status:
    submission: Submission  # the one whose receipt was shown
    case: Case | None  # None: not in a case yet, or this receipt may not open it
    in_case: bool
    submissions: list[Submission]  # oldest first; all channels
    requirements: list[Requirement]
    lines: list[timeline.Line]
    service_name: Text
    what_next: Text | None
    waiting_days: int | None  # working days the office publishes, the same for every channel (F2)

    @property
    def first(self) -> Submission:
        """The earliest arrival: its date is the one that counts."""
        return self.submissions[0]

    @property
    def complete_on(self) -> date | None:
        return self.case.complete_on if self.case else None

    @property
    def to_do(self) -> list[Requirement]:
        """What the person still has to send, most urgent first."""
        wanted = (RequirementState.MISSING, RequirementState.RESEND)
        open_ones = [r for r in self.requirements if r.state in wanted]
        return sorted(open_ones, key=lambda r: (r.due_on is None, r.due_on))

    @property
    def has_requests(self) -> bool:
        """Whether a caseworker asked for something: then what follows must be said (SGB I § 66 (3))."""
        return any(r.requested_at for r in self.to_do)

    @property
    def from_others(self) -> list[Requirement]:
        return [r for r in self.requirements if r.state == RequirementState.ELSEWHERE]

    @property
    def documents(self) -> list[Document]:
        return [document for submission in self.submissions for document in submission.documents.all()]


def find(number: str, birth_date: date) -> Submission | None:
    """The submission behind a receipt number or case code, if the birth date fits.

    A case code leads to the case's first submission. The same queries run whether the number exists or not.
    """
    number = tidy(number)
    by_number = Submission.objects.filter(number=number).select_related("case__person").first()
    by_code = Case.objects.filter(code=number).select_related("person").first()
    submission = by_number
    if by_code is not None:
        submission = by_code.submissions.filter(shows_case=True).select_related("case__person").first()
    given = submission.sender.get("birth_date") if submission else None
    if (
        submission is not None
        and submission.case is not None
        and (by_code is not None or submission.shows_case)
    ):
        known = submission.case.person.birth_date
        given = known.isoformat() if known else given
    fits = constant_time_compare(given or "-", birth_date.isoformat())
    return submission if fits and is_number(number) else None


def by_secret(secret: str) -> Submission | None:
    """The submission whose QR code was read."""
    return Submission.objects.filter(secret=secret).select_related("case__person").first()


def submissions_of(submission: Submission, case: Case | None) -> list[Submission]:
    """All of the case that may be seen, oldest first; without one only this submission."""
    mine = Submission.objects.filter(case=case) if case else Submission.objects.filter(pk=submission.pk)
    return list(queries.with_documents(mine).order_by("received_at", "pk"))


def status_of(submission: Submission) -> Status:
    case = case_shown_by(submission)
    submissions = submissions_of(submission, case)
    cat = catalogue()
    key, version = (
        (case.service, case.service_version) if case else (submission.service, submission.service_version)
    )
    return Status(
        submission=submission,
        case=case,
        in_case=submission.case_id is not None,
        submissions=submissions,
        requirements=queries.requirements_of(case) if case else [],
        lines=timeline.for_claimant(case, submissions),
        service_name=cat.service(key, version=version).name,
        what_next=cat.office.what_next.get(key),
        waiting_days=cat.office.waiting_days.get(key),
    )
