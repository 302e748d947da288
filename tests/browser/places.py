"""Every page a claimant can see, with something on it: for the matrix of looks and for the pictures.

A page is named after its URL; more states of the same page carry a word after a dash. `test_places.py` fails
if a URL for claimants is missing here.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from casework import actions, helping
from casework.clock import berlin_day, database_now
from casework.envelope import Actor, Channel, Helper, Role
from casework.helpscope import Scope
from casework.models import HelperPerson
from channels.models import Draft, DraftFile
from channels.web import adapter
from tests import cast, files
from tests.cast import CLAIMANT
from tests.channels.web.walking import AMIRA, ANSWERS, at, begin, file, form_key
from tests.portal.accounts.signing_in import sign_in

# Named addresses that show no page of their own: downloads, pictures, answers to a script, what leads on.
NO_PAGES = {
    "pages": {"health", "register_key", "components"},
    "my": {"receipt_pdf", "covers", "leave", "helper_revoke"},
    "web": {"draft", "change", "uploads", "upload", "picture", "thumbnail"},
    "entry": {"passkey", "provider", "provider_answer", "code"},
    "account": {"draft", "data", "let_go", "passkey_remove", "gather_by_link"},
    "helping": {"send", "go_on", "code", "leave"},
}
BORN = {name: value for name, value in AMIRA.items() if name.startswith("birth_date")}
MY_CASE = ("receipt", "status", "opened", "messages", "confirm", "details", "appointments")
OLENA = cast.amira(
    given_name="Olena", family_name="Melnyk", birth_date=date(1985, 3, 12), street="Gartenweg 9"
)
SEND = "main form .kern-btn--primary"


@dataclass(frozen=True)
class Place:
    """A page, how the visitor gets it into its state, and whose session may see it."""

    name: str
    address: str
    press: str = ""  # the button to press to see the page with its errors
    session: str = ""


@dataclass(frozen=True)
class World:
    """What was made for the pages."""

    url: str
    places: tuple[Place, ...]

    def speak(self, context: BrowserContext, language: str) -> None:
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.url}
        context.add_cookies([cookie])  # type: ignore[list-item]

    def visit(self, page: Page, place: Place) -> None:
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        if place.session:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": place.session, "url": self.url}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(place.address)
        if place.press:
            with page.expect_navigation():
                page.locator(place.press).first.click()


def world(url: str) -> World:
    """Amira has an application under way and sent one, by all three ways, that staff have looked at. Samir
    helps her. Leila has an account."""
    due = berlin_day(database_now()) + timedelta(days=14)
    amira, leila = Client(), Client()
    places = [*_open_places(), *_seen_by(amira, [*_places_of_drafts(amira), *_places_of_a_case(amira, due)])]
    return World(url, (*places, *_seen_by(leila, _places_of_an_account(leila))))


def _seen_by(client: Client, places: list[Place]) -> list[Place]:
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return [replace(place, session=place.session or session) for place in places]


def _places_of_an_account(client: Client) -> list[Place]:
    sign_in(client, "leila@example.org")
    client.post(reverse("account:email"), {"email": "neu@example.org"})
    names = ("start", "gather", "passkey_add", "email", "email_code", "delete")
    security = ("mfa_index", "mfa_activate_totp")
    return [
        *[Place(f"account:{name}", reverse(f"account:{name}")) for name in names],
        *[Place(name, reverse(name)) for name in security],
        Place("account:email-errors", reverse("account:email"), press=SEND),
    ]


def _open_places() -> list[Place]:
    names = ("start", "help", "accessibility", "privacy", "feedback", "feedback_board")
    pages = [f"pages:{name}" for name in names]
    simple = [*pages, "web:start", "web:resume", "my:lookup", "entry:sign_in", "helping:enter"]
    return [
        *[Place(name, reverse(name)) for name in simple],
        Place("web:intro", reverse("web:intro", args=["HA"])),
        Place("web:formless", reverse("web:formless")),
        Place("web:formless-errors", reverse("web:formless"), press=SEND),
        Place("web:papers", reverse("web:papers")),
        Place("web:papers-errors", reverse("web:papers"), press=SEND),
        Place("my:lookup-errors", reverse("my:lookup"), press=SEND),
        Place("not-found", "/beleg/nichts/"),
        Place("draft-lost", "/antrag/00000000-0000-4000-8000-000000000000/"),
    ]


def _places_of_drafts(client: Client) -> list[Place]:
    first, change, papers = begin(client, "HA"), begin(client, "VAEM"), _papers_to_a_case(client)
    client.post(at(first, "schritt/person/"), {**AMIRA, "gender": "f"})
    client.post(at(change, "schritt/person/"), AMIRA)
    upload = {"files": [file("IMG_2041.jpg", files.jpeg("Mietvertrag"))]}
    client.post(at(first, "unterlagen/lease/"), upload)
    kept = DraftFile.objects.get(paper__draft=first)
    first.refresh_from_db()
    lina = {
        "given_name": "Lina",
        "family_name": "Haddad",
        "birth_date": "2016-05-04",
        "relation": "child_under_15",
    }
    first.answers |= {"lives_with_others": True, "members": [lina]}
    first.save(update_fields=["answers"])
    steps = [
        Place(f"web:step-{key}", at(first, f"schritt/{key}/"))
        for key in ("numbers", "household", "housing", "rent", "work", "assets")
    ]
    return [
        *[place for place in steps if client.get(place.address).status_code == 200],
        Place("web:step", at(change, "schritt/person/")),
        Place("web:step-errors", at(begin(client, "WBA"), "schritt/person/"), press=SEND),
        Place("web:number", at(papers, "nummer/")),
        Place("web:draft_papers", at(first, "unterlagen/")),
        Place("web:draft_papers-free", at(papers, "unterlagen/")),
        Place("web:paper", at(first, "unterlagen/payslip/")),
        Place("web:paper-kept", at(first, "unterlagen/lease/")),
        Place("web:view", at(first, f"unterlagen/lease/ansehen/{kept.pk}/1/")),
        Place("web:entries", at(first, "schritt/members/")),
        Place("web:entry", at(first, "schritt/members/1/")),
        Place("web:entry_new", at(first, "schritt/members/neu/")),
        Place("web:check", at(first, "pruefen/")),
        Place("web:check-empty", at(change, "pruefen/")),
        Place("web:saved", at(first, "gespeichert/")),
    ]


def _papers_to_a_case(client: Client) -> Draft:
    ack = cast.receive(cast.paper("lease", name="Mietvertrag.jpg"), sender=OLENA)
    born = {"birth_date_day": "12", "birth_date_month": "3", "birth_date_year": "1985"}
    address = reverse("web:papers")
    client.post(address, {"key": form_key(client, address), "number": ack.number, **born})
    return Draft.objects.get(service="PAPERS")


def _places_of_a_case(client: Client, due: date) -> list[Place]:
    ack = cast.receive(
        cast.paper("payslip", name="Lohnabrechnung Oktober.jpg"),
        cast.paper("lease", name="Mietvertrag.jpg"),
        helper=Helper("Samir", "Bruder"),
    )
    case, deniz = cast.case_of(ack), Actor(Role.CASEWORKER, cast.deniz().pk)
    letter = cast.receive(channel=Channel.POST, service="PAPERS", sheets=2, number=case.code)
    stray = cast.receive(channel=Channel.POST, service="PAPERS", sender=cast.amira(given_name="Jonas"))
    actions.assign(case, cast.deniz(), deniz)
    payslip, lease = cast.submission(ack).documents.order_by("pk")
    for document in (payslip, lease):
        actions.open_document(document, deniz)
    actions.reject(payslip, "unreadable", due, deniz)
    actions.accept(lease, deniz)
    answered = adapter.send(service="VAEM", answers=ANSWERS)
    for one in (ack, answered):
        client.post(reverse("my:lookup"), {"number": one.number, **BORN})
    helper = helping.invite(
        case,
        name="Samir",
        relation="Bruder",
        organisation=False,
        scope=Scope.EVERYTHING,
        ends_on=due,
        actor=CLAIMANT,
    )
    samir = Client()
    samir.post(reverse("helping:invitation", args=[helper.code]), {"name": "Samir Haddad"})
    person = HelperPerson.objects.get()
    helped = [Place("helping:case", reverse("helping:case", args=[person.public_id]))]
    other = helping.invite(
        case,
        name="Beratung",
        relation="",
        organisation=True,
        scope=Scope.EVERYTHING,
        ends_on=due,
        actor=CLAIMANT,
    )

    def of(name: str, *arguments: str) -> Place:
        return Place(f"my:{name}", reverse(f"my:{name}", args=arguments))

    return [
        *[of(name, ack.secret) for name in (*MY_CASE, "download", "helpers")],
        of("correct", answered.secret),
        Place("my:confirm-asks", reverse("my:confirm", args=[letter.secret])),
        of("helper", ack.secret, str(other.public_id)),
        Place("helping:invitation", reverse("helping:invitation", args=[other.code])),
        *_seen_by(samir, helped),
        Place("my:receipt-letter", reverse("my:receipt", args=[letter.secret])),
        Place("my:status-stray", reverse("my:status", args=[stray.secret])),
        Place("my:receipt_print", reverse("my:receipt_print", args=[ack.secret, "a4"])),
        Place("my:receipt_print-80mm", reverse("my:receipt_print", args=[ack.secret, "80mm"])),
    ]
