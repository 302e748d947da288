"""Drafts that nobody came back to are forgotten, as the privacy page says."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from casework.models import StoredFile
from channels.models import Draft

KEEP = timedelta(days=14)


def forget_old() -> int:
    """Delete drafts untouched for 14 days, with their files unless these were sent; return how many."""
    old = Draft.objects.filter(updated_at__lt=Now() - KEEP)
    count = 0
    for draft in old[:500]:
        with transaction.atomic():
            files = list(StoredFile.objects.filter(drafts__paper__draft=draft).values_list("pk", flat=True))
            draft.delete()
            StoredFile.objects.filter(pk__in=files, parts__isnull=True, batch__isnull=True).delete()
            count += 1
    return count
