"""The same paper on two channels: found, told, answered, undone."""

from datetime import timedelta
from pathlib import Path

import pytest

from casework import outbox, papers, prints
from casework.clock import database_now
from casework.envelope import Actor, Role
from casework.matching.outcome import Answer
from casework.models import (
    Document,
    Event,
    KeyCount,
    Page,
    PageKey,
    PageMatch,
    PagePrint,
    PaperLikeness,
    StoredFile,
)
from tests import cast
from tests.casework.reading.sheets import LETTER, PAYSLIP, saved, sheet

pytestmark = pytest.mark.django_db(transaction=True)

LONGER = (*PAYSLIP, *LETTER[12:])
CORRECTED = tuple(line.replace("1.398,50", "1.393,50") for line in LONGER)


def arrives(
    tmp_path: Path,
    *pages: tuple[str, ...],
    after: Document | None = None,
    days_ago: int = 0,
    noise: float = 3,
) -> Document:
    """A paper of Amira's; `after`: with the receipt number of an earlier one, so into its case."""
    path = saved([sheet(page, noise=noise) for page in pages], tmp_path / "paper.pdf")
    paper = cast.paper("payslip", path.read_bytes(), "paper.pdf")
    number = after.submission.number if after else ""
    ack = cast.receive(paper, number=number, received_at=database_now() - timedelta(days=days_ago))
    while outbox.sweep():
        pass
    return Document.objects.get(submission=cast.submission(ack))


def deniz() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


def test_second_scan_is_the_same_paper_and_the_earlier_date_counts(tmp_path: Path) -> None:
    first = arrives(tmp_path, LONGER, days_ago=3)
    second = arrives(tmp_path, LONGER, noise=6, after=first)
    (likeness,) = PaperLikeness.objects.all()
    assert (likeness.document, likeness.earlier) == (second, first)
    assert (likeness.relation, likeness.outcome) == ("same", "link")
    event = Event.objects.get(kind="likeness_judged")
    assert (event.document, event.data["other"], event.data["subject"]) == (second.pk, first.pk, "paper")
    told = papers.came_before([second])
    assert told[second.pk].first_day == first.submission.received_at
    assert Document.objects.count() == 2  # nothing is hidden or deleted


def test_corrected_paper_is_not_the_same(tmp_path: Path) -> None:
    first = arrives(tmp_path, LONGER, days_ago=3)
    second = arrives(tmp_path, CORRECTED, after=first)
    likeness = PaperLikeness.objects.get()
    assert likeness.outcome == "ask"
    assert papers.came_before([second]) == {}


def test_more_pages_are_never_told_as_come_before(tmp_path: Path) -> None:
    first = arrives(tmp_path, LONGER, days_ago=3)
    second = arrives(tmp_path, LONGER, LETTER, after=first)
    assert PaperLikeness.objects.get().relation == "more"
    assert papers.came_before([second]) == {}


def test_paper_of_another_case_is_not_told_to_the_claimant(tmp_path: Path) -> None:
    first = arrives(tmp_path, LONGER, days_ago=3)
    second = arrives(tmp_path, LONGER, after=first)
    assert papers.came_before([second])
    second.submission.case, second.submission.person = None, None
    second.submission.save(update_fields=["case", "person"])
    assert papers.came_before([second]) == {}


def test_denied_paper_is_not_told_and_the_answer_can_be_taken_back(tmp_path: Path) -> None:
    first = arrives(tmp_path, LONGER, days_ago=3)
    second = arrives(tmp_path, LONGER, after=first)
    likeness = PaperLikeness.objects.get()
    papers.answer(likeness, Answer.NOT_SAME, deniz())
    assert papers.came_before([second]) == {}
    assert PageMatch.objects.get().denied
    papers.judge_submission(second.submission_id)  # a person's word stands
    likeness.refresh_from_db()
    assert likeness.answer == "not_same"
    papers.answer(likeness, Answer.UNDONE, deniz())
    assert papers.came_before([second])[second.pk].earlier == first
    answers = Event.objects.filter(kind="likeness_answered").order_by("pk")
    assert [event.data["answer"] for event in answers] == ["not_same", "undone"]


def test_comparing_again_changes_nothing(tmp_path: Path) -> None:
    first = arrives(tmp_path, LONGER, days_ago=3)
    second = arrives(tmp_path, LONGER, after=first)
    before = (list(PageMatch.objects.values()), list(PaperLikeness.objects.values()), Event.objects.count())
    papers.compare_file(second.parts.get().file_id)
    assert (
        list(PageMatch.objects.values()),
        list(PaperLikeness.objects.values()),
        Event.objects.count(),
    ) == before


def test_draft_with_the_same_file_is_known_before_it_is_sent(tmp_path: Path) -> None:
    first = arrives(tmp_path, LONGER, days_ago=3)
    content = saved([sheet(LONGER)], tmp_path / "again.pdf").read_bytes()
    upload = cast.paper("payslip", content, "again.pdf").uploads[0]
    while outbox.sweep():
        pass
    file = PagePrint.objects.get(page__file=upload.file_id).page.file
    assert papers.seen_before(file, first.submission.case_id) == first
    assert papers.seen_before(file, None) is None


def test_figures_count_what_came_more_than_once_by_channel(tmp_path: Path) -> None:
    arrives(tmp_path, LONGER, days_ago=3)
    arrives(tmp_path, LONGER)
    found = papers.figures(Document.objects.all(), database_now() - timedelta(days=30))
    assert (found.papers, found.repeated, found.asked, found.undone) == (2, 1, 0, 0)
    assert found.by_channels == [{"later": "web", "first": "web", "number": 1}]


def bare_page() -> Page:
    file = StoredFile.objects.create(name="page")
    return Page.objects.create(file=file, number=1, width=1, height=1, picture=b"", thumbnail=b"")


def test_pages_surely_differ_if_pages_that_are_the_same_do() -> None:
    first, copy, twin, twins_copy = (bare_page() for _ in range(4))
    for later, earlier, verdict in (
        (copy, first, "same"),
        (twins_copy, twin, "same"),
        (twin, first, "corrected"),
        (twins_copy, copy, "maybe"),
    ):
        PageMatch.objects.create(later=later, earlier=earlier, verdict=verdict, score=0.9)
    assert prints.surely_others(twins_copy.pk, copy.pk)
    assert not prints.surely_others(first.pk, copy.pk)


def test_group_in_which_two_pages_surely_differ_is_at_odds() -> None:
    first, copy, twin = (bare_page() for _ in range(3))
    for later, earlier, verdict in ((copy, first, "same"), (twin, copy, "same")):
        PageMatch.objects.create(later=later, earlier=earlier, verdict=verdict, score=0.9)
    group = prints.same_as(first.pk)
    assert group == {first.pk, copy.pk, twin.pk}
    assert not prints.at_odds(group)
    PageMatch.objects.create(later=twin, earlier=first, verdict="corrected", score=0.9)
    assert prints.at_odds(group)


def test_candidates_share_rare_words_and_are_few() -> None:
    pages = [bare_page() for _ in range(prints.CANDIDATES + 10)]
    kept = [PagePrint.objects.create(page=page, imprint=b"") for page in pages]
    rare, frequent = (1, 2), (3, 4)
    PageKey.objects.bulk_create(PageKey(print=one, key=key) for one in kept for key in (*rare, *frequent))
    for key in rare:
        KeyCount.objects.create(key=key, pages=len(kept))
    for key in frequent:
        KeyCount.objects.create(key=key, pages=prints.FREQUENT + 1)
    found = prints.candidates(kept[0])
    assert len(found) == prints.CANDIDATES
    assert kept[0].pk not in found
    KeyCount.objects.filter(key__in=rare).update(pages=prints.FREQUENT + 1)
    assert prints.candidates(kept[0]) == {}


def test_what_waits_for_an_answer_and_what_came_before_is_told(tmp_path: Path) -> None:
    first = arrives(tmp_path, LONGER, days_ago=3)
    second = arrives(tmp_path, CORRECTED, after=first)
    everything = Document.objects.all()
    (waiting,) = papers.to_look_at(everything)
    assert (waiting.document, waiting.earlier) == (second, first)
    assert papers.earlier_of([first, second], everything) == {second.pk: waiting}
    assert not papers.to_look_at(everything.exclude(pk=first.pk))  # both have to be visible
    papers.answer(waiting, Answer.NOT_SAME, deniz())
    assert not papers.to_look_at(everything)
    assert papers.earlier_of([first, second], everything) == {}
