"""What the machine judged of likeness, and what people said to it, as events (casework.matching.outcome)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casework import events
from casework.envelope import Actor
from casework.likeness import Found
from casework.matching.outcome import Answer, Outcome, Subject
from casework.models import Event, Person, Submission


def record(found: Found, submission: Submission, actor: Actor) -> None:
    """Whom the sender of a submission was found to be like: the one linked, or those to ask about."""
    likely = [one for one in found.candidates if one.person is not None]
    for one in likely[:1] if found.outcome == Outcome.LINK else likely:
        assert one.person is not None
        event = events.LikenessJudged(
            Subject.PERSON, found.outcome, one.person, one.compared.codes, round(one.compared.bits, 1)
        )
        events.record(event, actor, submission=submission)


def answer_by_choice(submission: Submission, person: Person | None, actor: Actor) -> None:
    """Staff said whose it is (None: somebody new): so they answered for everybody shown to them."""
    for judged in _judged(submission):
        same = person is not None and judged["other"] == person.pk
        _answer(submission, judged, Answer.SAME if same else Answer.NOT_SAME, actor)


def answer_by_separating(submission: Submission, person: Person, actor: Actor) -> None:
    """Staff took a submission out of the case of somebody the machine had found."""
    for judged in _judged(submission):
        if judged["other"] == person.pk:
            _answer(submission, judged, Answer.SEPARATED, actor)


def answer_by_confirming(submission: Submission, person: Person, actor: Actor) -> None:
    for judged in _judged(submission):
        if judged["other"] == person.pk:
            _answer(submission, judged, Answer.SAME, actor)


def why_linked(submissions: Iterable[Submission]) -> dict[int, tuple[str, ...]]:
    """By submission (pk) joined by likeness: the codes of the evidence."""
    joined = [one.pk for one in submissions if one.join_reason == "likeness"]
    rows = Event.objects.filter(
        submission__in=joined,
        kind=events.LikenessJudged.kind,
        data__subject=Subject.PERSON,
        data__outcome=Outcome.LINK,
    )
    return {row.submission: tuple(row.data["reasons"]) for row in rows.order_by("id") if row.submission}


@dataclass
class Tally:
    """Judgements of one kind that had this reason (empty: all), and the last answers to them."""

    subject: str
    outcome: str
    reason: str
    judged: int = 0
    same: int = 0
    not_same: int = 0
    separated: int = 0

    @property
    def answered(self) -> int:
        return self.same + self.not_same + self.separated

    @property
    def against(self) -> int:
        """Answers that deny it: of a link, how often people undid it (papers are denied, never separated)."""
        return self.not_same + self.separated


def tally(since: datetime) -> list[Tally]:
    """What was judged from then on, by subject, outcome and reason, with what people last said of it."""
    judged, answers = _since(since)
    found: dict[tuple[str, str, str], Tally] = {}
    for key, data in judged.items():
        answer = answers.get(key, "")
        for reason in ("", *dict.fromkeys(data["reasons"])):
            group = (data["subject"], data["outcome"], reason)
            one = found.setdefault(group, Tally(*group))
            one.judged += 1
            one.same += answer == Answer.SAME
            one.not_same += answer == Answer.NOT_SAME
            one.separated += answer == Answer.SEPARATED
    return list(found.values())


_Key = tuple[str, int | None, int | None, int]  # subject, submission, document, what it was found to be like


def _since(since: datetime) -> tuple[dict[_Key, dict[str, Any]], dict[_Key, str]]:
    """The last judgement of each pair, and the last answer; an answer taken back is none."""
    kinds = (events.LikenessJudged.kind, events.LikenessAnswered.kind)
    judged: dict[_Key, dict[str, Any]] = {}
    answers: dict[_Key, str] = {}
    for row in Event.objects.filter(kind__in=kinds, at__gte=since).order_by("id").iterator():
        key = (row.data["subject"], row.submission, row.document, row.data["other"])
        if row.kind == events.LikenessJudged.kind:
            judged[key] = row.data
        else:
            judged.setdefault(key, row.data)
            answers[key] = row.data["answer"]
    return judged, {key: answer for key, answer in answers.items() if answer != Answer.UNDONE}


def _judged(submission: Submission) -> list[dict[str, object]]:
    """The last judgement of each person the sender was compared with."""
    rows = Event.objects.filter(
        submission=submission.pk, kind=events.LikenessJudged.kind, data__subject=Subject.PERSON
    ).order_by("id")
    return list({row.data["other"]: row.data for row in rows}.values())


def _answer(submission: Submission, judged: dict[str, object], answer: Answer, actor: Actor) -> None:
    event = events.LikenessAnswered(
        Subject.PERSON,
        answer,
        int(str(judged["other"])),
        str(judged["outcome"]),
        tuple(str(code) for code in judged["reasons"]),  # type: ignore[attr-defined]
    )
    events.record(event, actor, case=submission.case, submission=submission)
