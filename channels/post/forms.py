"""Forms of the mailroom. Dates and times in one line each: letters are registered by keyboard."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.catalogue import catalogue
from casework.clock import BERLIN
from casework.envelope import Sender
from casework.lookup import find_people
from casework.models import StoredFile, User
from casework.people import by_customer_number
from casework.workflow import CaseState
from channels import fields
from channels.post.adapter import PAPERS, Letter
from channels.post.typed import read_birth_date, read_number, read_past_day, read_time

OLD_AFTER = timedelta(days=60)


def _text(label: Any, limit: int = 120, **options: Any) -> fields.TextField:
    return fields.TextField(label=label, limit=limit, required=False, **options)


def _sheets() -> fields.ReadField:
    return fields.ReadField(
        label=gettext_lazy("Blätter"),
        read=fields.whole_number(1, 5000),
        required=False,
        widget=_narrow(numeric=True),
    )


def _narrow(*, numeric: bool = False, **attrs: str) -> forms.TextInput:
    return forms.TextInput({"autocomplete": "off", **({"inputmode": "numeric"} if numeric else {}), **attrs})


def service_choices() -> list[tuple[str, str]]:
    """Papers first: most letters are that; the others are applications, whose day then counts."""
    services = sorted(catalogue().services(), key=lambda service: service.key != PAPERS)
    return [(service.key, str(service.name)) for service in services]


class PostForm(forms.Form):
    use_required_attribute = False  # errors are ours to word, not the browser's
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def cleaned_key(self) -> uuid.UUID:
        """The key of the form shown; of one sent without it, a new one."""
        key: uuid.UUID | None = self.cleaned_data.get("key")
        return key or uuid.uuid4()


class SenderForm(PostForm):
    """What can be read on a letter; all of it may be missing."""

    family_name = _text(gettext_lazy("Nachname"))
    given_name = _text(gettext_lazy("Vorname"))
    birth_date = fields.ReadField(
        label=gettext_lazy("Geburtsdatum"),
        read=read_birth_date,
        required=False,
        widget=_narrow(placeholder="TT.MM.JJJJ"),
    )
    customer_number = fields.ReadField(
        label=gettext_lazy("Kundennummer"), read=fields.customer_number, required=False, widget=_narrow()
    )
    household_number = fields.ReadField(
        label=gettext_lazy("BG-Nummer"),
        read=fields.household_number,
        required=False,
        widget=_narrow(),
    )
    number = fields.ReadField(
        label=gettext_lazy("Fall-Code, Eingangs-Nummer"), read=read_number, required=False, widget=_narrow()
    )
    sheets = _sheets()
    service = forms.ChoiceField(label=gettext_lazy("Was ist in dem Brief?"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["service"].choices = service_choices()  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["service"].initial = PAPERS

    def sender(self) -> Sender:
        given = self.cleaned_data
        return Sender(
            given_name=given["given_name"],
            family_name=given["family_name"],
            birth_date=given["birth_date"],
            customer_number=given["customer_number"] or "",
            household_number=given["household_number"] or "",
        )

    def letter(self, arrived_on: date) -> Letter:
        """A letter with nothing but what stands in this form, arrived on that day."""
        given = self.cleaned_data
        return Letter(
            arrived_on=arrived_on,
            sender=self.sender(),
            number=given["number"] or "",
            sheets=given["sheets"],
            service=given["service"] or PAPERS,
        )


class ArrivalForm(PostForm):
    """When it reached the office. Never in the future; long ago only if that is confirmed."""

    arrived_on = fields.ReadField(
        label=gettext_lazy("Eingang am"),
        read=read_past_day,
        widget=_narrow(placeholder="TT.MM.JJJJ"),
        error_messages={"required": gettext_lazy("Geben Sie ein, wann der Brief angekommen ist.")},
    )
    confirm_old = forms.BooleanField(label=gettext_lazy("Ja, das Eingangsdatum stimmt"), required=False)

    @property
    def asks_confirmation(self) -> bool:
        """Whether to offer the tick for a day long ago (once the form was sent with such a day)."""
        return self.is_bound and self.errors is not None and self._is_old()

    def _is_old(self) -> bool:
        day = getattr(self, "read_arrival", None)
        return day is not None and timezone.localdate() - day > OLD_AFTER

    def clean_arrived_on(self) -> date:
        day: date = self.cleaned_data["arrived_on"]
        self.read_arrival = day
        if self._is_old() and not self.data.get(self.add_prefix("confirm_old")):
            message = _(
                "Das Datum liegt mehr als 60 Tage zurück. Bitte bestätigen Sie es oder ändern Sie es."
            )
            raise ValidationError(message, "old")
        return day


class RegisterForm(ArrivalForm, SenderForm):
    """One letter. `find` looks for the person or case it is about; `about` is what was chosen of it."""

    emptied_on = fields.ReadField(
        label=gettext_lazy("Briefkasten geleert am"),
        read=read_past_day,
        required=False,
        widget=_narrow(placeholder="TT.MM.JJJJ"),
    )
    emptied_time = fields.ReadField(
        label=gettext_lazy("Uhrzeit"), read=read_time, required=False, widget=_narrow(placeholder="7:30")
    )
    postmark_on = fields.ReadField(
        label=gettext_lazy("Datum des Poststempels"),
        read=read_past_day,
        required=False,
        widget=_narrow(placeholder="TT.MM.JJJJ"),
    )
    other_office = _text(gettext_lazy("Zuerst angekommen bei"), 200)
    other_office_on = fields.ReadField(
        label=gettext_lazy("Dort angekommen am"),
        read=read_past_day,
        required=False,
        widget=_narrow(placeholder="TT.MM.JJJJ"),
    )
    find = _text(gettext_lazy("Person oder Fall suchen"), 200)
    about = forms.ChoiceField(label=gettext_lazy("Gehört zu"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.is_bound:  # straight to what can be read on the next letter
            self.fields["family_name"].widget.attrs["autofocus"] = True
        self.looked_for = str(self.data.get("find", "")).strip()
        found = find_people(user, self.looked_for) if self.looked_for else []
        self.found = bool(found)
        self.fields["about"].choices = about_choices(found)  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def has_to_choose(self) -> bool:
        """Whether somebody was searched whose results have not been seen yet."""
        return bool(self.looked_for) and self.looked_for != str(self.data.get("found_for", "")).strip()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self._check_emptied(given)
        arrived: date | None = given.get("arrived_on")
        for name in ("postmark_on", "other_office_on"):
            if arrived and given.get(name) and given[name] > arrived:
                self.add_error(name, _("Prüfen Sie das Datum. Es liegt nach dem Eingang bei uns."))
        if (
            given.get("other_office")
            and not given.get("other_office_on")
            and not self.has_error("other_office_on")
        ):
            self.add_error("other_office_on", _("Geben Sie auch ein, wann der Brief dort angekommen ist."))
        if given.get("other_office_on") and not given.get("other_office"):
            self.add_error("other_office", _("Geben Sie auch ein, bei welcher Stelle der Brief war."))
        return given

    def _check_emptied(self, given: dict[str, Any]) -> None:
        day, at = given.get("emptied_on"), given.get("emptied_time")
        given["emptied_at"] = None
        if day and at is None and not self.has_error("emptied_time"):
            self.add_error("emptied_time", _("Geben Sie auch die Uhrzeit ein."))
        if at is not None and not day and not self.has_error("emptied_on"):
            self.add_error("emptied_on", _("Geben Sie auch den Tag ein."))
        if not day or at is None:
            return
        given["emptied_at"] = datetime.combine(day, at, BERLIN)
        if given["emptied_at"] > timezone.now():
            self.add_error("emptied_time", _("Prüfen Sie die Uhrzeit. Sie liegt in der Zukunft."))
        elif given.get("arrived_on") and day < given["arrived_on"]:
            message = _("Prüfen Sie den Tag. Der Briefkasten wurde vor dem Eingang geleert.")
            self.add_error("emptied_on", message)

    def whole_letter(self) -> Letter:
        given = self.cleaned_data
        what, _sep, chosen = (given["about"] or "").partition(":")
        return Letter(
            arrived_on=given["arrived_on"],
            emptied_at=given["emptied_at"],
            sender=self.sender(),
            number=given["number"] or "",
            sheets=given["sheets"],
            postmark_on=given["postmark_on"],
            other_office=given["other_office"],
            other_office_on=given["other_office_on"],
            service=given["service"] or PAPERS,
            person_id=uuid.UUID(chosen) if what == "person" else None,
            case_id=uuid.UUID(chosen) if what == "case" else None,
        )


def about_choices(found: list[Any]) -> list[tuple[str, str]]:
    """Each person found, and her open cases; first: leave it open."""
    choices = [("", _("Noch offen lassen"))]
    for person in found:
        name = describe(person)
        open_cases = [case for case in person.cases.all() if case.state == CaseState.OPEN]
        for case in open_cases:
            service = catalogue().service(case.service, version=case.service_version).name
            choices.append((f"case:{case.public_id}", f"{name}: {service}"))
        if len(open_cases) != 1:
            choices.append((f"person:{person.public_id}", name))
    return choices


def describe(person: Any) -> str:
    """A person in one line, so that two of the same name can be told apart."""
    parts = [person.name or _("Ohne Namen")]
    if person.birth_date:
        parts.append(_("geboren %(day)s") % {"day": person.birth_date.strftime("%d.%m.%Y")})
    if person.customer_number:
        parts.append(person.customer_number)
    return ", ".join(parts)


class BatchForm(ArrivalForm):
    file = forms.FileField(
        label=gettext_lazy("Datei vom Scanner"),
        allow_empty_file=True,  # what arrived is kept; that it is empty is said on its page
        widget=forms.FileInput({"accept": "application/pdf,image/tiff,.pdf,.tif,.tiff"}),
        error_messages={
            "required": gettext_lazy("Wählen Sie die Datei vom Scanner aus."),
            "invalid": gettext_lazy("Wählen Sie die Datei vom Scanner aus."),
            "missing": gettext_lazy("Wählen Sie die Datei vom Scanner aus."),
        },
    )
    backs = forms.FileField(
        label=gettext_lazy("Rückseiten als zweite Datei"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": "application/pdf,.pdf"}),
    )
    backs_in_order = forms.BooleanField(
        label=gettext_lazy("Die Rückseiten sind in derselben Reihenfolge wie die Vorderseiten"),
        required=False,
    )
    sheets = _sheets()

    def __init__(
        self,
        *args: Any,
        kept: StoredFile | None = None,
        kept_backs: StoredFile | None = None,
        **options: Any,
    ) -> None:
        """`kept`, `kept_backs`: files that came with an earlier try and need not be sent again."""
        super().__init__(*args, **options)
        self.kept, self.kept_backs = kept, kept_backs
        self.fields["file"].required = kept is None

    def too_large(self) -> None:
        limit = settings.MAX_BATCH_BYTES // 1_000_000
        message = _("Die Datei ist zu groß. Es passen höchstens %(limit)d MB. Teilen Sie den Stapel.")
        self.add_error("file", ValidationError(message, "too_large", {"limit": limit}))


NEW_LETTER = "new"
AS_READ = "as_read"  # the kind that was read on the pages chosen


class SplitForm(PostForm):
    """Which pages are one paper, of which kind, in which letter. Pages by ticks, from–to, or both."""

    page = forms.TypedMultipleChoiceField(coerce=int, required=False)
    first = fields.ReadField(
        label=gettext_lazy("von Seite"),
        read=fields.whole_number(1, None),
        required=False,
        widget=_narrow(numeric=True),
    )
    last = fields.ReadField(
        label=gettext_lazy("bis Seite"),
        read=fields.whole_number(1, None),
        required=False,
        widget=_narrow(numeric=True),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Was ist das für ein Papier?"), required=False)
    letter = forms.ChoiceField(label=gettext_lazy("Zu welchem Brief gehört es?"), required=False)

    def __init__(
        self,
        *args: Any,
        pages: int,
        letters: list[Any],
        kinds: Mapping[int, str] | None = None,
        aside: bool = False,
        **options: Any,
    ) -> None:
        """`kinds`: the kind of paper that was read on each open page, if any."""
        super().__init__(*args, **options)
        self.pages, self.aside, self.kinds = pages, aside, kinds or {}
        named = [(kind.key, str(kind.name)) for kind in catalogue().kinds()]
        first = ("", _("Bitte wählen"))
        if any(self.kinds.values()):
            named.insert(0, (AS_READ, _("Wie auf den Seiten erkannt")))
            self.fields["kind"].initial = AS_READ
        self.fields["page"].choices = [(n, n) for n in range(1, pages + 1)]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [first, *named]  # type: ignore[attr-defined]
        self.fields["letter"].choices = [  # type: ignore[attr-defined]
            ("", _("Bitte wählen")),
            (NEW_LETTER, _("Neuer Brief (noch nicht registriert)")),
            *letters,
        ]

    @property
    def ticked(self) -> set[int]:
        """Pages ticked in what was sent, for showing the form again."""
        sent = self.data.getlist("page") if self.is_bound and hasattr(self.data, "getlist") else []
        return {int(n) for n in sent if n.isdigit()}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        chosen = set(given.get("page") or [])
        first, last = given.get("first"), given.get("last")
        if last and not first and not self.has_error("first"):
            self.add_error("first", _("Geben Sie auch die erste Seite ein."))
        if first:
            last = last or first
            if last < first:
                self.add_error("last", _("Die letzte Seite liegt vor der ersten."))
            elif last > self.pages:
                name = "last" if given.get("last") else "first"
                message = _("Der Stapel hat nur %(pages)d Seiten.") % {"pages": self.pages}
                self.add_error(name, message)
            else:
                chosen |= set(range(first, last + 1))
        given["pages"] = tuple(sorted(chosen))
        if not chosen and not self.errors:
            self.add_error(None, _("Wählen Sie mindestens eine Seite aus."))
        if not self.aside:
            if given.get("kind") == AS_READ and chosen:
                given["kind"] = next((self.kinds[n] for n in sorted(chosen) if self.kinds.get(n)), "")
            if not given.get("kind") and not self.has_error("kind"):
                self.add_error("kind", _("Wählen Sie aus, was für ein Papier das ist."))
            if not given.get("letter") and not self.has_error("letter"):
                self.add_error("letter", _("Wählen Sie aus, zu welchem Brief das Papier gehört."))
        return given


class PersonForm(SenderForm):
    """A person the office does not know yet; a name is needed, so that she can be found again."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("number", "sheets", "service"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("family_name") and not self.has_error("family_name"):
            self.add_error("family_name", _("Geben Sie den Nachnamen ein."))
        if given.get("customer_number") and by_customer_number(given["customer_number"]):
            message = _("Diese Kundennummer hat schon eine andere Person. Suchen Sie nach der Nummer.")
            self.add_error("customer_number", message)
        return given


class ServiceForm(forms.Form):
    """A letter registered as papers turns out to be an application."""

    service = forms.ChoiceField(label=gettext_lazy("Antrag"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(s.key, str(s.name)) for s in catalogue().services() if s.opens_case]
        self.fields["service"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class KindForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Art des Papiers"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(kind.key, str(kind.name)) for kind in catalogue().kinds()]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
