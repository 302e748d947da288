"""Check and send; the doors that need one request."""

import pytest
from django.conf import LazySettings
from django.test import Client

from casework.codes import new_number
from casework.models import Chunk, Submission
from channels.models import Draft, DraftFile
from channels.web import adapter
from tests import cast, files
from tests.channels.web.walking import AMIRA, ANSWERS, at, begin, file, form_key, receipt_of, text

pytestmark = pytest.mark.django_db
FORMLESS, PAPERS = "/antrag/sofort/", "/antrag/unterlagen/"


def test_an_application_with_gaps_names_them_and_can_be_sent(client: Client) -> None:
    draft = begin(client)
    page = text(client.get(at(draft, "pruefen/")))
    assert at(draft, "schritt/person/?pruefen") in page
    assert "Wir wissen noch nicht, von wem das kommt" in page
    assert "Sie können trotzdem jetzt absenden" in page
    sent = receipt_of(client.post(at(draft, "pruefen/")))
    assert (sent.state, sent.channel) == ("unassigned", "web")


def test_sending_twice_gives_one_receipt(client: Client) -> None:
    draft = begin(client)
    first, second = (client.post(at(draft, "pruefen/")) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Submission.objects.count() == 1


def test_helper_and_email_are_sent_along(client: Client) -> None:
    draft = begin(client)
    sent = receipt_of(
        client.post(
            at(draft, "pruefen/"),
            {"notice_email": "amira@example.org", "helper_name": "Lina", "helper_relation": "Tochter"},
        )
    )
    assert (sent.notice_email, sent.helper_name, sent.helper_relation) == (
        "amira@example.org",
        "Lina",
        "Tochter",
    )


def test_a_wrong_email_is_not_sent_and_what_was_typed_stays(client: Client) -> None:
    draft = begin(client)
    page = text(client.post(at(draft, "pruefen/"), {"notice_email": "amira@", "helper_relation": "Tochter"}))
    assert 'value="amira@"' in page
    assert 'value="Tochter"' in page
    assert page.count("Geben Sie auch Ihren Namen an") == 2
    assert Submission.objects.count() == 0


def test_a_file_that_cannot_be_read_back_is_said_plainly_and_nothing_is_lost(client: Client) -> None:
    draft = begin(client)
    client.post(at(draft, "unterlagen/payslip/"), {"files": [file("a.jpg", files.jpeg())]})
    before = bytes(Chunk.objects.get().data)
    Chunk.objects.update(data=b"broken")
    assert "Es ist nichts verloren" in text(client.post(at(draft, "pruefen/")))
    Chunk.objects.update(data=before)
    assert receipt_of(client.post(at(draft, "pruefen/"))).documents.count() == 1


# --- formless


def test_formless_is_sent_in_one_request(client: Client) -> None:
    sent = receipt_of(
        client.post(FORMLESS, {**AMIRA, "key": form_key(client, FORMLESS), "message": "Es eilt."})
    )
    assert sent.case is not None
    assert (sent.case.service, sent.answers["message"]) == ("HA", "Es eilt.")
    assert Draft.objects.count() == 0


def test_formless_from_one_page_twice_is_one_application_other_words_are_another(client: Client) -> None:
    typed = {**AMIRA, "key": form_key(client, FORMLESS)}
    first, second = (client.post(FORMLESS, typed) for _ in range(2))
    other = client.post(FORMLESS, {**typed, "message": "Noch etwas."})
    assert first["Location"] == second["Location"] != other["Location"]
    assert Submission.objects.count() == 2


def test_formless_without_a_name_is_offered_to_be_sent_all_the_same(client: Client) -> None:
    typed = {"given_name": "Amira", "key": form_key(client, FORMLESS)}
    page = text(client.post(FORMLESS, typed))
    assert "Trotzdem absenden" in page
    assert 'value="Amira"' in page
    sent = receipt_of(client.post(FORMLESS, {**typed, "anyway": "1"}))
    assert sent.state == "unassigned"
    assert sent.application_day is not None


def test_formless_with_an_impossible_date_is_not_sent_by_any_button(client: Client) -> None:
    page = text(client.post(FORMLESS, {**AMIRA, "birth_date_month": "13", "anyway": "1"}))
    assert 'value="13"' in page
    assert "Trotzdem absenden" not in page
    assert Submission.objects.count() == 0


def test_formless_receipt_by_email_needs_the_address(client: Client) -> None:
    page = text(client.post(FORMLESS, {**AMIRA, "by_email": "on"}))
    assert page.count("Geben Sie Ihre E-Mail-Adresse an") == 2
    sent = receipt_of(client.post(FORMLESS, {**AMIRA, "by_email": "on", "email": "amira@example.org"}))
    assert sent.notice_email == "amira@example.org"
    plain = receipt_of(client.post(FORMLESS, {**AMIRA, "email": "amira@example.org"}))
    assert plain.notice_email == ""


# --- papers


BORN = {name: value for name, value in AMIRA.items() if name.startswith("birth")}


def one_file(name: str = "brief.jpg", words: str = "Seite") -> dict[str, object]:
    return {"files": [file(name, files.jpeg(words))], "send": "1"}


def test_papers_are_sent_in_one_request(client: Client) -> None:
    sent = receipt_of(client.post(PAPERS, {**one_file(), "key": form_key(client, PAPERS), "kind": "payslip"}))
    assert (sent.state, sent.documents.get().kind) == ("unassigned", "payslip")
    assert (Draft.objects.count(), Submission.objects.count()) == (0, 1)


def test_papers_from_one_page_twice_are_one_submission_other_files_are_another(client: Client) -> None:
    key = {"key": form_key(client, PAPERS)}
    first, second = (client.post(PAPERS, {**one_file(), **key}) for _ in range(2))
    other = client.post(PAPERS, {**one_file(words="anderes"), **key})
    assert first["Location"] == second["Location"] != other["Location"]


def test_papers_at_once_with_number_and_birth_date_go_into_the_case(client: Client) -> None:
    first = adapter.send(service="HA", answers=ANSWERS)
    sent = receipt_of(client.post(PAPERS, {**one_file(), **BORN, "number": first.number}))
    assert sent.case == cast.case_of(first)


def test_papers_with_a_wrong_birth_date_are_kept_but_not_sent(client: Client) -> None:
    first = adapter.send(service="HA", answers=ANSWERS)
    page = text(client.post(PAPERS, {**one_file(), **BORN, "birth_date_day": "4", "number": first.number}))
    assert page.count("Nummer und Geburtsdatum passen nicht zusammen") == 2
    assert "Ihre Dateien sind gespeichert, aber noch nicht abgesendet" in page
    draft = Draft.objects.get()
    assert draft.number == ""
    answer = client.post(at(draft, "nummer/"), {**BORN, "number": first.number}, follow=True)
    assert answer.redirect_chain[-1][0] == at(draft, "unterlagen/")
    sent = receipt_of(client.post(at(draft, "pruefen/")))
    assert (sent.case, sent.documents.count()) == (cast.case_of(first), 1)


def test_an_unknown_number_gets_the_same_words_as_a_wrong_birth_date(client: Client) -> None:
    first = adapter.send(service="HA", answers=ANSWERS)
    wrong = {**BORN, "birth_date_day": "4", "number": first.number}
    unknown = {**BORN, "birth_date_day": "4", "number": new_number()}
    pages = [client.post(PAPERS, typed).context["form"].errors for typed in (wrong, unknown)]
    assert pages[0] == pages[1] != {}


def test_a_known_case_shows_what_it_needs_and_what_it_has(client: Client) -> None:
    first = adapter.send(service="HA", answers=ANSWERS, papers=[("identity_card", [("a.jpg", files.jpeg())])])
    client.post(PAPERS, {**BORN, "number": cast.case_of(first).code})
    draft = Draft.objects.get()
    page = text(client.get(at(draft, "unterlagen/")))
    assert "Ist schon bei uns" in page
    assert "Fehlt noch, bis" in page
    assert "Sie müssen es nicht noch einmal schicken" in text(
        client.get(at(draft, "unterlagen/identity_card/"))
    )


def test_papers_without_a_number_ask_who_sends_them(client: Client) -> None:
    answer = client.post(PAPERS, {"number": "Unfug", "without": "1"}, follow=True)
    assert answer.redirect_chain[-1][0] == at(Draft.objects.get(), "schritt/person/")


def test_going_on_without_the_number_needs_no_birth_date(client: Client) -> None:
    typed = {"number": new_number(), "without": "1"}
    assert client.post(PAPERS, typed).status_code == 302
    draft = Draft.objects.get()
    assert client.post(at(draft, "nummer/"), typed).status_code == 302
    draft.refresh_from_db()
    assert draft.number == ""


def test_a_number_without_birth_date_says_what_is_missing(client: Client) -> None:
    page = text(client.post(PAPERS, {"number": adapter.send(service="HA", answers=ANSWERS).number}))
    assert page.count("Geben Sie auch das Geburtsdatum an.") == 2


def test_a_file_too_large_at_once_keeps_the_others_in_a_draft(client: Client, settings: LazySettings) -> None:
    settings.MAX_FILE_BYTES = 1024 * 1024
    sent = {"files": [file("film.mp4", b"x" * 1024 * 1025), file("a.jpg", files.jpeg())], "send": "1"}
    page = text(client.post(PAPERS, sent))
    assert "„film.mp4“ ist zu groß" in page
    assert [one.file.name for one in DraftFile.objects.select_related("file")] == ["a.jpg"]
    assert Submission.objects.count() == 0


def test_papers_without_any_file_are_not_sent(client: Client) -> None:
    assert "Wählen Sie eine Datei aus" in text(client.post(PAPERS, {"send": "1"}))
    client.post(PAPERS, {"without": "1"})
    page = text(client.post(at(Draft.objects.get(), "pruefen/")))
    assert "Es ist noch keine Datei dabei" in page
    assert Submission.objects.count() == 0


def test_nothing_is_sent_without_the_token_of_the_page() -> None:
    strict = Client(enforce_csrf_checks=True)
    for address in (FORMLESS, PAPERS, "/antrag/weiter/", "/antrag/neu/HA/"):
        assert strict.post(address, AMIRA).status_code == 403
