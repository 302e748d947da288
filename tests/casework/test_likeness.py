"""Recognised by likeness: who is linked, what is asked, what people answered, and two at the same moment."""

import threading
from collections import Counter
from datetime import date
from io import StringIO
from itertools import product

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from casework import actions, events, likeness, likeness_index, papers, people
from casework.envelope import SYSTEM, Actor, Channel, Role
from casework.lookup import find_people
from casework.matching.details import FEW, MOST_COMPARED, TOO_COMMON, keys, profile
from casework.matching.outcome import Answer, Outcome, Subject
from casework.models import Case, CommonKey, Event, MatchEntry, PaperLikeness, Person, Submission, TermCount
from casework.sight import case_shown_by
from casework.workflow import SubmissionState
from portal.working import housekeeping
from tests import cast
from tests.cast import amira

pytestmark = pytest.mark.django_db


def deniz() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


def as_scanned() -> object:
    return amira(given_name="Arnira", family_name="Hadad", birth_date=date(1991, 3, 7), street="Lindenwge 4")


def events_of(submission: Submission, kind: str) -> list[dict]:
    return [row.data for row in Event.objects.filter(submission=submission.pk, kind=kind).order_by("id")]


def test_same_person_with_errors_on_paper_joins_her_case_with_the_reasons() -> None:
    case = cast.case_of(cast.receive())
    letter = cast.submission(
        cast.receive(cast.paper(), service="PAPERS", channel=Channel.POST, sender=as_scanned())
    )
    assert (letter.case, letter.join_reason, letter.shows_case) == (case, "likeness", False)
    (judged,) = events_of(letter, "likeness_judged")
    assert (judged["subject"], judged["outcome"], judged["other"]) == ("person", "link", case.person.pk)
    assert judged["reasons"] == ["given_typo", "family_spelled", "birth_swapped", "address_similar"]


def test_receipt_of_somebody_only_recognised_shows_nothing_of_the_case_until_confirmed() -> None:
    case = cast.case_of(cast.receive())
    ack = cast.receive(cast.paper(), service="PAPERS", sender=as_scanned())
    other = cast.submission(ack)
    assert case_shown_by(other) is None
    actions.confirm_join(other, deniz())
    other.refresh_from_db()
    assert case_shown_by(other) == case
    assert [data["answer"] for data in events_of(other, "likeness_answered")] == ["same"]


def test_parent_of_the_same_name_waits_with_the_child_as_candidate() -> None:
    child = cast.case_of(cast.receive()).person
    parent = cast.submission(cast.receive(sender=amira(birth_date=None)))
    assert (parent.case, parent.unclear) == (None, "no_number")
    assert [one.person for one in likeness.find_for(parent).candidates] == [child.pk]
    assert [data["outcome"] for data in events_of(parent, "likeness_judged")] == ["ask"]


def test_new_application_like_a_known_person_is_not_a_second_person_by_itself() -> None:
    cast.receive()
    nowhere = {"street": "", "postcode": "", "city": "", "phone": "", "email": ""}
    like = cast.submission(cast.receive(sender=amira(given_name="", **nowhere)))
    assert (like.unclear, Person.objects.count()) == ("somebody_alike", 1)


def test_choice_of_staff_answers_for_everybody_proposed() -> None:
    first = people.create(amira())
    people.create(amira(street="Hauptstraße 91", postcode="54321"))
    letter = cast.submission(cast.receive(service="PAPERS", sender=amira(street="", postcode="", city="")))
    assert len(events_of(letter, "likeness_judged")) == 2
    actions.link_to_new_case(letter, first, "HA", deniz())
    answers = {data["other"] == first.pk: data["answer"] for data in events_of(letter, "likeness_answered")}
    assert answers == {True: "same", False: "not_same"}


def test_report_counts_what_people_undid_by_reason() -> None:
    cast.receive()
    wrong = cast.submission(cast.receive(service="PAPERS", sender=as_scanned()))
    right = cast.submission(cast.receive(service="PAPERS", sender=as_scanned()))
    actions.separate(wrong, deniz())
    actions.confirm_join(right, deniz())
    out = StringIO()
    call_command("matching_report", stdout=out)
    linked = out.getvalue().split("Persons, asked about")[0]
    rows = {line.split()[0]: line.split()[1:] for line in linked.splitlines() if line.strip()}
    assert rows["(all)"] == ["2", "2", "1", "1", "50.0", "%"]
    assert rows["birth_swapped"] == ["2", "2", "1", "1", "50.0", "%"]


def test_report_covers_papers_and_counts_an_answer_taken_back_as_none() -> None:
    earlier = cast.submission(cast.receive(cast.paper())).documents.get()
    answers = (Answer.SAME, Answer.NOT_SAME, Answer.UNDONE)
    for outcome, said in product((Outcome.LINK, Outcome.ASK), answers):
        later = cast.submission(cast.receive(cast.paper())).documents.get()
        shown = PaperLikeness.objects.create(
            document=later,
            earlier=earlier,
            relation="same",
            outcome=outcome,
            score=1,
            reasons=["all_the_same"],
        )
        judged = events.LikenessJudged(Subject.PAPER, outcome, earlier.pk, ("all_the_same",), 1.0)
        with transaction.atomic():
            events.record(judged, SYSTEM, submission=later.submission, document=later)
        papers.answer(shown, Answer.SAME if said == Answer.UNDONE else said, deniz())
        if said == Answer.UNDONE:
            papers.answer(shown, said, deniz())
    out = StringIO()
    call_command("matching_report", stdout=out)
    linked, asked = out.getvalue().split("Papers, ")[1:]
    for table in (linked, asked):
        rows = {line.split()[0]: line.split()[1:] for line in table.splitlines() if line.strip()}
        assert rows["(all)"] == rows["all_the_same"] == ["3", "2", "1", "1", "50.0", "%"]


def test_separated_submission_is_found_again_by_who_writes_next() -> None:
    cast.receive()
    letter = cast.submission(cast.receive(service="PAPERS", sender=as_scanned()))
    assert not MatchEntry.objects.filter(submission=letter).exists()
    actions.separate(letter, deniz())
    assert MatchEntry.objects.filter(submission=letter).exists()
    assert letter.pk not in [one.submission for one in likeness.find_for(letter).candidates]


def test_index_built_anew_is_the_one_that_was_kept() -> None:
    cast.receive()
    cast.receive(service="PAPERS", sender=amira(birth_date=None))
    kept = {(row.person_id, row.submission_id): sorted(row.keys) for row in MatchEntry.objects.all()}
    built = likeness_index.build(everything=True)
    anew = {(row.person_id, row.submission_id): sorted(row.keys) for row in MatchEntry.objects.all()}
    assert (anew, built.people, built.waiting) == (kept, 1, 1)


def test_building_the_index_adds_who_has_no_keys() -> None:
    missing = people.create(amira())
    MatchEntry.objects.all().delete()
    assert likeness.find(likeness.details_of_sender(amira())).outcome == Outcome.NEW
    assert likeness_index.build().indexed == 1
    assert likeness.find(likeness.details_of_sender(amira())).person == missing.pk
    assert likeness_index.build().indexed == 0


def test_names_are_counted_once_a_day_by_itself() -> None:
    people.create(amira())
    housekeeping()
    assert TermCount.objects.get(kind="given", value="amira").people == 1
    people.create(amira(birth_date=date(1980, 1, 2)))
    housekeeping()
    assert TermCount.objects.get(kind="given", value="amira").people == 1
    TermCount.objects.filter(kind="day").update(value="2026-01-01")
    housekeeping()
    assert TermCount.objects.get(kind="given", value="amira").people == 2


def test_words_too_long_for_a_name_do_not_stop_the_counting() -> None:
    for end in ("a", "b"):
        people.create(amira(given_name="ß" * 100 + end))
    likeness_index.build()
    assert TermCount.objects.get(kind="people").people == 2
    assert TermCount.objects.get(kind="family", value="haddad").people == 2


def test_index_with_keys_of_an_older_version_is_built_anew() -> None:
    known = people.create(amira())
    others = [people.create(amira(given_name=name)) for name in ("Lena", "Nour")]
    assert likeness_index.build().indexed == 0
    MatchEntry.objects.filter(person=known).update(keys=[1, 2, 3])
    assert likeness_index.build().indexed == 1 + len(others)
    assert likeness.find(likeness.details_of_sender(amira())).candidates[0].person == known.pk


def test_arrival_is_kept_when_comparing_fails(settings: object) -> None:
    settings.PERSON_THRESHOLDS = {"no_such_threshold": 1}  # type: ignore[attr-defined]
    kept = cast.submission(cast.receive())
    assert (kept.state, kept.unclear) == (SubmissionState.UNASSIGNED, "somebody_alike")


@pytest.mark.django_db(transaction=True)
def test_nobody_who_is_looked_for_waits_while_the_index_is_built_anew() -> None:
    known = people.create(amira())
    found: list[int | None] = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        found.append(likeness.find(likeness.details_of_sender(amira())).candidates[0].person)
        connection.close()

    with transaction.atomic():
        assert likeness_index.build(everything=True).indexed == 1
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert found == [known.pk]


@pytest.mark.django_db(transaction=True)
def test_two_spellings_on_two_channels_in_the_same_second_are_one_person_and_one_case() -> None:
    ways = [
        (Channel.WEB, amira()),
        (Channel.POST, as_scanned()),
        (Channel.DESK, amira(given_name="Haddad", family_name="Amira")),
        (Channel.WEB, amira(family_name="Al-Haddad")),
    ]
    start = threading.Barrier(len(ways))

    def send(channel: Channel, sender: object) -> None:
        start.wait()
        cast.receive(channel=channel, sender=sender)
        connection.close()

    threads = [threading.Thread(target=send, args=way) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Submission.objects.count() == len(ways)
    assert (Person.objects.count(), Case.objects.count()) == (1, 1)
    waiting = Submission.objects.filter(case=None)
    assert all(likeness.find_for(one).candidates for one in waiting)  # linked, or there for review


@pytest.mark.parametrize(
    "typed", ["Hadad Arnira 3.7.1991", "amirah haddat", "Amira Al-Haddad", "Amira Haddad 7.3.1991"]
)
def test_search_of_the_desk_finds_a_person_despite_the_spelling(typed: str) -> None:
    amiras = cast.case_of(cast.receive()).person
    cast.receive(sender=amira(given_name="Zoe", family_name="Zander", birth_date=date(1960, 1, 9)))
    assert find_people(cast.carla(), typed) == [amiras]


def test_search_shows_exact_names_before_like_ones() -> None:
    like = people.create(amira(family_name="Hadad", birth_date=date(1980, 5, 5)))
    exact = people.create(amira())
    assert find_people(cast.carla(), "Amira Haddad") == [exact, like]


def test_search_follows_the_rarest_keys_and_stops_before_it_reads_much() -> None:
    details = likeness.details_of_sender(amira())
    rare, frequent, usual, too_common = sorted(keys(profile(details)))[:4]
    some = [*[[rare]] * 5, *[[usual]] * 60, *[[frequent]] * 59, *[[too_common]] * 61]
    entries = dict(zip(_people(len(some)), some, strict=True))
    MatchEntry.objects.bulk_create(MatchEntry(person_id=pk, keys=found) for pk, found in entries.items())
    counts = {rare: 5, usual: 60, frequent: 59, too_common: TOO_COMMON + 1}
    CommonKey.objects.bulk_create(CommonKey(key=key, people=people) for key, people in counts.items())
    found = likeness._rows(
        likeness._BY_KEYS, list(counts), likeness.MOST_FOLLOWED, FEW, TOO_COMMON, likeness.MOST_HITS
    )
    assert Counter(row[4][0] for row in found) == {rare: 5, frequent: 59, usual: 60}
    found = likeness._rows(likeness._BY_KEYS, list(counts), 64, FEW, TOO_COMMON, likeness.MOST_HITS)
    assert Counter(row[4][0] for row in found) == {rare: 5, frequent: 59}
    assert len(likeness.find(details).candidates) <= MOST_COMPARED


def _people(number: int) -> list[int]:
    made = Person.objects.bulk_create(Person(family_name=f"Nr{n}") for n in range(number))
    return [one.pk for one in made]


def test_a_key_too_common_to_find_anybody_keeps_nobody_waiting() -> None:
    details = likeness.details_of_sender(amira())
    known = sorted(keys(profile(details)))
    CommonKey.objects.create(key=known[0], people=TOO_COMMON + 1)
    CommonKey.objects.create(key=known[1], people=TOO_COMMON)
    with transaction.atomic(), connection.cursor() as cursor:
        likeness.lock(details)
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
            " AND pid = pg_backend_pid()",
            [likeness._LOCKS],
        )
        held = {number - 2**32 if number >= 2**31 else number for (number,) in cursor.fetchall()}
    assert held == set(known[1:])
