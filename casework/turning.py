"""A page put the right way up by hand: our picture of it is turned, the file stays as it came."""

from django.db import transaction

from casework import events
from casework.envelope import Actor
from casework.models import Batch, Page, StoredFile
from casework.reading.handwork import turn, turned_place

QUARTERS = (90, 180, 270)


def turn_page(batch: Batch, number: int, degrees: int, actor: Actor) -> Page:
    """Turn a page of a stack clockwise; what was found on it turns with it. Turn on to undo.

    Errors: ValueError for other angles; Page.DoesNotExist; HandworkFailed (nothing is changed then).
    """
    with transaction.atomic():
        page = turn_picture(batch.file, number, degrees)
        events.record(events.PageTurned(batch.pk, number, degrees), actor, file=batch.file)
    return page


def turn_picture(file: StoredFile, number: int, degrees: int) -> Page:
    """The same for a page of any file; no event, because the file may be of a draft that is thrown away."""
    if degrees not in QUARTERS:
        raise ValueError("a page is turned by quarters")
    with transaction.atomic():
        page = Page.objects.select_for_update().get(file=file, number=number)
        drawn = turn(bytes(page.picture), degrees)
        page.picture, page.thumbnail = drawn.picture, drawn.thumbnail
        page.width, page.height = drawn.width, drawn.height
        page.turned = (page.turned + degrees) % 360
        page.words = [[word[0], *turned_place(word[1:5], degrees), *word[5:]] for word in page.words]
        page.codes = [_turned(code, degrees) for code in page.codes]
        page.fields = [_turned(field, degrees) for field in page.fields]
        page.save(
            update_fields=["picture", "thumbnail", "width", "height", "turned", "words", "codes", "fields"]
        )
    return page


def _turned(found: dict[str, object], degrees: int) -> dict[str, object]:
    place = found.get("place")
    return {**found, "place": turned_place(place, degrees)} if isinstance(place, list) and place else found
