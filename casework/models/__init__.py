"""The rows, by module: people, accounts, helpers, cases, submissions, files, log, post, contact, likeness."""

from casework.models.accounts import Holding, Identity
from casework.models.cases import Case, Requirement
from casework.models.contact import (
    AddressChange,
    Appointment,
    CallBack,
    Feedback,
    Message,
    Notice,
    NoticeItem,
    Slot,
)
from casework.models.files import Chunk, Page, StoredFile
from casework.models.guesses import Guess
from casework.models.helpers import CaseHelper, Companion, HelperPerson
from casework.models.likeness import CommonKey, MatchEntry, TermCount
from casework.models.log import Event, Outbox, ReceiptFile, RegisterEntry, RegisterHead
from casework.models.papers import KeyCount, PageKey, PageMatch, PagePrint, PaperLikeness
from casework.models.people import Household, Person, Team, User
from casework.models.post import Batch, BatchPass, CoverSheet, Original, PostbookDay, SetAsidePage, Trouble
from casework.models.submissions import Document, Part, Submission

__all__ = [
    "AddressChange",
    "Appointment",
    "Batch",
    "BatchPass",
    "CallBack",
    "Case",
    "CaseHelper",
    "Chunk",
    "CommonKey",
    "Companion",
    "CoverSheet",
    "Document",
    "Event",
    "Feedback",
    "Guess",
    "HelperPerson",
    "Holding",
    "Household",
    "Identity",
    "KeyCount",
    "MatchEntry",
    "Message",
    "Notice",
    "NoticeItem",
    "Original",
    "Outbox",
    "Page",
    "PageKey",
    "PageMatch",
    "PagePrint",
    "PaperLikeness",
    "Part",
    "Person",
    "PostbookDay",
    "ReceiptFile",
    "RegisterEntry",
    "RegisterHead",
    "Requirement",
    "SetAsidePage",
    "Slot",
    "StoredFile",
    "Submission",
    "Team",
    "TermCount",
    "Trouble",
    "User",
]
