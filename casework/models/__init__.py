"""The rows. Read a model by its module: people, cases, submissions, files, log, post."""

from casework.models.cases import Case, Requirement
from casework.models.files import Chunk, Page, StoredFile
from casework.models.guesses import Guess
from casework.models.log import Event, Outbox, ReceiptFile, RegisterEntry, RegisterHead
from casework.models.people import Household, Person, Team, User
from casework.models.post import Batch, BatchPass, CoverSheet, Original, PostbookDay, SetAsidePage, Trouble
from casework.models.submissions import Document, Part, Submission

__all__ = [
    "Batch",
    "BatchPass",
    "Case",
    "Chunk",
    "CoverSheet",
    "Document",
    "Event",
    "Guess",
    "Household",
    "Original",
    "Outbox",
    "Page",
    "Part",
    "Person",
    "PostbookDay",
    "ReceiptFile",
    "RegisterEntry",
    "RegisterHead",
    "Requirement",
    "SetAsidePage",
    "StoredFile",
    "Submission",
    "Team",
    "Trouble",
    "User",
]
