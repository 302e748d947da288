"""Papers as the visitor sees them: what is needed and why, what the office has, what she has added."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.catalogue import DocumentKind, Reason, Text, catalogue
from casework.catalogue.flow import needed_papers
from casework.models import Case, Page, Requirement
from casework.queries import requirements_of
from casework.workflow import RequirementState
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
    again: Reason | None = None  # why it has to be sent again
    files: list[dict[str, Any]] = field(default_factory=list)

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
    if case is not None:
        for requirement in sorted(requirements_of(case), key=lambda r: ORDER.index(r.state)):
            if requirement.state != RequirementState.WAIVED and requirement.kind not in found:
                found[requirement.kind] = _of_case(requirement)
    for paper in needed_papers(service_of(draft), draft.answers):
        wanted = found.setdefault(paper.kind, Wanted(catalogue().document_kind(paper.kind)))
        wanted.why, wanted.people, wanted.required = paper.why, paper.people, paper.required
        wanted.from_others = paper.comes_from == "someone_else"
    for kind, files in files_of(draft).items():
        found.setdefault(kind, Wanted(catalogue().document_kind(kind), required=False)).files = files
    return list(found.values())


def one_paper(draft: Draft, case: Case | None, kind: DocumentKind) -> Wanted:
    for wanted in wanted_papers(draft, case):
        if wanted.kind.key == kind.key:
            return wanted
    return Wanted(kind, required=False)


def _of_case(requirement: Requirement) -> Wanted:
    cat = catalogue()
    rejected = [d.reject_reason for d in requirement.documents.all() if d.reject_reason]
    return Wanted(
        cat.document_kind(requirement.kind),
        why=cat.request_reason(requirement.reason).words if requirement.reason else None,
        note=requirement.note,
        from_others=requirement.comes_from == "someone_else",
        due_on=requirement.due_on,
        state=requirement.state,
        again=cat.reject_reason(rejected[-1])
        if rejected and requirement.state == RequirementState.RESEND
        else None,
    )


def files_of(draft: Draft) -> dict[str, list[dict[str, Any]]]:
    """Kind of paper -> its files, as the list of kept files shows them. Papers without files are left out."""
    kept = DraftFile.objects.filter(paper__draft=draft).select_related("paper", "file").order_by("pk")
    pictures: dict[Any, list[int]] = {}
    pages = Page.objects.filter(file__drafts__paper__draft=draft).order_by("number")
    for file_id, number in pages.values_list("file_id", "number"):
        pictures.setdefault(file_id, []).append(number)
    found: dict[str, list[dict[str, Any]]] = {}
    for one in kept:
        found.setdefault(one.paper.kind, []).append(_file(draft, one, pictures.get(one.file_id, [])))
    return found


def _file(draft: Draft, kept: DraftFile, pictures: list[int]) -> dict[str, Any]:
    file = kept.file
    # Nobody has to read an empty file to know that it is empty.
    problem = file.problem or ("" if file.size else "empty")
    reason = catalogue().problem(problem) if problem else None
    return {
        "id": kept.pk,
        "name": file.name or _("Datei ohne Namen"),
        "size": file.size,
        "pages": file.page_count,
        "reading": file.read_at is None,
        "problem": f"{reason.words} {reason.what_to_do}" if reason else "",
        "pictures": [
            {
                "page": number,
                "small": reverse("web:thumbnail", args=[draft.public_id, kept.pk, number]),
                "large": reverse("web:picture", args=[draft.public_id, kept.pk, number]),
            }
            for number in pictures
        ],
    }
