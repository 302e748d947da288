"""A stack was recognised: what its codes make certain goes to its case. Subject: a file."""

from uuid import UUID

from casework import suggestions
from casework.models import Batch


def run(subject: str) -> None:
    batch = Batch.objects.select_related("file").filter(file__pk=UUID(subject)).first()
    if batch is None:  # sent by one person: it is in its paper already
        return
    try:
        suggestions.take_certain(batch)
    except suggestions.PagesTaken:
        return  # a clerk was quicker with some of them; the rest is proposed to her
