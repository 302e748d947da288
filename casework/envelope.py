"""What a channel hands to the office, and what it gets back. Frozen values, no Django.

Every channel builds an `Envelope` and calls `casework.intake.receive`; nothing else makes a submission.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Channel(StrEnum):
    WEB = "web"
    POST = "post"
    DESK = "desk"


class Role(StrEnum):
    """In which role somebody acted; shown to claimants instead of staff names (CJEU C-579/21)."""

    CLAIMANT = "claimant"
    HELPER = "helper"
    COUNTER = "counter"
    DESK = "desk"
    CASEWORKER = "caseworker"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    role: Role
    user_id: int | None = None


SYSTEM = Actor(Role.SYSTEM)


@dataclass(frozen=True)
class Sender:
    """The person as given, letter by letter; an empty text means not given."""

    given_name: str = ""
    family_name: str = ""
    birth_name: str = ""
    birth_date: date | None = None
    customer_number: str = ""
    household_number: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    email: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True)
class Helper:
    """Who helped or handed over (F9). A companion is not an agent (SGB X § 13).

    `person_id` names a helper of the case (HelperPerson), checked by whoever builds the envelope; without it
    the name is only what somebody typed.
    """

    name: str
    relation: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class Keys:
    """Strong evidence of where this belongs: a number the sender knows, or what staff chose."""

    number: str = ""  # case code or receipt number; counts only together with the birth date
    case_id: UUID | None = None  # chosen by staff
    person_id: UUID | None = None  # chosen by staff
    cover_sheet: str = ""  # code of a sheet of ours that lay in front of the papers


@dataclass(frozen=True)
class Upload:
    """A file already kept byte for byte, or the pages of one that belong to a paper.

    `sha256` is what the sender says the bytes hash to; empty if the sender could not compute it.
    Pages count from 1 and include both ends; None means the whole file.
    """

    file_id: UUID
    sha256: str = ""
    first_page: int | None = None
    last_page: int | None = None


@dataclass(frozen=True)
class Paper:
    """One document: a kind from the catalogue and its files in order.

    `shown` means seen by staff and handed back without a copy.
    """

    kind: str
    uploads: tuple[Upload, ...] = ()
    shown: bool = False


@dataclass(frozen=True)
class Envelope:
    """One submission. `key` makes it repeatable: the same key gives the same `Ack`.

    `received_at` is when it reached the office (BSG B 14 AS 51/18 R); None means now, by the clock of
    the database. `application_day` is set only if it differs from the day of receipt.
    """

    key: UUID
    channel: Channel
    actor: Actor
    service: str
    service_version: int
    sender: Sender = Sender()
    keys: Keys = Keys()
    answers: Mapping[str, object] = field(default_factory=dict)
    papers: tuple[Paper, ...] = ()
    received_at: datetime | None = None
    application_day: date | None = None
    note: str = ""
    language: str = "de"
    helper: Helper | None = None
    notice_email: str = ""
    sheets: int | None = None
    postmark_on: date | None = None
    emptied_at: datetime | None = None
    corrects: str = ""  # number of the receipt whose answers these put right; both stay
    other_office: str = ""  # SGB I § 16: receipt at another benefit office counts
    other_office_on: date | None = None


@dataclass(frozen=True)
class Ack:
    """The office has it. Only made after the commit, from the committed rows."""

    submission_id: UUID
    number: str
    secret: str
    received_at: datetime
    repeated: bool = False


class BytesDiffer(Exception):
    """What was read back is not what was sent; nothing was received (and nothing was promised)."""

    def __init__(self, file_id: UUID) -> None:
        super().__init__(f"file {file_id} does not hash to what the sender announced")
        self.file_id = file_id
