"""What happens to a draft before it is sent. Every change locks the draft, so that two tabs lose nothing."""

import hashlib
import json
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import ProtectedError

from casework.catalogue import Service, Step, catalogue
from casework.models import HelperPerson, StoredFile, Submission, User
from casework.turning import turn_picture
from channels import incoming
from channels.drafts import changing
from channels.forms import StepForm, answers_from_form, without_entry
from channels.models import Draft, DraftFile, DraftPaper
from channels.uploads import keep
from channels.web.adapter import CLAIMANT


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


def begin_correction(sent: Submission, key: UUID, language: str) -> Draft:
    """A new draft with the answers that were sent; it becomes a submission of its own in the same case."""
    first = {
        "service": sent.service,
        "service_version": sent.service_version,
        "answers": sent.answers,
        "corrects": sent.number,
        "language": language,
    }
    draft, _ = Draft.objects.get_or_create(key=key, defaults=first)
    if draft.corrects != sent.number or draft.sent_at is not None:
        return Draft.objects.create(**first)
    return draft


def begin_for(person: HelperPerson, service: Service, key: UUID, language: str) -> Draft:
    """Papers a helper sends into the case she helps with; the same key again gives the same draft."""
    draft, _ = Draft.objects.get_or_create(
        key=uuid5(person.public_id, str(key)),  # a key seen elsewhere leads to nobody else's draft
        sent_by=person,
        defaults={"service": service.key, "service_version": service.version, "language": language},
    )
    return draft


def keep_in_account(draft: Draft, account: User) -> None:
    """The account finds it too. The first account keeps it; a helper's draft stays the helper's."""
    Draft.objects.filter(pk=draft.pk, account=None, sent_by=None, sent_at=None).update(account=account)


def service_of(draft: Draft) -> Service:
    return catalogue().service(draft.service, version=draft.service_version)


def day(answer: str) -> date:
    """The answer to a question for a date. Errors: ValueError."""
    return date.fromisoformat(answer)


def _keep_answers(draft: Draft, locked: Draft, answers: dict[str, Any]) -> None:
    locked.answers = draft.answers = answers
    locked.save(update_fields=["answers", "updated_at"])


def save_answers(draft: Draft, form: StepForm) -> None:
    """Keep what could be read. An answer that cannot be read leaves the one before in place.

    An entry of a repeated step is kept whole or not at all; the same new entry twice is a double click.
    """
    with changing(draft) as locked:
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
    with changing(draft) as locked:
        for number, entry in enumerate(locked.answers.get(step.key) or []):
            if mark(entry) == marked:
                _keep_answers(draft, locked, without_entry(step, locked.answers, number))
                return


def set_number(draft: Draft, number: str, birth_date: str) -> None:
    """A number that was found to fit, with the birth date (YYYY-MM-DD) it fits to; empty: none."""
    with changing(draft) as locked:
        locked.number = draft.number = number
        given = {"birth_date": birth_date} if birth_date else {}
        locked.answers = draft.answers = {**locked.answers, **given}
        locked.save(update_fields=["number", "answers", "updated_at"])


def set_sending(
    draft: Draft, *, notice_email: str, helper_name: str, helper_relation: str, language: str
) -> None:
    """What the check page asks beside the answers."""
    with changing(draft) as locked:
        locked.notice_email, locked.language = notice_email, language
        locked.helper_name, locked.helper_relation = helper_name, helper_relation
        locked.save(
            update_fields=["notice_email", "language", "helper_name", "helper_relation", "updated_at"]
        )


def attach(draft: Draft, kind: str, uploaded: UploadedFile, address: str = "") -> bool:
    """Keep a file with a paper. False if this paper has it already (reload, double click).

    Errors: TooLarge, Full, AlreadySent; nothing is kept then.
    """
    digest, address = sha256_of(uploaded), incoming.hidden(address) if address else ""
    with changing(draft) as locked:
        paper, _ = DraftPaper.objects.get_or_create(draft=locked, kind=kind)
        same = paper.files.filter(file__sha256=digest)
        if not uploaded.size:  # all empty files are alike; their names tell them apart
            same = same.filter(file__name=uploaded.name)
        if same.exists():
            return False
        incoming.make_room(locked, uploaded.size or 0, address)
        DraftFile.objects.create(
            paper=paper,
            file=keep(uploaded, CLAIMANT),
            position=incoming.next_position(locked, kind),
            address=address,
        )
        # It came whole another way: what began to come in pieces is not waited for.
        for half in incoming.unfinished(locked, kind):
            if half.announced == digest:
                incoming.withdraw(locked, half.public_id)
        locked.save(update_fields=["updated_at"])
    return True


def want(draft: Draft, kind: str) -> None:
    """She wants to send this paper: from now on it stands in her list."""
    with changing(draft) as locked:
        DraftPaper.objects.get_or_create(draft=locked, kind=kind)


def sha256_of(uploaded: UploadedFile) -> str:
    digest = hashlib.sha256()
    for piece in uploaded.chunks():
        digest.update(piece)
    return digest.hexdigest()


def detach(draft: Draft, kept_id: int) -> None:
    """Take a file out again. It was not sent, so its bytes go too; twice is the same as once."""
    with changing(draft) as locked:
        kept = DraftFile.objects.filter(paper__draft=locked, pk=kept_id).select_related("file").first()
        if kept is None:
            return
        file = kept.file
        kept.delete()
        _throw_away(file)


def move_forward(draft: Draft, kept_id: int) -> None:
    """One place towards the first page of its paper; the first stays where it is."""
    with changing(draft) as locked:
        kept = DraftFile.objects.filter(paper__draft=locked, pk=kept_id).first()
        if kept is None:
            return
        pages = list(kept.paper.files.all())
        place = pages.index(kept)
        if place:
            pages[place - 1 : place + 1] = [kept, pages[place - 1]]
        for position, page in enumerate(pages, start=1):
            page.position = position
        DraftFile.objects.bulk_update(pages, ["position"])
        locked.save(update_fields=["updated_at"])


def turn(draft: Draft, kept_id: int, page: int) -> None:
    """The picture of a page a quarter clockwise; the file stays as it came. Errors: HandworkFailed."""
    with changing(draft) as locked:
        kept = DraftFile.objects.filter(paper__draft=locked, pk=kept_id).select_related("file").first()
        if kept is None or not kept.file.pages.filter(number=page).exists():
            return
        turn_picture(kept.file, page, 90)
        locked.save(update_fields=["updated_at"])


def _throw_away(file: StoredFile) -> None:
    try:
        with transaction.atomic():
            file.delete()
    except ProtectedError:  # something else holds it
        return
