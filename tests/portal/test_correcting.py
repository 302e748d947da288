"""Correcting what was sent: a submission of its own in the same case; both stay, the first date counts."""

import pytest
from django.test import Client
from django.urls import reverse

from casework.models import Case, Submission
from channels.models import Draft
from channels.web import adapter
from tests import cast, files
from tests.channels.web.walking import AMIRA, ANSWERS, at, form_key, receipt_of, text

pytestmark = pytest.mark.django_db
BORN = {"birth_date_day": "3", "birth_date_month": "7", "birth_date_year": "1991"}


@pytest.fixture
def first() -> Submission:
    ack = adapter.send(service="HA", answers=ANSWERS, papers=[("payslip", [("a.jpg", files.jpeg())])])
    return cast.submission(ack)


def begin(client: Client, first: Submission) -> Draft:
    page = f"/s/{first.secret}/korrigieren/"
    asked = client.get(page)
    assert asked["Location"] == f"/s/{first.secret}/geburtsdatum/?seite=correct"
    assert client.post(asked["Location"], BORN)["Location"] == page
    answer = client.post(page, {"key": form_key(client, page)})
    return Draft.objects.get(public_id=answer["Location"].strip("/").split("/")[1])


def test_the_receipt_leads_to_the_correction(client: Client, first: Submission) -> None:
    assert f"/s/{first.secret}/korrigieren/" in text(client.get(f"/beleg/{first.secret}/"))


def test_a_correction_is_a_submission_of_its_own_and_both_are_visible(
    client: Client, first: Submission
) -> None:
    draft = begin(client, first)
    check = text(client.get(at(draft, "pruefen/")))
    assert "Haddad" in check
    assert "Sie korrigieren Angaben" in check
    client.post(at(draft, "schritt/person/"), {**AMIRA, "given_name": "Amira Leila"})
    second = receipt_of(client.post(at(draft, "pruefen/")))
    first.refresh_from_db()
    assert second.pk != first.pk
    assert second.case == first.case
    assert (first.sender["given_name"], second.sender["given_name"]) == ("Amira", "Amira Leila")
    assert second.corrects == first.number
    case = Case.objects.get()
    assert case.application_day == first.application_day
    assert second.application_day is None
    page = text(client.get(f"/s/{first.secret}"))
    assert "Eine Korrektur Ihrer Angaben ist angekommen." in page
    assert "Korrigiert den Eingang" in text(client.get(f"/beleg/{second.secret}/"))


def test_staff_see_what_a_correction_corrects(client: Client, first: Submission) -> None:
    draft = begin(client, first)
    adapter.submit(draft)
    client.force_login(cast.deniz())
    assert first.case is not None
    assert "Korrektur zu" in text(client.get(reverse("review:case", args=[first.case.public_id])))


def test_nobody_corrects_or_sees_answers_without_the_birth_date(client: Client, first: Submission) -> None:
    page = f"/s/{first.secret}/korrigieren/"
    assert client.post(page, {"key": ""})["Location"].endswith("/geburtsdatum/?seite=correct")
    wrong = client.post(f"/s/{first.secret}/geburtsdatum/?seite=correct", {**BORN, "birth_date_day": "4"})
    assert wrong.status_code == 403
    assert not Draft.objects.exists()
    assert client.get("/s/AAAAAAAAAAAAAAAAAAAAAAAAAA/korrigieren/").status_code == 404


def test_a_double_click_begins_one_correction(client: Client, first: Submission) -> None:
    begin(client, first)
    page = f"/s/{first.secret}/korrigieren/"
    key = form_key(client, page)
    for _ in range(2):
        client.post(page, {"key": key})
    assert Draft.objects.count() == 2  # the one before, and one


def test_papers_alone_have_no_answers_to_correct(client: Client) -> None:
    ack = adapter.send(service="PAPERS", answers=ANSWERS, papers=[("lease", [("a.jpg", files.jpeg())])])
    assert "korrigieren" not in text(client.get(f"/beleg/{ack.secret}/"))
    assert client.get(f"/s/{ack.secret}/korrigieren/").status_code == 404
