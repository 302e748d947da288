"""The demo's cases. Everything goes through the channels' adapters and the caseworkers' actions.

Stages build on one another: staff (only who works here) → arrived (papers on three channels, one case) →
reviewing (looked at, decided, asked for).
"""

import io
import uuid
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from casework import actions, filestore, outbox
from casework.clock import BERLIN, berlin_day, database_now
from casework.envelope import Ack, Actor, Helper, Paper, Role, Sender, Upload
from casework.models import Case, Submission, Team, User
from channels.desk import adapter as desk
from channels.post import adapter as post
from channels.web import adapter as web
from portal.demo import papers
from portal.demo.cast import PASSWORD

STAGES = ("staff", "arrived", "reviewing")
# One and the same key for one and the same thing: seeding again adds nothing.
NAMESPACE = uuid.UUID("5f1d3a52-6a1e-4c0a-9c61-6f2f3a1f0e11")

AMIRA = {
    "given_name": "Amira",
    "family_name": "Haddad",
    "birth_date": "1991-07-03",
    "street": "Lindenweg 4",
    "postcode": "12345",
    "city": "Musterstadt",
    "nationality": "eu",
    "lives_with_others": True,
    "pregnant": False,
    "members": [
        {
            "given_name": "Karim",
            "family_name": "Haddad",
            "birth_date": "2015-01-09",
            "relation": "child_under_15",
        }
    ],
    "housing_kind": "rent",
    "rent": "410.00",
    "extra_costs": "110.00",
    "heating": "supplier",
    "rent_changed": False,
    "work": ["employed"],
    "other_income": ["child_benefit"],
    "employer": "Bäckerei Morgenrot GmbH",
    "pay_day": "same_month",
    "accounts": 1,
    "assets": ["none"],
    "health_insurance": "statutory",
    "insurer": "Musterkasse",
    "iban": "DE89370400440532013000",
    "contact_wish": "letter",
}


def key(name: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, name)


def tell(stage: str) -> None:
    """Build the demo up to a stage. Errors: ValueError for a stage that does not exist."""
    if stage not in STAGES:
        raise ValueError(f"stages are {', '.join(STAGES)}")
    staff()
    if stage == "staff":
        return
    arrive()
    work_off()
    if stage == "reviewing":
        review()
        work_off()


def work_off() -> None:
    """What a worker would do: read, render, place."""
    while outbox.sweep():
        pass


# --- who works here


def staff() -> None:
    north, _ = Team.objects.get_or_create(
        name="Team Nord", defaults={"first_letter": "A", "last_letter": "K"}
    )
    south, _ = Team.objects.get_or_create(name="Team Süd", defaults={"first_letter": "L", "last_letter": "Z"})
    for email, first, last, role, team in (
        ("bernd@example.org", "Bernd", "Brandt", Role.COUNTER, None),
        ("carla@example.org", "Carla", "Conti", Role.DESK, None),
        ("deniz@example.org", "Deniz", "Demir", Role.CASEWORKER, north),
        ("emil@example.org", "Emil", "Ebert", Role.CASEWORKER, south),
    ):
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(
                email, PASSWORD, first_name=first, last_name=last, roles=[role.value], team=team
            )


def _actor(first_name: str, role: Role) -> Actor:
    return Actor(role, User.objects.get(email=f"{first_name}@example.org").pk)


# --- what arrives


def arrive() -> None:
    now = database_now()
    first = amira_on_the_web(now - timedelta(days=9))
    amira_by_post(first, berlin_day(now) - timedelta(days=6))
    amira_at_the_desk(first, now - timedelta(days=3))
    others(now)
    unassigned(now)
    waiting_batch(berlin_day(now))


def amira_on_the_web(when: datetime) -> Ack:
    return web.send(
        service="HA",
        answers=AMIRA,
        papers=[
            ("payslip", [("IMG_2041.jpg", papers.photo("payslip"))]),
            ("identity_card", [("IMG_2042.jpg", papers.photo("identity_card", blurred=True))]),
        ],
        key=key("amira web"),
        received_at=when,
    )


def amira_by_post(first: Ack, arrived_on: date) -> None:
    """Registered on arrival, scanned with the stack of the day."""
    bernd = _actor("bernd", Role.COUNTER)
    case = Case.objects.get(submissions__public_id=first.submission_id)
    letter = post.Letter(
        arrived_on=arrived_on,
        emptied_at=datetime.combine(arrived_on, datetime.min.time(), BERLIN).replace(hour=7, minute=40),
        sender=Sender(given_name="Amira", family_name="Haddad", birth_date=date(1991, 7, 3)),
        number=case.code,
        sheets=2,
    )
    ack = post.register_letter(letter, bernd, key=key("amira post"))
    submission = Submission.objects.get(public_id=ack.submission_id)
    if submission.documents.exists():
        return
    stack = SimpleUploadedFile(
        "scan-0612.pdf", papers.stack(["bank_statement", "", "heating_bill", ""]), "application/pdf"
    )
    batch = post.keep_batch(stack, arrived_on, 2, bernd, key=key("amira batch"))
    sheets = [post.ScannedPaper("bank_statement", (1,)), post.ScannedPaper("heating_bill", (3,))]
    post.split(batch, sheets, submission, bernd)
    for page in (2, 4):
        actions.set_aside(batch, page)


def amira_at_the_desk(first: Ack, when: datetime) -> None:
    carla = _actor("carla", Role.DESK)
    case = Case.objects.get(submissions__public_id=first.submission_id)
    desk.record(
        actor=carla,
        key=key("amira desk"),
        sender=desk.sender_of(case.person),
        case_id=case.public_id,
        papers=[
            _kept("lease", "mietvertrag.pdf", papers.pdf("lease"), carla),
            Paper("registration", shown=True),
        ],
        helper=Helper("Samira Nasser", "family"),
        received_at=when,
    )


def _kept(kind: str, name: str, data: bytes, actor: Actor) -> Paper:
    file = filestore.keep(io.BytesIO(data), name, actor)
    return Paper(kind, (Upload(file.pk, file.sha256),))


def others(now: datetime) -> None:
    carla = _actor("carla", Role.DESK)
    desk.record(
        actor=carla,
        key=key("jonas desk"),
        service="FORMLESS",
        sender=Sender(
            given_name="Jonas", family_name="Becker", birth_date=date(1984, 2, 29), phone="0151 0000123"
        ),
        received_at=now - timedelta(days=5),
        note="Hat am Schalter gesagt, dass er Grundsicherung beantragen möchte.",
    )
    web.send(
        service="WBA",
        answers={
            "given_name": "Oksana",
            "family_name": "Kowalenko",
            "birth_date": "1979-11-21",
            "customer_number": "417B203958",
            "changes": ["nothing"],
            "has_wages": False,
        },
        papers=[("bank_statement", [("auszug.pdf", papers.pdf("bank_statement", ["Oksana Kowalenko"]))])],
        key=key("oksana web"),
        received_at=now - timedelta(days=4),
    )
    web.send(
        service="FORMLESS",
        answers={"given_name": "Lena", "family_name": "Schulz", "birth_date": "2001-05-17"},
        key=key("lena web"),
        received_at=now - timedelta(days=2),
    )


def unassigned(now: datetime) -> None:
    """What nobody can place yet: no number, a wrong birth date, a letter that says nothing."""
    web.send(
        service="PAPERS",
        answers={"given_name": "Amira", "family_name": "Haddad", "birth_date": "1991-07-03"},
        papers=[("payslip", [("lohn-september.jpg", papers.photo("payslip"))])],
        key=key("amira without number"),
        received_at=now - timedelta(days=1),
    )
    web.send(
        service="PAPERS",
        answers={"family_name": "Kowalenko", "customer_number": "417B203958", "birth_date": "1979-12-21"},
        papers=[("letter", [("gesperrt.pdf", _locked_pdf())])],
        key=key("oksana contradicts"),
        received_at=now - timedelta(hours=20),
    )
    bernd = _actor("bernd", Role.COUNTER)
    post.register_letter(
        post.Letter(arrived_on=berlin_day(now), sheets=1),
        bernd,
        key=key(f"letter of nobody {berlin_day(now)}"),
    )


def _locked_pdf() -> bytes:
    import pikepdf

    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(papers.pdf("letter", ["Jobcenter Musterstadt"]))) as document:
        document.save(target, encryption=pikepdf.Encryption(owner="geheim", user="geheim"))
    return target.getvalue()


def waiting_batch(arrived_on: date) -> None:
    """A stack on the counter that is scanned and not yet split."""
    kinds = ["letter", "payslip", "", "bank_statement", "heating_bill"]
    stack = SimpleUploadedFile("stapel-heute.pdf", papers.stack(kinds), "application/pdf")
    post.keep_batch(
        stack, arrived_on, 5, _actor("bernd", Role.COUNTER), key=key(f"waiting batch {arrived_on}")
    )


# --- what caseworkers did


def review() -> None:
    deniz = _actor("deniz", Role.CASEWORKER)
    first = Submission.objects.get(key=key("amira web"))
    case = first.case
    if case is None or case.assigned_to_id is not None:
        return
    actions.assign(case, User.objects.get(email="deniz@example.org"), deniz)
    actions.view_case(case, deniz)
    due = berlin_day(database_now()) + timedelta(days=14)
    documents = {document.kind: document for document in first.documents.all()}
    for document in documents.values():
        actions.open_document(document, deniz)
    actions.accept(documents["payslip"], deniz)
    actions.reject(documents["identity_card"], "unreadable", due, deniz)
    letter = Submission.objects.get(key=key("amira post"))
    actions.open_document(letter.documents.get(kind="bank_statement"), deniz)
    actions.request_paper(
        case, "bank_statement", "needed_for_decision", due, deniz, note="Bitte auch August und September."
    )
