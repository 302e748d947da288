"""Two papers side by side: who may see them, what is shown, what is answered."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from casework.clock import database_now
from casework.models import Case, Document, Event, Page, PageMatch, PagePrint, PaperLikeness
from tests import cast


@pytest.fixture
def likeness(case: Case, payslip: Document) -> PaperLikeness:
    """The payslip came three days before, too; a page of each was compared."""
    earlier = cast.receive(
        cast.paper("payslip"),
        number=payslip.submission.number,
        received_at=database_now() - timedelta(days=3),
    )
    before = Document.objects.get(submission=cast.submission(earlier))
    pages = []
    for document in (payslip, before):
        file = document.parts.get().file
        page = Page.objects.create(
            file=file, number=1, width=1240, height=1754, picture=b"RIFF", thumbnail=b"RIFF"
        )
        file.page_count, file.read_at = 1, database_now()
        file.save()
        PagePrint.objects.create(page=page, imprint=b"")
        pages.append(page)
    PageMatch.objects.create(
        later=pages[0],
        earlier=pages[1],
        verdict="maybe",
        score=0.9,
        reasons=["unclear_figures"],
        differing=[[[0.5, 0.5, 0.1, 0.01], [0.25, 0.5, 0.1, 0.01]]],
        added=[[], [[0.1, 0.1, 0.1, 0.1]]],
    )
    return PaperLikeness.objects.create(
        document=payslip, earlier=before, relation="maybe", outcome="ask", score=0.9
    )


def address(likeness: PaperLikeness, name: str = "likeness") -> str:
    return reverse(f"review:{name}", args=[likeness.document.public_id, likeness.pk])


def test_paper_names_what_is_like_it(likeness: PaperLikeness, deniz: Client) -> None:
    page = deniz.get(reverse("review:document", args=[likeness.document.public_id]))
    assert address(likeness) in page.content.decode()


def test_both_pages_are_shown_with_the_places_marked(likeness: PaperLikeness, deniz: Client) -> None:
    page = deniz.get(address(likeness)).content.decode()
    assert '<rect class="place place--differs" x="612.0" y="869.0" width="140.0" height="33.5"/>' in page
    assert '<rect class="place place--differs" x="302.0" y="869.0" width="140.0" height="33.5"/>' in page
    assert '<rect class="place place--added" x="116.0"' in page


def test_comparing_is_a_look_at_both_papers(likeness: PaperLikeness, deniz: Client) -> None:
    deniz.get(address(likeness))
    looked = Event.objects.filter(kind="document_viewed").values_list("document", flat=True)
    assert set(looked) == {likeness.document_id, likeness.earlier_id}


def test_other_team_sees_nothing_and_answers_nothing(likeness: PaperLikeness, emil: Client) -> None:
    assert emil.get(address(likeness)).status_code == 404
    assert emil.post(address(likeness, "likeness_answer"), {"answer": "same"}).status_code == 404
    likeness.refresh_from_db()
    assert likeness.answer == ""


def test_paper_in_a_case_of_another_team_hides_the_comparison(likeness: PaperLikeness, deniz: Client) -> None:
    other = cast.case_of(
        cast.receive(cast.paper(), sender=cast.amira(family_name="Zander", given_name="Zoe"))
    )
    likeness.earlier.submission.case = other
    likeness.earlier.submission.save(update_fields=["case"])
    _, south = cast.teams()
    other.team = south
    other.save(update_fields=["team"])
    assert deniz.get(address(likeness)).status_code == 404


@pytest.mark.parametrize("answer", ["same", "not_same"])
def test_answer_is_kept_with_its_event_and_can_be_taken_back(
    likeness: PaperLikeness, deniz: Client, answer: str
) -> None:
    assert deniz.post(address(likeness, "likeness_answer"), {"answer": answer}).status_code == 302
    likeness.refresh_from_db()
    assert (likeness.answer, likeness.answered_by) == (answer, cast.deniz())
    assert Event.objects.get(kind="likeness_answered").data["answer"] == answer
    deniz.post(address(likeness, "likeness_answer"), {"answer": "undone"})
    likeness.refresh_from_db()
    assert likeness.answer == ""


@pytest.mark.parametrize("answer", ["", "separated", "<script>", "link"])
def test_answer_that_is_none_is_refused(likeness: PaperLikeness, deniz: Client, answer: str) -> None:
    assert deniz.post(address(likeness, "likeness_answer"), {"answer": answer}).status_code == 404


def test_figures_are_there_without_any_paper(deniz: Client) -> None:
    assert deniz.get(reverse("review:likeness_figures")).status_code == 200
