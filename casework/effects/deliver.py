"""Send the e-mail that was collected for some minutes. Subject: a notice."""

from casework import notices
from casework.models import Notice


def run(subject: str) -> None:
    if Notice.objects.filter(pk=subject).exists():
        notices.deliver(int(subject))
