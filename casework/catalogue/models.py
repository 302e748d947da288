"""What a catalogue holds. Frozen; the shapes are checked here, what hangs together in rules.py."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from casework.catalogue.text import Text

QuestionType = Literal[
    "text",
    "long_text",
    "date",
    "yes_no",
    "choice",
    "choices",
    "number",
    "money",
    "email",
    "phone",
    "postcode",
    "customer_number",
    "household_number",
    "iban",
    "pension_number",
]
CHOICE_TYPES = ("choice", "choices")
Offer = Literal["offered", "recommended", "silent"]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
ServiceKey = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]


class UnknownEntry(LookupError):
    """The catalogue has no such service, kind or reason."""


def _pairs(value: Any) -> Any:
    """``{question: [a, b]}`` as pairs, so that the frozen model can be hashed and compared."""
    if not isinstance(value, dict):
        return value
    if not all(isinstance(wanted, list) and wanted for wanted in value.values()):
        raise PydanticCustomError("when", "'when' is written {question: [value, …]}")
    return tuple((question, tuple(wanted)) for question, wanted in value.items())


# All pairs must match; a pair matches if the answer is (or contains) one of its values.
When = Annotated[tuple[tuple[str, tuple[bool | str, ...]], ...], BeforeValidator(_pairs)]


class Entry(BaseModel):
    """Base of everything in the catalogue: frozen, and a typing error in a key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Dated(Entry):
    """An entry with dates of validity, both inclusive; ``valid_until`` empty means until further notice."""

    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Dated":
        if self.valid_until and self.valid_until < self.valid_from:
            raise PydanticCustomError("validity", "'valid_until' lies before 'valid_from'")
        return self

    def is_valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def overlaps(self, other: "Dated") -> bool:
        return self.valid_from <= (other.valid_until or date.max) and other.valid_from <= (
            self.valid_until or date.max
        )


class Option(Entry):
    """One answer to choose. ``exclusive``: means "none of these" and goes with no other option."""

    key: Key
    label: Text
    exclusive: bool = False


class Question(Entry):
    """One question. ``why`` is shown: nobody should have to guess what an answer is for (F8)."""

    key: Key
    type: QuestionType
    label: Text
    help: Text
    why: Text
    example: Text | None = None
    required: bool = True
    options: tuple[Option, ...] = ()
    when: When = ()
    autocomplete: str = ""
    max_length: int | None = Field(default=None, gt=0)
    minimum: int | None = None
    maximum: int | None = None
    # birth: not in the future, at most 120 years ago; past: not in the future.
    date_rule: Literal["any", "birth", "past"] = "any"

    @model_validator(mode="after")
    def _fits_its_type(self) -> "Question":
        if self.type in CHOICE_TYPES and len(self.options) < 2:
            raise PydanticCustomError("options", "'options' are missing: at least two")
        if self.type not in CHOICE_TYPES and self.options:
            raise PydanticCustomError("options", "only choice and choices have 'options'")
        if self.type not in (*CHOICE_TYPES, "yes_no") and self.example is None:
            raise PydanticCustomError("example", "'example' is missing")
        if self.type != "choices" and any(option.exclusive for option in self.options):
            raise PydanticCustomError("options", "only an option of choices can be 'exclusive'")
        if self.date_rule != "any" and self.type != "date":
            raise PydanticCustomError("date_rule", "only a date has a 'date_rule'")
        if self.type != "number" and (self.minimum, self.maximum) != (None, None):
            raise PydanticCustomError("number", "only a number has 'minimum' and 'maximum'")
        return self

    def option_label(self, key: str) -> Text:
        return _find("option", self.options, key).label


class Step(Entry):
    """One page of a service: a question or a small group. ``repeat``: asked up to so many times."""

    key: Key
    title: Text
    intro: Text | None = None
    questions: tuple[Question, ...] = Field(min_length=1)
    when: When = ()
    repeat: int | None = Field(default=None, gt=1)


class PaperRule(Entry):
    """A paper needed if the answers match ``when``; ``members.relation`` looks into a repeated step."""

    kind: Key
    why: Text
    comes_from: Literal["self", "someone_else"] = Field(default="self", alias="from")
    required: bool = True
    due_days: int | None = Field(default=None, gt=0)
    when: When = ()


class Channels(Entry):
    """How this office wants the service to be reached; every office sets its own (F16)."""

    web: Offer
    post: Offer
    desk: Offer


class Words(Entry):
    """The few words that answers need to be read by people."""

    yes: Text
    no: Text
    not_given: Text
    months: tuple[Text, ...] = Field(min_length=12, max_length=12)


class Service(Dated):
    """One version of a service. A running case keeps its version, whatever comes later (F22)."""

    key: ServiceKey
    version: int = Field(gt=0)
    position: int
    name: Text
    summary: Text
    intro: Text
    minutes: int = Field(gt=0)
    opens_case: bool
    opens_case_of: ServiceKey | None = None
    joins: tuple[ServiceKey, ...] = ()
    channels: Channels
    steps: tuple[Step, ...] = Field(min_length=1)
    papers: tuple[PaperRule, ...] = ()
    words: Words

    @property
    def case_service(self) -> str:
        """Key of the service whose case this one opens: a formless application opens one of HA."""
        return self.opens_case_of or self.key

    def step(self, key: str) -> Step:
        return _find("step", self.steps, key)


class DocumentKind(Dated):
    """A kind of paper. Pages of the official forms carry their ``form_code`` (HA, WBA, VÄM)."""

    key: Key
    name: Text
    description: Text
    example: Text
    photo_hint: Text
    form_code: str = ""
    can_be_shown: bool = False


class Reason(Entry):
    """A reason or problem: ``label`` for staff, ``words`` and ``what_to_do`` for the claimant."""

    key: Key
    label: Text
    words: Text
    what_to_do: Text


class Reasons(Entry):
    reject: tuple[Reason, ...] = Field(min_length=1)
    request: tuple[Reason, ...] = Field(min_length=1)
    problems: tuple[Reason, ...] = Field(min_length=1)
    unclear: tuple[Reason, ...] = Field(min_length=1)


class Office(Entry):
    """The office and what it publishes. Waiting days: one figure per service, whatever the channel (F2)."""

    name: Text
    street: str
    postcode: Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
    city: str
    phone: str
    email: str = ""
    opening_hours: Text
    letterbox: Text
    talk_to_us: Text
    if_missing: Text
    due_days: int = Field(gt=0)
    keep_originals_days: int = Field(default=56, gt=0)
    # Whether claimants read the names of staff who opened their file, or only the role (CJEU C-579/21).
    staff_names: bool = False
    what_next: dict[str, Text]
    waiting_days: dict[str, Annotated[int, Field(gt=0)]]


class BenefitName(Dated):
    name: Text


class Catalogue(Entry):
    """Everything, looked up by key. Unknown keys raise UnknownEntry."""

    office: Office
    benefit: tuple[BenefitName, ...]
    document_kinds: tuple[DocumentKind, ...]
    reasons: Reasons
    all_services: tuple[Service, ...]
    words: Words

    def services(self, on: date | None = None) -> list[Service]:
        """The services one can choose on that day, in the order of the start page."""
        day = on or _today()
        return sorted(
            (service for service in self.all_services if service.is_valid(day)), key=lambda s: s.position
        )

    def service(self, key: str, version: int | None = None, on: date | None = None) -> Service:
        """One service: the given version (a stored case), else the one valid on the day (default: today)."""
        day = on or _today()
        for service in self.all_services:
            if service.key != key:
                continue
            if service.is_valid(day) if version is None else service.version == version:
                return service
        raise _unknown("service", f"{key}, version {version}" if version else key)

    def document_kind(self, key: str) -> DocumentKind:
        return _find("document kind", self.document_kinds, key)

    def kinds(self, on: date | None = None) -> list[DocumentKind]:
        """The kinds of paper one can choose on that day."""
        day = on or _today()
        return [kind for kind in self.document_kinds if kind.is_valid(day)]

    @property
    def shown_kinds(self) -> tuple[DocumentKind, ...]:
        """Kinds that may be shown at the desk without being copied (SGB X § 67a: only what is needed)."""
        return tuple(kind for kind in self.document_kinds if kind.can_be_shown)

    @property
    def reject_reasons(self) -> tuple[Reason, ...]:
        return self.reasons.reject

    def reject_reason(self, key: str) -> Reason:
        return _find("reject reason", self.reasons.reject, key)

    @property
    def request_reasons(self) -> tuple[Reason, ...]:
        return self.reasons.request

    def request_reason(self, key: str) -> Reason:
        return _find("request reason", self.reasons.request, key)

    @property
    def problems(self) -> tuple[Reason, ...]:
        return self.reasons.problems

    def problem(self, key: str) -> Reason:
        return _find("problem", self.reasons.problems, key)

    @property
    def unclear_reasons(self) -> tuple[Reason, ...]:
        return self.reasons.unclear

    def unclear_reason(self, key: str) -> Reason:
        return _find("unclear reason", self.reasons.unclear, key)

    def benefit_name(self, on: date | None = None) -> Text:
        """What the benefit is called on that day: its name has changed with the law."""
        day = on or _today()
        for entry in self.benefit:
            if entry.is_valid(day):
                return entry.name
        raise _unknown("name of the benefit for", day.isoformat())


Found = TypeVar("Found", Option, Step, DocumentKind, Reason)


def _find(what: str, entries: Iterable[Found], key: str) -> Found:
    for entry in entries:
        if entry.key == key:
            return entry
    raise _unknown(what, key)


def _unknown(what: str, key: str) -> UnknownEntry:
    return UnknownEntry(f"the catalogue has no {what} {key!r}")


def _today() -> date:
    """Today where the office is: the day of a receipt is a German day."""
    return datetime.now(ZoneInfo("Europe/Berlin")).date()
