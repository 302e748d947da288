"""The rows of papers on the desk's page: files are kept first, so that an error elsewhere loses none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from casework.catalogue import catalogue
from casework.envelope import Actor, Paper, Upload
from casework.models import Case, StoredFile
from casework.workflow import RequirementState
from channels import uploads
from channels.desk.forms import PaperForm

FIRST_ROWS, MORE_ROWS, MOST_ROWS = 3, 3, 40
KEPT_FOR = 24 * 60 * 60  # seconds a form with kept files may lie open


@dataclass(frozen=True)
class KeptFile:
    token: str
    file: StoredFile


class Row:
    """One paper on the page: its form and the files kept for it."""

    def __init__(
        self,
        form: PaperForm,
        number: int,
        kept: Sequence[KeptFile] = (),
        not_kept: Sequence[ValidationError] = (),
    ) -> None:
        self.form, self.number, self.kept, self.not_kept = form, number, list(kept), not_kept
        self._say_not_kept()

    def _say_not_kept(self) -> None:
        for problem in self.not_kept:
            self.form.add_error("copies", problem)

    def quiet(self) -> None:
        """Say nothing yet, except that a file is not kept: it would be gone unnoticed."""
        self.form.quiet()
        self._say_not_kept()

    @property
    def prefix(self) -> str:
        return str(self.form.prefix)

    def paper(self) -> Paper:
        data = self.form.cleaned_data
        return Paper(data["kind"], tuple(Upload(kept.file.pk) for kept in self.kept), shown=data["shown"])


def empty_rows(kinds: Sequence[Any]) -> list[Row]:
    return [Row(PaperForm(kinds=kinds, prefix=_prefix(n)), n + 1) for n in range(FIRST_ROWS)]


def rows_of(
    data: QueryDict, files: MultiValueDict[str, Any], kinds: Sequence[Any], actor: Actor, *, more: bool
) -> list[Row]:
    """The rows as sent, every file in them kept; ``more`` adds empty ones."""
    sent = data.get("rows", "")
    count = min(int(sent), MOST_ROWS) if sent.isdecimal() and len(sent) < 4 else FIRST_ROWS
    rows = [_row(data, files, kinds, actor, number) for number in range(count)]
    for number in range(count, min(count + MORE_ROWS, MOST_ROWS) if more else count):
        rows.append(Row(PaperForm(kinds=kinds, prefix=_prefix(number)), number + 1))
    return rows


def _row(
    data: QueryDict, files: MultiValueDict[str, Any], kinds: Sequence[Any], actor: Actor, number: int
) -> Row:
    prefix = _prefix(number)
    dropped = set(data.getlist(f"{prefix}-drop"))
    tokens = [token for token in data.getlist(f"{prefix}-kept") if token not in dropped]
    kept = [found for token in tokens if (found := _found(token, actor))]
    errors = [ValidationError(_("Wählen Sie die Datei noch einmal aus."))] * (len(tokens) - len(kept))
    for uploaded in files.getlist(f"{prefix}-copies"):
        try:
            file = uploads.keep(uploaded, actor)
        except uploads.TooLarge as error:
            message = _("„%(name)s“ hat %(size)s und ist zu groß. Höchstens %(limit)s passen in eine Datei.")
            values = {
                "name": uploaded.name,
                "size": filesizeformat(error.size),
                "limit": filesizeformat(error.limit),
            }
            errors.append(ValidationError(message, "too_large", values))
        else:
            kept.append(KeptFile(signing.dumps(str(file.pk), salt=_salt(actor)), file))
    form = PaperForm(data, files, kinds=kinds, kept=len(kept) + len(errors), prefix=prefix)
    return Row(form, number + 1, kept, errors)


def _prefix(number: int) -> str:
    return f"papier-{number}"


def _salt(actor: Actor) -> str:
    """Only who kept a file may name it again."""
    return f"desk.kept.{actor.user_id}"


def _found(token: str, actor: Actor) -> KeptFile | None:
    try:
        file_id = UUID(signing.loads(token, salt=_salt(actor), max_age=KEPT_FOR))
    except (signing.BadSignature, ValueError):
        return None
    file = StoredFile.objects.filter(pk=file_id).first()
    return KeptFile(token, file) if file else None


def kinds_for(cases: Sequence[Case]) -> list[Any]:
    """The kinds to choose from: what is still needed first, what we have marked as such (F11)."""
    wanted = (RequirementState.MISSING, RequirementState.RESEND, RequirementState.ELSEWHERE)
    needed: list[str] = []
    there: list[str] = []
    for requirement in (r for case in cases for r in case.requirements.all()):
        (needed if requirement.state in wanted else there).append(requirement.kind)
    names = {kind.key: str(kind.name) for kind in catalogue().document_kinds}
    current = [kind.key for kind in catalogue().kinds()]
    rest = sorted((key for key in current if key not in {*needed, *there}), key=lambda key: names[key])
    groups = [
        (_("Wird noch gebraucht"), dict.fromkeys(needed)),
        (_("Andere Papiere"), rest),
        (_("Haben wir schon"), [key for key in dict.fromkeys(there) if key not in needed]),
    ]
    return [(title, [(key, names[key]) for key in keys]) for title, keys in groups if keys]
