"""What the list says of a paper before it is sent again: here already, accepted, not needed, by when."""

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.test import Client

from casework import actions
from casework.catalogue import catalogue
from casework.envelope import Actor, Channel, Role
from casework.models import Case, Requirement
from channels.models import Draft
from tests import cast, files
from tests.channels.web.walking import at, file, form_key, text

PICTURES = Path(__file__).parents[3] / "static/img/papers"


@pytest.fixture
def case(db: None) -> Case:
    return cast.case_of(cast.receive(cast.paper("payslip"), service="HA"))


def to_the_list(client: Client, case: Case) -> Draft:
    born = {"birth_date_day": "3", "birth_date_month": "7", "birth_date_year": "1991"}
    key = form_key(client, "/antrag/unterlagen/")
    client.post("/antrag/unterlagen/", {"number": case.code, **born, "key": key})
    return Draft.objects.get()


def requirement(case: Case, kind: str, **changes: object) -> Requirement:
    found, _ = Requirement.objects.update_or_create(case=case, kind=kind, defaults=changes)
    return found


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        (Channel.POST, "mit der Post angekommen"),
        (Channel.DESK, "am Schalter abgegeben"),
        (Channel.WEB, "über das Internet angekommen"),
    ],
)
def test_a_paper_that_is_here_says_when_it_came_and_on_which_way(
    client: Client, case: Case, channel: Channel, words: str
) -> None:
    requirement(case, "lease")
    cast.receive(cast.paper("lease"), channel=channel, service="PAPERS", number=case.code)
    draft = to_the_list(client, case)
    page = text(client.get(at(draft, "unterlagen/")))
    assert "Ist schon bei uns" in page
    assert words in page
    paper = text(client.get(at(draft, "unterlagen/lease/")))
    assert words in paper
    assert "der frühere Tag zählt" in paper
    assert "Foto aufnehmen" in paper  # sending again stays possible


def test_an_accepted_paper_says_so(client: Client, case: Case) -> None:
    requirement(case, "lease")
    ack = cast.receive(cast.paper("lease"), service="PAPERS", number=case.code)
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    document = cast.submission(ack).documents.get()
    actions.open_document(document, deniz)
    actions.accept(document, deniz)
    draft = to_the_list(client, case)
    assert "Angenommen" in text(client.get(at(draft, "unterlagen/")))
    assert "Das haben wir angenommen" in text(client.get(at(draft, "unterlagen/lease/")))


def test_a_paper_to_be_sent_again_says_why(client: Client, case: Case) -> None:
    requirement(case, "lease")
    ack = cast.receive(cast.paper("lease"), service="PAPERS", number=case.code)
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    document = cast.submission(ack).documents.get()
    actions.open_document(document, deniz)
    actions.reject(document, "unreadable", date(2026, 12, 24), deniz)
    draft = to_the_list(client, case)
    page = text(client.get(at(draft, "unterlagen/")))
    assert "Bitte noch einmal schicken" in page
    assert str(catalogue().reject_reason("unreadable").words) in page


def test_a_paper_that_is_not_needed_says_so_and_can_be_sent_all_the_same(client: Client, case: Case) -> None:
    requirement(case, "lease", waived=True)
    draft = to_the_list(client, case)
    assert "Brauchen wir nicht" in text(client.get(at(draft, "unterlagen/")))
    paper = text(client.get(at(draft, "unterlagen/lease/")))
    assert "Das brauchen wir nicht" in paper
    assert "Foto aufnehmen" in paper
    assert "Mietvertrag" not in text(client.get(at(draft, "pruefen/"))).split("Das fehlt noch")[-1]


def test_a_paper_nobody_asked_for_says_so(client: Client, case: Case) -> None:
    draft = to_the_list(client, case)
    asked = set(Requirement.objects.filter(case=case).values_list("kind", flat=True))
    kind = next(k.key for k in catalogue().kinds() if k.key not in asked | {"other"})
    assert "haben wir Sie nicht gebeten" in text(client.get(at(draft, f"unterlagen/{kind}/")))
    assert "haben wir Sie nicht gebeten" not in text(client.get(at(draft, "unterlagen/other/")))


def test_a_kind_once_chosen_stays_on_the_list(client: Client, case: Case) -> None:
    draft = to_the_list(client, case)
    client.post(at(draft, "unterlagen/"), {"kind": "car_papers"})
    assert at(draft, "unterlagen/car_papers/") in text(client.get(at(draft, "unterlagen/")))


@pytest.mark.parametrize("kind", [kind.key for kind in catalogue().document_kinds])
def test_every_kind_of_paper_has_a_drawing_that_is_only_a_drawing(kind: str) -> None:
    drawing = PICTURES / f"{kind}.svg"
    assert drawing.stat().st_size < 4000
    names = {element.tag.rpartition("}")[2] for element in ElementTree.parse(drawing).iter()}  # noqa: S314
    assert names <= {"svg", "rect", "path", "circle", "ellipse", "text"}


def test_file_that_came_before_is_named_before_it_is_sent_again(client: Client, case: Case) -> None:
    """F11: whatever it is sent as this time. Cases of others are never asked."""
    draft = to_the_list(client, case)
    client.post(at(draft, "unterlagen/lease/"), {"files": [file("lohn.jpg", files.jpeg())]})
    for page in ("unterlagen/lease/", "pruefen/"):
        shown = text(client.get(at(draft, page)))
        assert "Das ist schon bei uns:</strong> Am" in shown
        assert "über das Internet angekommen" in shown
    client.post(at(draft, "unterlagen/lease/"), {"files": [file("miete.jpg", files.jpeg("Mietvertrag"))]})
    assert text(client.get(at(draft, "unterlagen/lease/"))).count("Das ist schon bei uns:</strong> Am") == 1


def test_file_of_another_case_is_not_named(client: Client, case: Case) -> None:
    other = cast.case_of(cast.receive(sender=cast.amira(given_name="Zoe", family_name="Zander")))
    cast.receive(cast.paper("lease", files.jpeg("Miete Zander")), service="PAPERS", number=other.code)
    draft = to_the_list(client, case)
    client.post(at(draft, "unterlagen/lease/"), {"files": [file("a.jpg", files.jpeg("Miete Zander"))]})
    assert "Das ist schon bei uns:</strong> Am" not in text(client.get(at(draft, "unterlagen/lease/")))
