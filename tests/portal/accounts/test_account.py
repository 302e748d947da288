"""My cases: what an account shows, how it gets there, and how it goes."""

import json
from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from casework import accounts, actions
from casework.envelope import Actor, Channel, Role
from casework.models import Case, Event, Holding, Submission, User
from channels.models import Draft
from tests import cast
from tests.channels.web.walking import ANSWERS, at, begin, receipt_of, text
from tests.portal.accounts.signing_in import an_hour_passes, sign_in

pytestmark = pytest.mark.django_db
BORN = {"birth_date_day": "3", "birth_date_month": "7", "birth_date_year": "1991"}


def add(client: Client, number: str, **born: str) -> Any:
    return client.post("/konto/fall-hinzufuegen/", {"number": number, **BORN, **born})


def events(kind: str) -> list[dict[str, Any]]:
    return [event.data for event in Event.objects.filter(kind=kind)]


# --- gathering


def test_an_empty_account_says_what_to_do(client: Client, amira: User) -> None:
    assert "Noch kein Fall in Ihrem Konto" in text(client.get("/konto/"))


def test_a_case_is_gathered_by_its_code_and_birth_date(client: Client, amira: User) -> None:
    case = cast.case_of(cast.receive(cast.paper()))
    assert add(client, case.code)["Location"] == "/konto/"
    assert [held.case for held in accounts.held_by(amira)] == [case]
    gathered = Event.objects.get(kind="case_gathered")
    assert (gathered.data, gathered.case, gathered.actor_role) == (
        {"proof": "case_code"},
        case.pk,
        "claimant",
    )
    assert gathered.actor_user == amira.pk
    assert case.code[:4] in text(client.get("/konto/"))


def test_a_receipt_is_gathered_by_its_number_and_birth_date(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    add(client, ack.number)
    assert events("case_gathered") == [{"proof": "receipt_number"}]
    assert [held.case for held in accounts.held_by(amira)] == [cast.case_of(ack)]


def test_a_wrong_birth_date_and_an_unknown_number_get_the_same_answer(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    unknown = "0" * 12
    pages = [
        text(add(client, ack.number, birth_date_day="4")).replace(ack.number, ""),
        text(add(client, unknown, birth_date_day="4")).replace(unknown, ""),
    ]
    assert ["passen nicht zusammen" in page for page in pages] == [True, True]
    assert not Holding.objects.exists()


def test_guesses_are_counted_also_in_an_account(client: Client, amira: User) -> None:
    case = cast.case_of(cast.receive(cast.paper()))
    for _ in range(5):
        add(client, case.code, birth_date_day="4")
    assert "mehrere falsche Versuche" in text(add(client, case.code))
    assert not Holding.objects.exists()


def test_the_same_case_stands_in_an_account_once(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    add(client, ack.number)
    add(client, cast.case_of(ack).code)
    add(client, ack.number)
    assert len(accounts.held_by(amira)) == 1
    assert len(events("case_gathered")) == 2


def test_the_link_of_a_receipt_is_a_proof(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    assert "In mein Konto aufnehmen" in text(client.get(f"/s/{ack.secret}"))
    client.post(f"/konto/fall-hinzufuegen/{ack.secret}/")
    assert events("case_gathered") == [{"proof": "receipt_link"}]
    assert "Das steht in Ihrem Konto" in text(client.get(f"/s/{ack.secret}"))


def test_a_link_is_not_followed_by_looking_at_it(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    assert client.get(f"/konto/fall-hinzufuegen/{ack.secret}/").status_code == 405
    assert not Holding.objects.exists()


def test_a_receipt_that_may_not_show_its_case_does_not_show_it_in_an_account(
    client: Client, amira: User
) -> None:
    """A customer number stands on every letter: whoever sends with it sees only what she sent."""
    known = cast.receive(cast.paper(), sender=cast.amira(customer_number="123A456789"))
    stranger = cast.receive(cast.paper(), service="PAPERS", sender=cast.amira(customer_number="123A456789"))
    assert cast.submission(stranger).case == cast.case_of(known)
    add(client, stranger.number)
    (held,) = accounts.held_by(amira)
    assert held.case is None
    assert cast.case_of(known).code[:4] not in text(client.get("/konto/"))
    actions.confirm_join(cast.submission(stranger), Actor(Role.CASEWORKER, cast.deniz().pk))
    (held,) = accounts.held_by(amira)
    assert held.case == cast.case_of(known)


def test_a_receipt_taken_out_of_a_case_takes_the_case_out_of_the_account(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    add(client, ack.number)
    actions.separate(cast.submission(ack), Actor(Role.CASEWORKER, cast.deniz().pk))
    (held,) = accounts.held_by(amira)
    assert held.case is None


def test_a_letter_that_lies_in_the_tray_stands_in_the_account_until_it_is_placed(
    client: Client, amira: User
) -> None:
    letter = cast.receive(channel=Channel.POST, service="PAPERS", sheets=2)
    add(client, letter.number)
    assert "Angekommen" in text(client.get("/konto/"))
    case = cast.case_of(cast.receive(cast.paper()))
    actions.link(cast.submission(letter), case, Actor(Role.CASEWORKER, cast.deniz().pk))
    assert [held.case for held in accounts.held_by(amira)] == [case]


def test_accounts_of_staff_gather_nothing() -> None:
    ack = cast.receive(cast.paper())
    with pytest.raises(ValueError, match="claimant"):
        accounts.gather(cast.deniz(), "sent", submission=cast.submission(ack))


def test_two_accounts_see_only_what_each_proved(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    add(client, ack.number)
    other = Client()
    jonas = sign_in(other, "jonas@example.org")
    assert accounts.held_by(jonas) == []
    holding = Holding.objects.get()
    for answer in (
        other.get(f"/konto/fall/{holding.pk}/entfernen/"),
        other.post(f"/konto/fall/{holding.pk}/entfernen/"),
    ):
        assert answer.status_code == 404
    assert Holding.objects.exists()


def test_a_case_is_taken_out_after_asking(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    add(client, ack.number)
    holding = Holding.objects.get()
    assert client.get(f"/konto/fall/{holding.pk}/entfernen/").status_code == 200
    assert Holding.objects.exists()
    client.post(f"/konto/fall/{holding.pk}/entfernen/")
    assert accounts.held_by(amira) == []
    assert len(events("case_let_go")) == 1
    assert Case.objects.count() == 1


# --- a strong identity

STRONG = accounts.Attributes("Amira", "Haddad", date(1991, 7, 3), "Lindenweg 4", "12345")


@pytest.mark.parametrize(
    ("attributes", "number", "found"),
    [
        (STRONG, "123A456789", True),
        (STRONG, "", True),
        (STRONG, "999A999999", False),
        (accounts.Attributes("Amira", "Haddad", date(1991, 7, 3)), "", False),
        (accounts.Attributes("Amira", "Haddad", date(1991, 7, 3)), "123A456789", True),
        (accounts.Attributes("Amira", "Haddad", date(1991, 7, 4)), "123A456789", False),
        (accounts.Attributes("Amina", "Haddad", date(1991, 7, 3)), "123A456789", False),
    ],
)
def test_an_identity_finds_cases_only_if_number_or_address_fit_as_well(
    attributes: accounts.Attributes, number: str, found: bool
) -> None:
    case = cast.case_of(cast.receive(cast.paper(), sender=cast.amira(customer_number="123A456789")))
    assert accounts.cases_of_identity(attributes, number) == ([case] if found else [])


# --- sending and drafts


def test_what_is_sent_while_signed_in_stands_in_the_account(client: Client, amira: User) -> None:
    draft = begin(client)
    Draft.objects.filter(pk=draft.pk).update(answers=ANSWERS)
    sent = receipt_of(client.post(at(draft, "pruefen/"), {}))
    assert [held.submission for held in accounts.held_by(amira)] == [sent]
    assert events("case_gathered") == [{"proof": "sent"}]
    assert sent.recorded_by is None


def test_sending_without_an_account_leaves_no_trace_of_one() -> None:
    client = Client()
    draft = begin(client)
    Draft.objects.filter(pk=draft.pk).update(answers=ANSWERS)
    receipt_of(client.post(at(draft, "pruefen/"), {}))
    assert not Holding.objects.exists()


def test_a_draft_goes_on_in_the_account_on_another_device(client: Client, amira: User) -> None:
    draft = begin(client)
    other = Client()
    sign_in(other)
    assert str(draft.public_id) in text(other.get("/konto/"))
    answer = other.get(f"/konto/entwurf/{draft.public_id}/")
    assert answer["Location"] == at(draft)
    assert other.get(at(draft)).status_code == 302


def test_a_draft_is_still_resumed_by_its_code(client: Client, amira: User) -> None:
    draft = begin(client)
    assert Client().post("/antrag/weiter/", {"code": draft.code})["Location"] == at(draft)


def test_a_draft_resumed_by_code_while_signed_in_is_kept_by_the_first_account(
    client: Client, amira: User
) -> None:
    draft = begin(Client())
    client.post("/antrag/weiter/", {"code": draft.code})
    draft.refresh_from_db()
    assert draft.account == amira
    other = Client()
    sign_in(other, "jonas@example.org")
    other.post("/antrag/weiter/", {"code": draft.code})
    draft.refresh_from_db()
    assert draft.account == amira


def test_a_draft_of_another_account_is_not_found(client: Client, amira: User) -> None:
    draft = begin(client)
    other = Client()
    sign_in(other, "jonas@example.org")
    assert other.get(f"/konto/entwurf/{draft.public_id}/").status_code == 404
    assert other.get(at(draft)).status_code == 404


def test_a_draft_somebody_left_on_a_shared_device_does_not_slip_into_an_account(client: Client) -> None:
    draft = begin(client)
    sign_in(client)
    draft.refresh_from_db()
    assert draft.account is None


def test_a_draft_begun_by_staff_belongs_to_no_account(client: Client) -> None:
    client.force_login(cast.deniz(), backend="django.contrib.auth.backends.ModelBackend")
    assert begin(client).account is None


# --- what is kept, and the end


def test_the_data_of_an_account_are_hers_and_complete(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    add(client, ack.number)
    draft = begin(client)
    answer = client.get("/konto/daten/")
    assert answer["Content-Disposition"] == 'attachment; filename="konto.json"'
    data = json.loads(answer.content)
    assert data["e_mail"] == "amira@example.org"
    assert [case["nachgewiesen_durch"] for case in data["faelle"]] == ["receipt_number"]
    assert [one["code"].replace("-", "") for one in data["entwuerfe"]] == [draft.code]


@pytest.mark.parametrize("address", ["/konto/daten/", "/konto/loeschen/"])
def test_what_cannot_be_undone_needs_a_fresh_sign_in(client: Client, amira: User, address: str) -> None:
    an_hour_passes(client)
    for answer in (client.get(address), client.post(address, {"sure": "on"})):
        assert "Bitte melden Sie sich noch einmal an" in text(answer) or answer.status_code == 405
    assert User.objects.filter(pk=amira.pk).exists()


def test_deleting_the_account_takes_the_account_and_nothing_else(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    add(client, ack.number)
    draft = begin(client)
    other = Client()
    sign_in(other)
    assert client.post("/konto/loeschen/", {}).status_code == 400
    assert "Ihr Konto ist gelöscht" in text(client.post("/konto/loeschen/", {"sure": "on"}))
    assert not User.objects.filter(pk=amira.pk).exists()
    assert not EmailAddress.objects.exists()
    assert not Holding.objects.exists()
    assert Submission.objects.get().number == ack.number
    assert Draft.objects.get(pk=draft.pk).account is None
    assert len(events("case_let_go")) == 1
    assert events("account_deleted") == [{"account": amira.pk}]
    assert other.get("/konto/").status_code == 302
    assert client.get(f"/s/{ack.secret}").status_code == 200


def test_accounts_of_staff_are_not_deleted() -> None:
    with pytest.raises(ValueError, match="staff"):
        accounts.delete(cast.deniz())


def test_the_log_of_an_account_names_nobody(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    add(client, ack.number)
    log = json.dumps(list(Event.objects.values_list("data", flat=True)))
    assert "amira" not in log.lower()


def test_staff_do_not_see_the_address_of_an_account(client: Client, amira: User) -> None:
    ack = cast.receive(cast.paper())
    add(client, ack.number)
    desk = Client()
    desk.force_login(cast.deniz(), backend="django.contrib.auth.backends.ModelBackend")
    html = text(desk.get(f"/faelle/fall/{cast.case_of(ack).public_id}/"))
    assert "in ihr Konto aufgenommen" in html
    assert "amira@example.org" not in html
