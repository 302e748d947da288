"""The desk's pages over HTTP: papers handed over and applications, also when something is typed wrong."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework import people
from casework.codes import grouped
from casework.models import Person, StoredFile, Submission
from channels.desk.papers import FIRST_ROWS
from tests import cast, files
from tests.channels.desk.pages import case_of, day, given, handover, photo, record_url

pytestmark = pytest.mark.django_db


# --- handing over


def test_photo_and_shown_paper_are_received_together(desk: Client, amira: Person) -> None:
    sent = handover(
        case=case_of(amira), **{"papier-0-kind": "lease", "papier-0-copies": [photo("a.jpg"), photo("b.jpg")]}
    )
    sent |= {"papier-1-kind": "identity_card", "papier-1-shown": "on"}
    answer = desk.post(record_url(amira), sent)
    found = Submission.objects.get(channel="desk")
    assert answer.headers["Location"] == reverse("desk:done", args=[found.public_id])
    assert found.case == amira.cases.get()
    lease, card = found.documents.all()
    assert [part.file.name for part in lease.parts.all()] == ["a.jpg", "b.jpg"]
    assert (card.kind, card.shown) == ("identity_card", True)


def test_done_page_offers_both_prints_and_the_next_person(desk: Client, amira: Person) -> None:
    sent = handover(case=case_of(amira), who="helper", helper_name="Sami Haddad", helper_relation="Sohn")
    page = desk.post(
        record_url(amira), sent | {"papier-0-kind": "letter", "papier-0-sheets": "3"}, follow=True
    )
    found = Submission.objects.get(channel="desk")
    text = page.content.decode()
    assert found.sheets == 3
    assert grouped(found.number) in text
    assert reverse("my:receipt_print", args=[found.secret, "a4"]) in text
    assert reverse("my:receipt_print", args=[found.secret, "80mm"]) in text
    assert "Sami Haddad" in text
    assert "wird noch eingelesen" in text


def test_second_click_gives_the_same_receipt_and_says_so(desk: Client, amira: Person) -> None:
    sent = handover(case=case_of(amira)) | {"papier-0-kind": "letter", "papier-0-sheets": "1"}
    first = desk.post(record_url(amira), sent)
    second = desk.post(record_url(amira), sent)
    assert second.headers["Location"] == first.headers["Location"] + "?schon=1"
    assert Submission.objects.filter(channel="desk").count() == 1
    assert "schon aufgenommen" in desk.get(second.headers["Location"]).content.decode()


def test_file_chosen_before_an_error_is_kept_and_received_with_the_next_try(
    desk: Client, amira: Person
) -> None:
    sent = handover(case=case_of(amira), note="eilt") | {"papier-0-copies": [photo("miete.jpg")]}
    wrong = desk.post(record_url(amira), sent)
    row = wrong.context["recording"].rows[0]
    assert row.form.errors == {"kind": ["Wählen Sie aus, was für ein Papier das ist."]}
    assert [kept.file.name for kept in row.kept] == ["miete.jpg"]
    assert "eilt" in wrong.content.decode()
    again = handover(case=case_of(amira)) | {"papier-0-kind": "lease", "papier-0-kept": [row.kept[0].token]}
    desk.post(record_url(amira), again)
    assert Submission.objects.get(channel="desk").documents.get().parts.get().file.name == "miete.jpg"
    assert StoredFile.objects.count() == 1


def test_kept_file_can_be_left_out_again(desk: Client, amira: Person) -> None:
    shown = desk.post(record_url(amira), handover(do="more") | {"papier-0-copies": [photo()]})
    token = shown.context["recording"].rows[0].kept[0].token
    again = handover(case=case_of(amira)) | {"papier-0-kind": "lease", "papier-0-kept": [token]}
    answer = desk.post(record_url(amira), again | {"papier-0-drop": [token]})
    assert "copies" in answer.context["recording"].rows[0].form.errors


def test_file_another_clerk_kept_cannot_be_named(desk: Client, amira: Person) -> None:
    shown = desk.post(record_url(amira), handover(do="more") | {"papier-0-copies": [photo()]})
    token = shown.context["recording"].rows[0].kept[0].token
    desk.force_login(cast.User.objects.create_user("cem@example.org", cast.PASSWORD, roles=["desk"]))
    sent = handover(case=case_of(amira)) | {"papier-0-kind": "lease", "papier-0-kept": [token]}
    answer = desk.post(record_url(amira), sent)
    assert answer.context["recording"].rows[0].form.errors == {
        "copies": ["Wählen Sie die Datei noch einmal aus."]
    }


def test_too_large_file_is_said_and_nothing_else_is_lost(desk: Client, amira: Person, settings: Any) -> None:
    settings.MAX_FILE_BYTES = 3000
    sent = handover(case=case_of(amira)) | {
        "papier-0-kind": "lease",
        "papier-0-copies": [photo(), photo("k.jpg", b"x")],
    }
    answer = desk.post(record_url(amira), sent)
    row = answer.context["recording"].rows[0]
    assert "zu groß" in row.form.errors["copies"][0]
    assert [kept.file.name for kept in row.kept] == ["k.jpg"]


@pytest.mark.parametrize("content", [b"", b"\x00\x01 kein Bild", files.pdf(1)[:50]])
def test_empty_or_broken_file_is_received_all_the_same(desk: Client, amira: Person, content: bytes) -> None:
    sent = handover(case=case_of(amira)) | {
        "papier-0-kind": "lease",
        "papier-0-copies": [photo("x.jpg", content)],
    }
    desk.post(record_url(amira), sent)
    assert Submission.objects.get(channel="desk").documents.get().parts.get().file.size == len(content)


def errors_of(answer: Any, row: int = 0) -> dict[str, list[str]]:
    return dict(answer.context["recording"].rows[row].form.errors)


def test_paper_that_must_be_copied_cannot_only_be_shown(desk: Client, amira: Person) -> None:
    sent = handover(case=case_of(amira)) | {"papier-0-kind": "rent_increase", "papier-0-shown": "on"}
    assert list(errors_of(desk.post(record_url(amira), sent))) == ["shown"]


def test_paper_is_either_shown_or_copied(desk: Client, amira: Person) -> None:
    sent = handover(case=case_of(amira)) | {"papier-0-kind": "lease", "papier-0-shown": "on"}
    assert list(errors_of(desk.post(record_url(amira), sent | {"papier-0-copies": [photo()]}))) == ["shown"]


def test_kind_without_a_paper_asks_what_was_handed_over(desk: Client, amira: Person) -> None:
    sent = handover(case=case_of(amira)) | {"papier-0-kind": "lease"}
    assert list(errors_of(desk.post(record_url(amira), sent))) == ["copies"]


def test_nothing_handed_over_is_not_received(desk: Client, amira: Person) -> None:
    answer = desk.post(record_url(amira), handover(case=case_of(amira)))
    assert errors_of(answer) == {"kind": ["Nehmen Sie mindestens ein Papier auf."]}
    assert not Submission.objects.filter(channel="desk").exists()


@pytest.mark.parametrize("sheets", ["0", "-1", "viele", "99999"])
def test_impossible_number_of_sheets_is_said(desk: Client, amira: Person, sheets: str) -> None:
    sent = handover(case=case_of(amira)) | {"papier-0-kind": "lease", "papier-0-sheets": sheets}
    assert "sheets" in errors_of(desk.post(record_url(amira), sent))


def test_case_has_to_be_chosen_when_several_are_open(desk: Client, amira: Person) -> None:
    cast.receive(service="VAEM", keys=cast.Keys(person_id=amira.public_id))
    amira.cases.create(service="WBA", service_version=1)
    page = desk.get(record_url(amira))
    assert page.context["recording"].handover["case"].value() == ""
    sent = handover() | {"papier-0-kind": "lease", "papier-0-sheets": "2"}
    answer = desk.post(record_url(amira), sent)
    assert "case" in answer.context["recording"].handover.errors


def test_case_of_somebody_else_cannot_be_chosen(desk: Client, amira: Person) -> None:
    zoe = cast.amira(given_name="Zoe", family_name="Zander")
    foreign = cast.case_of(cast.receive(service="FORMLESS", sender=zoe))
    sent = handover(case=str(foreign.public_id)) | {"papier-0-kind": "lease", "papier-0-sheets": "2"}
    answer = desk.post(record_url(amira), sent)
    assert "case" in answer.context["recording"].handover.errors
    assert foreign.submissions.count() == 1


def test_helper_needs_a_name(desk: Client, amira: Person) -> None:
    sent = handover(case=case_of(amira), who="helper") | {"papier-0-kind": "lease", "papier-0-sheets": "2"}
    assert "helper_name" in desk.post(record_url(amira), sent).context["recording"].handover.errors


def test_papers_left_in_the_box_yesterday_keep_that_day(desk: Client, amira: Person) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    sent = handover(case=case_of(amira), received_time="16:30") | day("received_day", yesterday)
    desk.post(record_url(amira), sent | {"papier-0-kind": "lease", "papier-0-sheets": "2"})
    received = timezone.localtime(Submission.objects.get(channel="desk").received_at)
    assert (received.date(), received.hour, received.minute) == (yesterday, 16, 30)


def test_day_without_a_time_counts_from_its_beginning(desk: Client, amira: Person) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    sent = handover(case=case_of(amira)) | day("received_day", yesterday)
    desk.post(record_url(amira), sent | {"papier-0-kind": "lease", "papier-0-sheets": "2"})
    received = timezone.localtime(Submission.objects.get(channel="desk").received_at)
    assert (received.date(), received.hour, received.minute) == (yesterday, 0, 0)


@pytest.mark.parametrize(
    ("days", "clock", "field"),
    [
        (1, "", "received_day"),
        (0, "23:59:59", "received_time"),
        (0, "halb vier", "received_time"),
        (-400, "", "received_day"),
    ],
)
def test_date_of_arrival_in_the_future_or_long_ago_is_asked_back(
    desk: Client, amira: Person, days: int, clock: str, field: str
) -> None:
    arrived = timezone.localdate() + timedelta(days=days)
    sent = handover(case=case_of(amira), received_time=clock) | day("received_day", arrived)
    answer = desk.post(record_url(amira), sent | {"papier-0-kind": "lease", "papier-0-sheets": "2"})
    assert list(answer.context["recording"].handover.errors) == [field]


def test_time_without_a_day_asks_for_the_day(desk: Client, amira: Person) -> None:
    sent = handover(case=case_of(amira), received_time="9:00") | {
        "papier-0-kind": "lease",
        "papier-0-sheets": "2",
    }
    assert "received_day" in desk.post(record_url(amira), sent).context["recording"].handover.errors


def test_objection_is_warned_about_beside_the_papers(desk: Client, amira: Person) -> None:
    page = desk.get(record_url(amira)).content.decode()
    assert "Ein Widerspruch ist kein gewöhnliches Papier" in page
    assert "§ 84 SGG" in page


def kinds_of(desk: Client, person: Person) -> dict[str, Any]:
    form = desk.get(record_url(person)).context["recording"].rows[0].form
    return dict(form.fields["kind"].choices)


def test_kinds_still_needed_stand_first_and_those_we_have_are_marked(desk: Client, amira: Person) -> None:
    card = ("identity_card", "Ausweis oder Pass")
    assert card in kinds_of(desk, amira)["Wird noch gebraucht"]
    cast.receive(cast.paper("identity_card"), service="PAPERS", keys=cast.Keys(person_id=amira.public_id))
    assert kinds_of(desk, amira)["Haben wir schon"] == [card]
    assert card not in kinds_of(desk, amira)["Wird noch gebraucht"]


def test_more_rows_keep_everything_and_complain_about_nothing(desk: Client, amira: Person) -> None:
    sent = handover(do="more", note="eilt") | {"papier-0-sheets": "2"}
    recording = desk.post(record_url(amira), sent).context["recording"]
    assert len(recording.rows) == FIRST_ROWS + 3
    assert recording.error_lines == []
    assert recording.rows[0].form["sheets"].value() == "2"
    assert not Submission.objects.filter(channel="desk").exists()


def test_unnamed_person_gets_a_receipt_and_her_papers_lie_in_the_tray(desk: Client) -> None:
    sent = handover() | {"papier-0-kind": "letter", "papier-0-copies": [photo()]}
    page = desk.post(reverse("desk:record_unnamed"), sent, follow=True)
    found = Submission.objects.get()
    assert (found.state, found.person, found.given.name) == ("unassigned", None, "")
    assert "Kommt in die Zuordnung" in page.content.decode()


def test_what_an_unnamed_person_says_after_all_is_taken_as_given(desk: Client, amira: Person) -> None:
    Person.objects.filter(pk=amira.pk).update(customer_number="123A456789")
    sent = handover() | {"papier-0-kind": "letter", "papier-0-sheets": "1"}
    sent |= {f"sender-{name}": value for name, value in given(customer_number="123A456789").items()}
    desk.post(reverse("desk:record_unnamed"), sent)
    assert Submission.objects.get(channel="desk").case == amira.cases.get()


# --- applying


def apply_url(person: Person, service: str) -> str:
    return reverse("desk:apply", args=[person.public_id, service])


def test_formless_application_needs_nothing_but_the_person(desk: Client) -> None:
    zoe = people.create(cast.amira(given_name="Zoe", family_name="Zander"))
    desk.post(apply_url(zoe, "FORMLESS"), handover(asked="apply", seen="on"))
    found = Submission.objects.get()
    assert (found.service, found.case) == ("FORMLESS", zoe.cases.get())
    assert found.answers["given_name"] == "Zoe"
    assert found.answers["seen_by_person"] is True


def test_name_and_numbers_known_are_not_asked_again(desk: Client, amira: Person) -> None:
    told = desk.get(apply_url(amira, "FORMLESS")).context["recording"].told
    assert [list(form.fields) for form in told.all_forms] == [
        ["street", "postcode", "city", "phone", "email", "message"]
    ]
    assert told.all_forms[0]["street"].value() == "Lindenweg 4"


def test_new_address_told_at_the_desk_is_what_was_given(desk: Client, amira: Person) -> None:
    sent = handover(asked="apply") | {"apply-street": "Neue Straße 1", "apply-city": "Musterstadt"}
    desk.post(apply_url(amira, "FORMLESS"), sent)
    assert Submission.objects.get(channel="desk").sender["street"] == "Neue Straße 1"


def test_questions_that_follow_from_answers_are_shown_before_it_is_received(
    desk: Client, amira: Person
) -> None:
    seen = desk.get(apply_url(amira, "VAEM")).context["recording"].told
    asked = [section.step.key for section in seen.sections]
    sent = handover(asked=asked) | {"change-change": ["move"]}
    page = desk.post(apply_url(amira, "VAEM"), sent)
    assert not Submission.objects.filter(channel="desk").exists()
    asked = [section.step.key for section in page.context["recording"].told.sections]
    assert "new_address" in asked
    desk.post(apply_url(amira, "VAEM"), sent | {"asked": asked, "new_address-city": "Neustadt"})
    found = Submission.objects.get(channel="desk")
    assert found.answers["change"] == ["move"]
    assert found.answers["city"] == "Neustadt"


def test_full_application_takes_several_people_of_a_household(desk: Client, amira: Person) -> None:
    sent = handover(do="questions", asked=["household"]) | {"household-lives_with_others": "yes"}
    told = desk.post(apply_url(amira, "HA"), sent).context["recording"].told
    asked = [section.step.key for section in told.sections]
    assert "members" in asked
    sent |= {"do": "entry:members", "asked": asked, "members-entries": "1", "members-0-given_name": "Lina"}
    told = desk.post(apply_url(amira, "HA"), sent).context["recording"].told
    assert [len(s.forms) for s in told.sections if s.step.key == "members"] == [2]
    sent |= {"do": "send", "members-entries": "2", "members-1-given_name": "Omar"}
    desk.post(apply_url(amira, "HA"), sent)
    members = Submission.objects.get(channel="desk").answers["members"]
    assert [member["given_name"] for member in members] == ["Lina", "Omar"]


def test_application_joins_the_open_one_and_the_earliest_day_stays(desk: Client, amira: Person) -> None:
    first = amira.cases.get().application_day
    desk.post(apply_url(amira, "FORMLESS"), handover(asked="apply"))
    assert amira.cases.get().application_day == first
    assert amira.cases.get().submissions.count() == 2


def test_day_of_application_after_the_day_of_receipt_is_asked_back(desk: Client, amira: Person) -> None:
    today = timezone.localdate()
    sent = (
        handover(asked="apply")
        | day("received_day", today - timedelta(days=2))
        | day("application_day", today)
    )
    answer = desk.post(apply_url(amira, "FORMLESS"), sent)
    assert list(answer.context["recording"].handover.errors) == ["application_day"]


def test_day_of_application_told_by_phone_is_kept(desk: Client, amira: Person) -> None:
    told = timezone.localdate() - timedelta(days=9)
    desk.post(apply_url(amira, "FORMLESS"), handover(asked="apply") | day("application_day", told))
    assert amira.cases.get().application_day == told
