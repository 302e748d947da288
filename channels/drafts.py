"""Changing what was not sent yet, and forgetting it after 14 days, as the privacy page says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from casework.models import StoredFile
from channels.models import Draft, IncomingFile

KEEP = timedelta(days=14)
AT_ONCE = 500  # a sweep stays short


class AlreadySent(Exception):
    """Sent meanwhile, perhaps in another tab: nothing can be changed any more."""


@contextmanager
def changing(draft: Draft) -> Iterator[Draft]:
    """The draft as it is in the database, locked until the change is committed. Errors: AlreadySent."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if locked.sent_at is not None:
            raise AlreadySent
        yield locked


def forget_old() -> int:
    """Delete drafts untouched for 14 days, and files that belong to nothing; return how many drafts."""
    old = Draft.objects.filter(updated_at__lt=Now() - KEEP)[:AT_ONCE]
    count = 0
    for draft in old:
        with transaction.atomic():
            mine = Q(drafts__paper__draft=draft) | Q(incoming__draft=draft)
            files = list(StoredFile.objects.filter(mine).values_list("pk", flat=True))
            draft.delete()
            _belonging_to_nothing().filter(pk__in=files).delete()
            count += 1
    # What never became whole, of a draft that somebody still works on.
    unfinished = IncomingFile.objects.filter(file__sha256="", updated_at__lt=Now() - KEEP)
    half = list(unfinished.values_list("file_id", flat=True)[:AT_ONCE])
    StoredFile.objects.filter(pk__in=half, sha256="").delete()
    # A file chosen at the counter or the desk whose form was never finished.
    stray = _belonging_to_nothing().filter(created_at__lt=Now() - KEEP).values_list("pk", flat=True)
    StoredFile.objects.filter(pk__in=list(stray[:AT_ONCE])).delete()
    return count


def _belonging_to_nothing() -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(
        parts__isnull=True,
        batch__isnull=True,
        batch_pass__isnull=True,
        drafts__isnull=True,
        incoming__isnull=True,
    )
