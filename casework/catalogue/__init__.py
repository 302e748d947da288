"""The catalogue: services, document kinds, checklists, reasons and office data, as data an office edits.

``catalogue()`` is the one in use; ``load(folder)`` reads any other. Everything it returns is frozen.
"""

from functools import lru_cache
from pathlib import Path

from casework.catalogue.loader import CatalogueError, load
from casework.catalogue.models import (
    BenefitName,
    Catalogue,
    DocumentKind,
    Office,
    Option,
    PaperRule,
    Question,
    Reason,
    Service,
    Step,
    UnknownEntry,
)
from casework.catalogue.text import Text

__all__ = [
    "DEFAULT_FOLDER",
    "BenefitName",
    "Catalogue",
    "CatalogueError",
    "DocumentKind",
    "Office",
    "Option",
    "PaperRule",
    "Question",
    "Reason",
    "Service",
    "Step",
    "Text",
    "UnknownEntry",
    "catalogue",
    "load",
]

DEFAULT_FOLDER = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue of this office, read once per process; ``CATALOGUE_DIR`` in the settings names another.

    Raises CatalogueError if the data is wrong: a wrong checklist must stop the start, not a claimant.
    """
    from django.conf import settings  # only here: loading a folder needs no Django

    folder = getattr(settings, "CATALOGUE_DIR", None)
    return load(Path(folder) if folder else DEFAULT_FOLDER)
