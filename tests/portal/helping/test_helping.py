"""Helpers: invited, under their own names, within their scope, until they are stopped."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import F
from django.test import Client

from casework import access, actions, helping, status
from casework.clock import berlin_day, database_now
from casework.codes import new_number
from casework.envelope import Actor, Role
from casework.helpscope import Act, Scope
from casework.models import Case, CaseHelper, Companion, Event, HelperPerson, Submission
from channels.models import Draft
from channels.web import adapter
from tests import cast, files
from tests.channels.web.walking import at, file, receipt_of, text
from tests.portal.accounts.signing_in import sign_in

pytestmark = pytest.mark.django_db
BORN = {"birth_date_day": "3", "birth_date_month": "7", "birth_date_year": "1991"}
INVITE = {
    "name": "Samir",
    "relation": "Bruder",
    "organisation": "person",
    "scope": "everything",
    "months": "3",
}
ADDRESS = "Lindenweg"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def application() -> Submission:
    return cast.submission(cast.receive(cast.paper(), sender=cast.amira(customer_number="123A456789")))


@pytest.fixture
def case(application: Submission) -> Case:
    assert application.case is not None
    return application.case


def invited(case: Case, scope: str = "everything", *, organisation: bool = False, **more: Any) -> CaseHelper:
    return helping.invite(
        case,
        name="Beratung Mitte" if organisation else "Samir",
        relation="Bruder",
        organisation=organisation,
        scope=Scope(scope),
        ends_on=more.pop("ends_on", berlin_day(database_now()) + timedelta(days=30)),
        actor=Actor(Role.CLAIMANT),
        **more,
    )


def take_up(client: Client, helper: CaseHelper, name: str = "Samir Haddad") -> HelperPerson:
    answer = client.post(f"/helfen/einladung/{helper.code}/", {"name": name})
    assert answer.status_code == 302, text(answer)
    return HelperPerson.objects.latest("pk")


def page(person: HelperPerson, more: str = "") -> str:
    return f"/helfen/fuer/{person.public_id}/{more}"


def begin(client: Client, person: HelperPerson) -> Draft:
    answer = client.post(page(person, "unterlagen/"), {"key": "0e3f5a4e-1b1c-4f4e-8a55-9d6c0d1f2a3b"})
    assert answer.status_code == 302
    return Draft.objects.latest("pk")


def send(client: Client, person: HelperPerson) -> Submission:
    draft = begin(client, person)
    client.post(at(draft, "unterlagen/payslip/"), {"files": file("lohn.jpg", files.jpeg())})
    return receipt_of(client.post(at(draft, "pruefen/"), {}))


def ask_for_the_lease(case: Case, note: str) -> None:
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    actions.request_paper(case, "lease", "needed_for_decision", date(2027, 1, 1), deniz, note=note)


def kinds(case: Case) -> list[str]:
    return [event.kind for event in Event.objects.filter(case=case.pk, kind__startswith="helper")]


# --- inviting


def test_the_claimant_invites_after_naming_the_birth_date(client: Client, application: Submission) -> None:
    address = f"/s/{application.secret}/hilfe/"
    assert "geburtsdatum" in client.get(address)["Location"]
    assert "geburtsdatum" in client.post(address, INVITE)["Location"]
    assert not CaseHelper.objects.exists()
    client.post(f"/s/{application.secret}/geburtsdatum/?seite=helpers", BORN)
    answer = client.post(address, INVITE)
    helper = CaseHelper.objects.get()
    assert answer["Location"] == f"{address}{helper.public_id}/"
    html = text(client.get(answer["Location"]))
    assert f"/helfen/einladung/{helper.code}/" in html
    assert "Das ist keine Vollmacht" in html
    invited_event = Event.objects.get(kind="helper_invited")
    assert (invited_event.data["scope"], invited_event.data["is_agent"]) == ("everything", False)


def test_a_receipt_that_may_not_show_its_case_invites_nobody(client: Client, case: Case) -> None:
    stranger = cast.submission(
        cast.receive(cast.paper(), service="PAPERS", sender=cast.amira(customer_number="123A456789"))
    )
    assert (stranger.case, stranger.shows_case) == (case, False)
    client.post(f"/s/{stranger.secret}/geburtsdatum/", BORN)
    assert client.post(f"/s/{stranger.secret}/hilfe/", INVITE).status_code == 404
    assert not CaseHelper.objects.exists()


def test_an_account_that_proved_the_birth_date_invites_without_being_asked_again(
    client: Client, application: Submission
) -> None:
    user = sign_in(client)
    client.post("/konto/fall-hinzufuegen/", {"number": application.number, **BORN})
    client.post(f"/s/{application.secret}/hilfe/", INVITE)
    assert Event.objects.get(kind="helper_invited").actor_user == user.pk


def test_an_account_that_only_had_the_link_is_asked_for_the_birth_date(
    client: Client, application: Submission
) -> None:
    sign_in(client)
    client.post(f"/konto/fall-hinzufuegen/{application.secret}/")
    assert "geburtsdatum" in client.get(f"/s/{application.secret}/hilfe/")["Location"]


@pytest.mark.parametrize("days", [-1, 367])
def test_the_last_day_lies_within_a_year(case: Case, days: int) -> None:
    with pytest.raises(ValueError, match="within a year"):
        invited(case, ends_on=berlin_day(database_now()) + timedelta(days=days))


def test_only_the_office_records_a_power_of_attorney(case: Case) -> None:
    with pytest.raises(ValueError, match="power of attorney"):
        invited(case, is_agent=True)


def test_no_more_than_ten_help_at_a_time(case: Case) -> None:
    for _ in range(helping.MOST_HELPERS):
        last = invited(case)
    with pytest.raises(helping.NotPossible):
        invited(case)
    helping.revoke(last, Actor(Role.CLAIMANT))
    invited(case)


# --- taking it up


def test_opening_the_link_changes_nothing_and_does_not_say_whose_case_it_is(
    client: Client, case: Case
) -> None:
    helper = invited(case)
    for _ in range(3):  # messengers open links by themselves
        html = text(client.get(f"/helfen/einladung/{helper.code}/"))
        assert "Haddad" not in html
        assert case.code[:4] not in html
    assert not HelperPerson.objects.exists()


def test_a_helper_takes_it_up_under_her_own_name_and_gets_a_code_of_her_own(
    client: Client, case: Case
) -> None:
    helper = invited(case)
    person = take_up(client, helper, "Samir Haddad")
    assert person.code[:4] in text(client.get(page(person, "code/")))
    other = Client()
    assert other.post("/helfen/", {"code": person.code})["Location"] == page(person)
    assert "Sie helfen Amira Haddad" in text(other.get(page(person)))
    assert kinds(case) == ["helper_invited", "helper_joined"]


def test_the_code_of_the_invitation_typed_by_hand_leads_to_it(client: Client, case: Case) -> None:
    helper = invited(case)
    typed = f"{helper.code[:4].lower()}-{helper.code[4:8]} {helper.code[8:]}"
    assert client.post("/helfen/", {"code": typed})["Location"] == f"/helfen/einladung/{helper.code}/"


def test_an_invitation_of_one_person_is_used_up(client: Client, case: Case) -> None:
    helper = invited(case)
    take_up(client, helper)
    other = Client()
    assert other.get(f"/helfen/einladung/{helper.code}/").status_code == 404
    assert other.post(f"/helfen/einladung/{helper.code}/", {"name": "Mallory"}).status_code == 404
    assert HelperPerson.objects.count() == 1


def test_two_at_the_same_moment_do_not_both_get_in(case: Case) -> None:
    helper = invited(case)
    helping.take_up(helper, "Samir", None)
    with pytest.raises(helping.NotPossible):
        helping.take_up(helper, "Mallory", None)


def test_several_of_an_organisation_each_sign_with_their_own_name(case: Case) -> None:
    helper = invited(case, organisation=True)
    one, two = Client(), Client()
    first, second = take_up(one, helper, "Ina Berg"), take_up(two, helper, "Tom Funk")
    sent = [send(one, first), send(two, second)]
    assert [s.helper_name for s in sent] == ["Ina Berg, Beratung Mitte", "Tom Funk, Beratung Mitte"]
    assert one.get(page(second)).status_code == 404


def test_with_an_account_it_is_bound_to_that_account(client: Client, case: Case) -> None:
    user = sign_in(client, "samir@example.org")
    person = take_up(client, invited(case))
    assert person.user == user
    assert "Sie helfen Amira Haddad" in text(client.get(page(person)))
    assert str(person.public_id) in text(client.get("/konto/"))
    assert client.get(page(person, "code/")).status_code == 404
    other = Client()
    assert other.post("/helfen/", {"code": person.code}).status_code == 400
    client.post("/konto/logout/")
    assert client.get(page(person)).status_code == 404


def test_staff_take_up_nothing(client: Client, case: Case) -> None:
    client.force_login(cast.deniz(), backend="django.contrib.auth.backends.ModelBackend")
    helper = invited(case)
    assert "Melden Sie sich dafür ab" in text(
        client.post(f"/helfen/einladung/{helper.code}/", {"name": "Deniz"})
    )
    assert not HelperPerson.objects.exists()


@pytest.mark.parametrize("change", ["late", "revoked", "ended"])
def test_an_invitation_that_is_over_looks_like_one_that_never_was(
    client: Client, case: Case, change: str
) -> None:
    helper = invited(case)
    if change == "late":
        CaseHelper.objects.update(code_until=F("invited_at") - timedelta(days=15))
    elif change == "revoked":
        helping.revoke(helper, Actor(Role.CLAIMANT))
    else:
        CaseHelper.objects.update(ends_on=berlin_day(database_now()) - timedelta(days=1))
    over = client.post(f"/helfen/einladung/{helper.code}/", {"name": "Samir"})
    never = client.get("/helfen/einladung/000000000000/")
    assert (over.status_code, never.status_code) == (404, 404)
    assert "Diese Einladung gilt nicht mehr" in text(over)
    assert "Diese Einladung gilt nicht mehr" in text(never)


@pytest.mark.parametrize("code", ["x", "<script>", "A" * 12, "%00", "0" * 200, "../konto", "١٢٣"])
def test_a_hostile_code_in_the_address_is_not_found(client: Client, case: Case, code: str) -> None:
    assert client.get(f"/helfen/einladung/{code}/").status_code == 404


def test_guessing_codes_is_counted(client: Client, case: Case) -> None:
    helper = invited(case)
    person = take_up(Client(), helper)
    for _ in range(30):
        client.post("/helfen/", {"code": new_number()})
    assert "falsche Versuche" in text(client.post("/helfen/", {"code": person.code}))
    another = invited(case)
    assert client.get(f"/helfen/einladung/{another.code}/").status_code == 404


# --- within the scope


def test_who_may_only_send_sees_nothing_of_the_case(client: Client, case: Case) -> None:
    ask_for_the_lease(case, "privat")
    person = take_up(client, invited(case, "send"))
    html = text(client.get(page(person)))
    for secret in ("Mietvertrag", "privat", "Wie es weitergeht", case.code[:4], "Das ist angekommen"):
        assert secret not in html
    draft = begin(client, person)
    for part in ("unterlagen/", "pruefen/"):
        html = text(client.get(at(draft, part)))
        assert "privat" not in html
        assert case.code[:4] not in html


def test_who_may_only_look_sends_nothing(client: Client, case: Case) -> None:
    person = take_up(client, invited(case, "status"))
    html = text(client.get(page(person)))
    assert "Das ist angekommen" in html
    assert "/unterlagen/" not in html.replace("/antrag/unterlagen/", "")
    assert client.post(page(person, "unterlagen/")).status_code == 404
    assert not Draft.objects.exists()


@pytest.mark.parametrize("scope", list(Scope))
def test_no_scope_shows_what_is_the_claimants_alone(
    client: Client, application: Submission, scope: str
) -> None:
    case = application.case
    assert case is not None
    ask_for_the_lease(case, "nur für Amira")
    person = take_up(client, invited(case, scope))
    pages = [text(client.get(page(person)))]
    if scope != "status":
        draft = begin(client, person)
        for part in ("unterlagen/", "unterlagen/lease/", "unterlagen/payslip/", "pruefen/", "gespeichert/"):
            pages.append(text(client.get(at(draft, part))))
        sent = send(client, person)
        pages += [text(client.get(f"/beleg/{sent.secret}/")), text(client.get(f"/s/{sent.secret}"))]
    for html in pages:
        for secret in (
            case.code[:4],
            application.number[:4],
            application.secret,
            "1991",
            ADDRESS,
            "123A456789",
        ):
            assert secret not in html
        assert "nur für Amira" not in html


def test_what_a_helper_sends_lies_in_the_case_under_both_names(client: Client, case: Case) -> None:
    person = take_up(client, invited(case))
    sent = send(client, person)
    assert (sent.case, sent.shows_case, sent.actor_role) == (case, False, "helper")
    assert (sent.helper_name, sent.helper_relation, sent.sent_by) == ("Samir Haddad", "Bruder", person)
    assert "Samir Haddad für Amira Haddad" in text(client.get(f"/beleg/{sent.secret}/"))
    claimant = text(Client().get(f"/s/{status.find(case.code, date(1991, 7, 3)).secret}"))  # type: ignore[union-attr]
    assert "Geschickt von Samir Haddad für Amira Haddad." in claimant
    desk = Client()
    desk.force_login(cast.deniz(), backend="django.contrib.auth.backends.ModelBackend")
    assert "Geschickt von Samir Haddad für Amira Haddad." in text(desk.get(f"/faelle/fall/{case.public_id}/"))


def test_the_receipt_of_a_helper_opens_nothing_else(client: Client, case: Case) -> None:
    sent = send(client, take_up(client, invited(case)))
    actions.confirm_join(sent, Actor(Role.CASEWORKER, cast.deniz().pk))
    sent.refresh_from_db()
    assert sent.shows_case is False
    visitor = Client()
    for part in ("hilfe/", "geoeffnet/", "nachrichten/"):
        visitor.post(f"/s/{sent.secret}/geburtsdatum/", BORN)
        assert visitor.get(f"/s/{sent.secret}/{part}").status_code == 404
    assert visitor.get(f"/beleg/{sent.secret}/deckblatt.pdf").status_code == 404


def test_a_helper_does_not_gather_the_case_in_her_account(client: Client, case: Case) -> None:
    sign_in(client, "samir@example.org")
    sent = send(client, take_up(client, invited(case)))
    assert client.post(f"/konto/fall-hinzufuegen/{sent.secret}/").status_code == 404
    client.post("/konto/fall-hinzufuegen/", {"number": sent.number, **BORN})
    assert "Noch kein Fall in Ihrem Konto" in text(client.get("/konto/"))


def test_staff_separating_and_linking_again_does_not_open_the_case_to_the_helper(
    client: Client, case: Case
) -> None:
    sent = send(client, take_up(client, invited(case)))
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    actions.separate(sent, deniz)
    actions.link(sent, case, deniz)
    sent.refresh_from_db()
    assert sent.shows_case is False


# --- logged


def test_every_look_of_a_helper_is_logged_and_told_with_her_name(
    client: Client, application: Submission
) -> None:
    case = application.case
    assert case is not None
    person = take_up(client, invited(case))
    client.get(page(person))
    (look,) = access.looks(case, [application])
    assert (look.role, look.helper, look.what) == ("helper", person, "case")
    claimant = Client()
    claimant.post(f"/s/{application.secret}/geburtsdatum/", BORN)
    assert "Samir Haddad" in text(claimant.get(f"/s/{application.secret}/geoeffnet/"))


def test_a_refused_look_is_no_look(client: Client, case: Case) -> None:
    person = take_up(Client(), invited(case))
    assert client.get(page(person)).status_code == 404
    assert not Event.objects.filter(kind="case_viewed").exists()


# --- the end


def test_taking_it_back_works_at_once_everywhere(client: Client, application: Submission) -> None:
    case = application.case
    assert case is not None
    person = take_up(client, invited(case))
    sent = send(client, person)
    draft = Draft.objects.create(service="PAPERS", service_version=1, sent_by=person)
    client.get(page(person, f"weiter/{draft.public_id}/"))
    assert client.get(at(draft, "unterlagen/")).status_code == 200
    claimant = Client()
    claimant.post(f"/s/{application.secret}/geburtsdatum/", BORN)
    claimant.post(f"/s/{application.secret}/hilfe/{person.helper.public_id}/beenden/")
    for address in (page(person), page(person, "code/"), page(person, f"weiter/{draft.public_id}/")):
        assert client.get(address).status_code == 404
    assert client.post(page(person, "unterlagen/")).status_code == 404
    for part in ("unterlagen/", "pruefen/", "unterlagen/payslip/"):
        assert client.get(at(draft, part)).status_code == 403
        assert client.post(at(draft, part), {}).status_code == 403
    with pytest.raises(adapter.HelpEnded):
        adapter.submit(draft)
    assert client.post("/helfen/", {"code": person.code}).status_code == 400
    assert client.get(f"/s/{sent.secret}")["Location"] == f"/beleg/{sent.secret}/"
    assert Submission.objects.filter(case=case).count() == 2
    assert kinds(case)[-1] == "helper_revoked"


def test_after_the_last_day_it_is_over_by_itself(client: Client, case: Case) -> None:
    person = take_up(client, invited(case))
    CaseHelper.objects.update(ends_on=berlin_day(database_now()))
    assert client.get(page(person)).status_code == 200
    CaseHelper.objects.update(ends_on=berlin_day(database_now()) - timedelta(days=1))
    assert client.get(page(person)).status_code == 404
    assert helping.person_who_may(person.public_id, Act.SEE) is None


def test_a_helper_gives_it_up_after_being_asked(client: Client, case: Case) -> None:
    person = take_up(client, invited(case))
    client.get(page(person, "beenden/"))
    assert client.get(page(person)).status_code == 200
    client.post(page(person, "beenden/"))
    assert client.get(page(person)).status_code == 404
    assert kinds(case)[-1] == "helper_left"


def test_taking_it_back_twice_is_told_once(case: Case) -> None:
    helper = invited(case)
    helping.revoke(helper, Actor(Role.CLAIMANT))
    helping.revoke(helper, Actor(Role.CLAIMANT))
    assert kinds(case) == ["helper_invited", "helper_revoked"]


def test_deleting_the_account_of_a_helper_ends_the_help_and_keeps_what_she_sent(
    client: Client, case: Case
) -> None:
    sign_in(client, "samir@example.org")
    person = take_up(client, invited(case))
    sent = send(client, person)
    client.post("/konto/loeschen/", {"sure": "on"})
    person.refresh_from_db()
    assert (person.user, person.ended_at is None) == (None, False)
    assert Submission.objects.get(pk=sent.pk).helper_name == "Samir Haddad"
    assert client.post("/helfen/", {"code": person.code}).status_code == 400


# --- somebody else's


def test_a_helper_of_one_case_reaches_no_other(client: Client, case: Case) -> None:
    person = take_up(client, invited(case))
    other_case = cast.case_of(
        cast.receive(sender=cast.amira(given_name="Jonas", birth_date=date(1980, 1, 1)))
    )
    other = helping.take_up(invited(other_case), "Jana", None)
    assert client.get(page(other)).status_code == 404
    draft = Draft.objects.create(service="PAPERS", service_version=1, sent_by=other)
    assert client.get(page(person, f"weiter/{draft.public_id}/")).status_code == 404
    assert client.get(at(draft)).status_code == 404
    assert Client().post("/antrag/weiter/", {"code": draft.code}).status_code == 200
    assert not Client().post("/antrag/weiter/", {"code": draft.code}).has_header("Location")


def test_the_claimant_of_another_case_cannot_see_or_end_a_helper(client: Client, case: Case) -> None:
    helper = invited(case)
    other = cast.submission(cast.receive(sender=cast.amira(given_name="Jonas", birth_date=date(1980, 1, 1))))
    client.post(
        f"/s/{other.secret}/geburtsdatum/",
        {"birth_date_day": "1", "birth_date_month": "1", "birth_date_year": "1980"},
    )
    assert client.get(f"/s/{other.secret}/hilfe/{helper.public_id}/").status_code == 404
    assert client.post(f"/s/{other.secret}/hilfe/{helper.public_id}/beenden/").status_code == 404
    helper.refresh_from_db()
    assert helper.revoked_at is None


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("more", ["", "beenden/"])
def test_the_receipt_alone_neither_shows_nor_ends_a_helper(
    application: Submission, case: Case, more: str, method: str
) -> None:
    helper = invited(case)
    answer = getattr(Client(), method)(f"/s/{application.secret}/hilfe/{helper.public_id}/{more}")
    assert answer.status_code in (302, 405)
    assert "geburtsdatum" in answer.get("Location", "geburtsdatum")
    helper.refresh_from_db()
    assert helper.revoked_at is None


def test_a_number_cannot_be_put_into_the_draft_of_a_helper(client: Client, case: Case) -> None:
    draft = begin(client, take_up(client, invited(case)))
    assert client.get(at(draft, "nummer/")).status_code == 404


def test_the_log_of_helpers_names_nobody(client: Client, case: Case) -> None:
    send(client, take_up(client, invited(case), "Samir Haddad"))
    assert not Event.objects.filter(data__icontains="Samir").exists()


# --- the desk


@pytest.fixture
def carla(client: Client) -> Client:
    client.force_login(cast.carla(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def at_desk(case: Case, more: str = "") -> str:
    return f"/schalter/person/{case.person.public_id}/hilfe/{more}"


def test_the_desk_records_an_agent_with_a_power_of_attorney(carla: Client, case: Case) -> None:
    day = berlin_day(database_now()) + timedelta(days=60)
    typed = {
        "do": "invite",
        "helper-case": str(case.public_id),
        "helper-name": "RA Wolf",
        "helper-scope": "everything",
        "helper-ends_on_day": str(day.day),
        "helper-ends_on_month": str(day.month),
        "helper-ends_on_year": str(day.year),
        "helper-is_agent": "on",
    }
    answer = carla.post(at_desk(case), typed)
    helper = CaseHelper.objects.get()
    assert answer["Location"] == at_desk(case, f"{helper.public_id}/")
    assert (helper.is_agent, helper.name) == (True, "RA Wolf")
    assert helper.code[:4] in text(carla.get(answer["Location"]))
    deniz = Client()
    deniz.force_login(cast.deniz(), backend="django.contrib.auth.backends.ModelBackend")
    assert "Bevollmächtigt" in text(deniz.get(f"/faelle/fall/{case.public_id}/"))
    carla.post(at_desk(case, f"{helper.public_id}/beenden/"))
    helper.refresh_from_db()
    assert helper.revoked_at is not None


def test_a_companion_is_noted_without_any_right(carla: Client, case: Case) -> None:
    typed = {
        "do": "companion",
        "company-case": str(case.public_id),
        "company-name": "Nour",
        "company-relation": "",
    }
    carla.post(at_desk(case), typed)
    assert Companion.objects.get().name == "Nour"
    assert not CaseHelper.objects.exists()
    assert [event.kind for event in Event.objects.filter(case=case.pk, kind="companion_present")]
    claimant = text(Client().get(f"/s/{case.submissions.get().secret}"))
    assert "Am Schalter war Nour dabei." in claimant


def test_the_desk_cannot_end_a_helper_of_another_person_by_this_address(carla: Client, case: Case) -> None:
    other_case = cast.case_of(
        cast.receive(sender=cast.amira(given_name="Jonas", birth_date=date(1980, 1, 1)))
    )
    helper = invited(other_case)
    assert carla.post(at_desk(case, f"{helper.public_id}/beenden/")).status_code == 404


@pytest.mark.parametrize(
    "typed", [{"do": "invite"}, {"do": "companion"}, {"do": "invite", "helper-case": "x"}]
)
def test_what_is_missing_at_the_desk_is_said(carla: Client, case: Case, typed: dict[str, str]) -> None:
    assert carla.post(at_desk(case), typed).status_code == 400
    assert not CaseHelper.objects.exists()
