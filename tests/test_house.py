"""Rules of the house, so that a forgotten half of a change is found by name."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from casework import events, timeline, workflow
from casework.catalogue import catalogue
from casework.reactions import EFFECTS, REACTIONS
from portal.access import ACCESS, BARE
from portal.templatetags.claimant import TONES, state_words

ROOT = Path(__file__).parent.parent
OURS = [
    path
    for folder in ("portal", "channels", "casework")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]

# Not told to anybody: files that may still be a draft, batches before they are letters, whole days.
SILENT = {"file_kept", "file_read", "file_unreadable", "virus_found", "batch_scanned", "day_closed"}
SILENT |= {"account_opened", "account_email_changed", "account_deleted"}  # about no case
SILENT |= {"file_recognised", "page_turned", "cover_sheet_used"}  # told by the joining that comes with it


def test_every_event_is_told_to_staff_or_named_as_silent() -> None:
    assert set(events.KINDS) - set(timeline.STAFF_KINDS) == SILENT


@pytest.mark.parametrize(
    "name",
    [f"timeline/claimant/{kind}.html" for kind in timeline.CLAIMANT_KINDS]
    + [f"timeline/staff/{kind}.html" for kind in timeline.STAFF_KINDS],
)
def test_every_told_event_has_its_words(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("kind", sorted(events.KINDS))
def test_every_event_is_frozen(kind: str) -> None:
    assert events.KINDS[kind].__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_every_reaction_names_an_event_and_an_effect_that_runs() -> None:
    assert set(REACTIONS) <= set(events.KINDS)
    for effect in EFFECTS:
        assert callable(import_module(f"casework.effects.{effect}").run)


def test_every_effect_module_is_reached() -> None:
    helpers = {"__init__", "failed"}
    modules = {path.stem for path in (ROOT / "casework/effects").glob("*.py")}
    assert modules - helpers == EFFECTS


@pytest.mark.parametrize(
    "state",
    sorted(
        {*workflow.DocumentState, *workflow.RequirementState, *workflow.SubmissionState, *workflow.CaseState}
        - {"withdrawn"}  # no list and no page shows these
    ),
)
def test_every_state_has_words_and_a_tone_for_claimants(state: str) -> None:
    assert state_words(state)
    assert TONES[state]


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (workflow.DOCUMENT, workflow.DocumentState),
        (workflow.SUBMISSION, workflow.SubmissionState),
        (workflow.CASE, workflow.CaseState),
    ],
)
def test_every_state_can_be_reached_and_every_transition_names_an_event(table: dict, states: type) -> None:
    assert set(table.values()) == set(states)  # type: ignore[call-overload]
    assert {event for _, event in table} <= set(events.KINDS)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_record_writes_the_log_and_nothing_listens_to_signals(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name != "events.py":
        assert not re.search(r"\b(Event|EventRow)\.objects\.(create|bulk_create|get_or_create)", text)
    assert not re.search(r"@receiver|post_save|pre_save|post_delete", text)


@pytest.mark.parametrize(
    "path",
    [path for path in OURS if "view" in path.stem],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_views_decide_and_save_nothing(path: Path) -> None:
    assert not re.search(
        r"\.save\(|\.objects\.(create|update|bulk)|\.delete\(\)", path.read_text(encoding="utf-8")
    )


def _patterns(resolver: URLResolver, namespace: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found += _patterns(pattern, pattern.namespace or namespace)
        else:
            found.append((namespace, pattern))
    return found


def test_every_address_stands_in_the_access_table() -> None:
    for namespace, pattern in _patterns(get_resolver()):
        assert namespace in ACCESS if namespace else pattern.name in BARE, pattern


def test_the_access_table_names_no_view_that_is_gone() -> None:
    names = {pattern.name for namespace, pattern in _patterns(get_resolver()) if not namespace}
    assert set(BARE) - names == set()


def test_staff_pages_send_everybody_else_to_sign_in(client: Client, db: None) -> None:
    for start in ("/post/", "/schalter/", "/faelle/", "/team/"):
        answer = client.get(start)
        assert (answer.status_code, answer["Location"]) == (302, f"/konto/login/?next={start}")


def test_catalogue_names_every_unclear_reason_the_code_gives() -> None:
    sources = (
        ROOT / "casework/matching/strong.py",
        ROOT / "casework/placing.py",
        ROOT / "casework/belonging.py",
    )
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    joins = {"customer_number", "household_number", "new_person", "staff", "case_code", "receipt_number"}
    codes = set(re.findall(r'(?:Judgement\(|None, |unclear = )"([a-z_]+)"', text)) - joins
    assert codes
    for code in codes:
        assert catalogue().unclear_reason(code)
