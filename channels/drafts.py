"""What was kept but never sent is forgotten after 14 days, as the privacy page says."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from casework.models import StoredFile
from channels.models import Draft

KEEP = timedelta(days=14)
AT_ONCE = 500  # a sweep stays short


def forget_old() -> int:
    """Delete drafts untouched for 14 days, and files that belong to nothing; return how many drafts."""
    old = Draft.objects.filter(updated_at__lt=Now() - KEEP)[:AT_ONCE]
    count = 0
    for draft in old:
        with transaction.atomic():
            files = list(StoredFile.objects.filter(drafts__paper__draft=draft).values_list("pk", flat=True))
            draft.delete()
            _belonging_to_nothing().filter(pk__in=files).delete()
            count += 1
    # A file chosen at the counter or the desk whose form was never finished.
    stray = _belonging_to_nothing().filter(created_at__lt=Now() - KEEP).values_list("pk", flat=True)
    StoredFile.objects.filter(pk__in=list(stray[:AT_ONCE])).delete()
    return count


def _belonging_to_nothing() -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(
        parts__isnull=True, batch__isnull=True, batch_pass__isnull=True, drafts__isnull=True
    )
