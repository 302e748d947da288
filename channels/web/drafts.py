"""What happens to a draft before it is sent. Every change locks the draft, so that two tabs lose nothing."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import ProtectedError

from casework.catalogue import Service, Step, catalogue
from casework.models import StoredFile
from channels.forms import StepForm, answers_from_form, without_entry
from channels.models import Draft, DraftFile, DraftPaper
from channels.uploads import keep
from channels.web.adapter import CLAIMANT


class AlreadySent(Exception):
    """Sent meanwhile, perhaps in another tab: nothing can be changed any more."""


def begin(service: Service, key: UUID, language: str, answers: dict[str, Any], number: str = "") -> Draft:
    """A new draft; the same key again (double click, back button) gives the same one as it is now.

    Once that one is sent, whoever goes back and begins again gets a new one. A number, which was found to
    fit, replaces the one before.
    """
    first = {"service_version": service.version, "language": language, "answers": answers, "number": number}
    draft, made = Draft.objects.get_or_create(key=key, defaults={"service": service.key, **first})
    if draft.service != service.key or draft.sent_at is not None:
        return Draft.objects.create(service=service.key, **first)
    if number and not made:
        set_number(draft, number, answers.get("birth_date", ""))
    return draft


def service_of(draft: Draft) -> Service:
    return catalogue().service(draft.service, version=draft.service_version)


def day(answer: str) -> date:
    """The answer to a question for a date. Errors: ValueError."""
    return date.fromisoformat(answer)


@contextmanager
def _changing(draft: Draft) -> Iterator[Draft]:
    """The draft as it is in the database, locked until the change is committed. Errors: AlreadySent."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if locked.sent_at is not None:
            raise AlreadySent
        yield locked


def _keep_answers(draft: Draft, locked: Draft, answers: dict[str, Any]) -> None:
    locked.answers = draft.answers = answers
    locked.save(update_fields=["answers", "updated_at"])


def save_answers(draft: Draft, form: StepForm) -> None:
    """Keep what could be read. An answer that cannot be read leaves the one before in place.

    An entry of a repeated step is kept whole or not at all; the same new entry twice is a double click.
    """
    with _changing(draft) as locked:
        answers = answers_from_form(form, locked.answers)
        key = form.step.key
        if form.step.repeat:
            entries = answers[key]
            if form.entry is None and entries[-1] in entries[:-1]:
                return
        else:
            unreadable = (name for name in form.errors if not is_missing_only(form, name))
            answers |= {name: locked.answers[name] for name in unreadable if name in locked.answers}
        _keep_answers(draft, locked, answers)


def is_missing_only(form: StepForm, name: str | None = None) -> bool:
    """Whether nothing is wrong (with this field) but answers that are missing."""
    wrong = form.errors.as_data()
    found = wrong.get(name, []) if name else [error for errors in wrong.values() for error in errors]
    return all(error.code == "required" for error in found)


def mark(entry: dict[str, Any]) -> str:
    """Names an entry by its content, so that removing it twice removes it once."""
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()[:16]


def remove_entry(draft: Draft, step: Step, marked: str) -> None:
    with _changing(draft) as locked:
        for number, entry in enumerate(locked.answers.get(step.key) or []):
            if mark(entry) == marked:
                _keep_answers(draft, locked, without_entry(step, locked.answers, number))
                return


def set_number(draft: Draft, number: str, birth_date: str) -> None:
    """A number that was found to fit, with the birth date (YYYY-MM-DD) it fits to; empty: none."""
    with _changing(draft) as locked:
        locked.number = draft.number = number
        given = {"birth_date": birth_date} if birth_date else {}
        locked.answers = draft.answers = {**locked.answers, **given}
        locked.save(update_fields=["number", "answers", "updated_at"])


def set_sending(
    draft: Draft, *, notice_email: str, helper_name: str, helper_relation: str, language: str
) -> None:
    """What the check page asks beside the answers."""
    with _changing(draft) as locked:
        locked.notice_email, locked.language = notice_email, language
        locked.helper_name, locked.helper_relation = helper_name, helper_relation
        locked.save(
            update_fields=["notice_email", "language", "helper_name", "helper_relation", "updated_at"]
        )


def attach(draft: Draft, kind: str, uploaded: UploadedFile) -> bool:
    """Keep a file with a paper. False if this paper has it already (reload, double click).

    Errors: TooLarge, AlreadySent; nothing is kept then.
    """
    digest = sha256_of(uploaded)
    with _changing(draft) as locked:
        paper, _ = DraftPaper.objects.get_or_create(draft=locked, kind=kind)
        same = paper.files.filter(file__sha256=digest)
        if not uploaded.size:  # all empty files are alike; their names tell them apart
            same = same.filter(file__name=uploaded.name)
        if same.exists():
            return False
        DraftFile.objects.create(paper=paper, file=keep(uploaded, CLAIMANT))
        locked.save(update_fields=["updated_at"])
    return True


def sha256_of(uploaded: UploadedFile) -> str:
    digest = hashlib.sha256()
    for piece in uploaded.chunks():
        digest.update(piece)
    return digest.hexdigest()


def detach(draft: Draft, kept_id: int) -> None:
    """Take a file out again. It was not sent, so its bytes go too; twice is the same as once."""
    with _changing(draft) as locked:
        kept = DraftFile.objects.filter(paper__draft=locked, pk=kept_id).select_related("file").first()
        if kept is None:
            return
        file = kept.file
        kept.delete()
        _throw_away(file)


def _throw_away(file: StoredFile) -> None:
    try:
        with transaction.atomic():
            file.delete()
    except ProtectedError:  # something else holds it
        return
