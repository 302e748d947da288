"""Something happened that the person should know. Subject: an event."""

from casework import notices
from casework.models import Event


def run(subject: str) -> None:
    event = Event.objects.filter(pk=subject).first()
    if event is not None:
        notices.collect(event)
