"""Pages put right by hand: a paper split in two, two papers joined, pages moved to another letter.

A paper never changes: the old one is withdrawn, new ones take its pages, in one transaction, each with its
events and its entry in the register. So every act can be undone, and nothing is overwritten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from casework import actions, arriving
from casework.arriving import PagesTaken
from casework.envelope import Actor, Paper, Upload
from casework.models import Batch, Document, Submission
from casework.reading.splitting import spans

__all__ = ["Change", "Group", "PagesTaken", "batch_of", "join", "move", "pages_of", "split", "undo"]


@dataclass(frozen=True)
class Group:
    """Pages of a stack that are one paper of a letter."""

    letter: int
    kind: str
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Change:
    """What was, and the papers that stand now; enough to undo it."""

    batch: int
    before: tuple[Group, ...]
    after: tuple[int, ...]


class NotThere(Exception):
    """The papers are not what was seen: somebody changed them meanwhile."""


def pages_of(document: Document) -> tuple[int, ...]:
    """Numbers of the pages of a paper from a stack."""
    return tuple(
        number
        for part in document.parts.all()
        for number in range(part.first_page or 1, (part.last_page or 0) + 1)
    )


def batch_of(document: Document) -> Batch | None:
    """The stack a paper's pages come from; None if they come from none, or from several."""
    files = {part.file_id for part in document.parts.all()}
    return Batch.objects.filter(file_id=files.pop()).first() if len(files) == 1 else None


def split(document: Document, page: int, actor: Actor) -> Change:
    """From `page` on it is another paper of the same letter. Errors: NotThere, IllegalTransition."""
    group = _group(document)
    first = tuple(number for number in group.pages if number < page)
    rest = tuple(number for number in group.pages if number >= page)
    if not first or not rest:
        raise NotThere
    parts = [Group(group.letter, group.kind, first), Group(group.letter, group.kind, rest)]
    return _regroup([document], parts, actor)


def join(first: Document, second: Document, actor: Actor) -> Change:
    """Two papers of one letter are one, of the first's kind. Errors: NotThere, IllegalTransition."""
    one, two = _group(first), _group(second)
    if first.pk == second.pk or one.letter != two.letter or batch_of(first) != batch_of(second):
        raise NotThere
    return _regroup(
        [first, second], [Group(one.letter, one.kind, tuple(sorted(one.pages + two.pages)))], actor
    )


def move(
    document: Document, pages: Iterable[int], letter: Submission | None, kind: str, actor: Actor
) -> Change:
    """These pages become a paper of `letter`, or lie in the stack again if it is None.

    Errors: NotThere, IllegalTransition.
    """
    group, chosen = _group(document), tuple(sorted(set(pages)))
    if not chosen or not set(chosen) <= set(group.pages):
        raise NotThere
    rest = tuple(number for number in group.pages if number not in chosen)
    parts = [Group(group.letter, group.kind, rest)] if rest else []
    if letter is not None:
        parts.append(Group(letter.pk, kind, chosen))
    return _regroup([document], parts, actor)


def undo(change: Change, actor: Actor) -> Change:
    """As it was before. Errors: NotThere if the papers were changed again; IllegalTransition; PagesTaken."""
    documents = list(Document.objects.filter(pk__in=change.after))
    if len(documents) != len(change.after):
        raise NotThere
    batch = Batch.objects.get(pk=change.batch)
    return _regroup(documents, change.before, actor, batch)


def _group(document: Document) -> Group:
    return Group(document.submission_id, document.kind, pages_of(document))


def _regroup(
    documents: Sequence[Document], groups: Sequence[Group], actor: Actor, batch: Batch | None = None
) -> Change:
    batch = batch or batch_of(documents[0])
    if batch is None:
        raise NotThere
    with transaction.atomic():
        batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        before = tuple(_group(document) for document in documents)
        for document in documents:
            actions.withdraw_scan(document, actor)
        made: list[int] = []
        for group in groups:
            uploads = tuple(Upload(batch.file_id, "", first, last) for first, last in spans(group.pages))
            letter = Submission.objects.get(pk=group.letter)
            made += [new.pk for new in arriving.add_scan(letter, [Paper(group.kind, uploads)], actor)]
        return Change(batch.pk, before, tuple(made))
