"""Paper is kept as long as the office says and destroyed only when its stack and its day are in order."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework import actions, closing, mailroom, originals
from casework.models import Event, Original, Submission
from channels.post import adapter
from tests import cast
from tests.channels.post import mail

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=80)


def arrived() -> date:
    return timezone.localdate() - LONG_AGO


def old_letter(*, closed: bool = True) -> Submission:
    """A letter of Amira's, read in and in her case; its time is over and its day closed."""
    cast.receive(sender=cast.amira(customer_number="123A456789"))
    known = cast.amira(customer_number="123A456789")
    letter = mail.registered(sender=known, arrived_on=arrived(), sheets=2)
    stack = mail.batch(arrived_on=arrived(), sheets=3)
    adapter.split(stack, mail.scan("payslip", 1, 2, 3, 4), letter, mail.actor())
    actions.set_aside(stack, 5)
    if closed:
        closing.close(arrived(), "", cast.bernd(), mail.actor())
    return fresh(letter)


def fresh(letter: Submission) -> Submission:
    return Submission.objects.get(pk=letter.pk)


def why(letter: Submission) -> str:
    return originals.blocked(fresh(letter), timezone.localdate())


def test_paper_is_kept_for_as_long_as_the_office_says() -> None:
    letter = mail.registered()
    assert originals.kept_until(letter) == timezone.localdate() + timedelta(days=56)
    assert why(letter) == "kept"


def test_original_whose_time_is_over_may_be_destroyed_when_all_is_in_order() -> None:
    letter = old_letter()
    assert why(letter) == ""
    assert originals.destroy([letter], mail.actor()) == 1
    assert Original.objects.get().destroyed_on == timezone.localdate()
    assert Event.objects.filter(kind="original_destroyed", submission=letter.pk).count() == 1
    assert why(letter) == "gone"


def test_destroying_is_blocked_while_the_day_is_not_closed() -> None:
    assert why(old_letter(closed=False)) == "day_open"


def test_destroying_is_blocked_for_a_letter_later_than_the_closed_sheet() -> None:
    old_letter()
    late = mail.registered(sender=cast.amira(customer_number="123A456789"), arrived_on=arrived(), sheets=1)
    adapter.split(mail.batch(arrived_on=arrived()), mail.scan("lease", 1), late, mail.actor())
    stack = late.documents.get().parts.get().file.batch
    for number in range(2, 6):
        actions.set_aside(stack, number)
    assert why(late) == "day_open"


def test_destroying_is_blocked_while_the_stack_does_not_add_up() -> None:
    letter = old_letter()
    stack = letter.documents.get().parts.get().file.batch
    actions.put_back(stack, 5)
    assert why(letter) == "batch"
    with pytest.raises(originals.NotDue) as error:
        originals.destroy([letter], mail.actor())
    assert error.value.reason == "batch"
    assert not Original.objects.filter(destroyed_on__isnull=False).exists()


def test_destroying_is_blocked_while_sheets_and_pages_differ() -> None:
    letter = old_letter()
    mailroom.recount(letter, 9, mail.actor())
    assert why(letter) == "sheets"


def test_destroying_is_blocked_without_a_scan_or_a_case() -> None:
    letter = mail.registered(arrived_on=arrived())
    assert why(letter) == "unassigned"
    cast.receive(sender=cast.amira(customer_number="123A456789"))
    known = mail.registered(arrived_on=arrived(), sender=cast.amira(customer_number="123A456789"))
    assert why(known) == "not_scanned"


def test_original_that_is_wanted_back_is_not_destroyed_and_the_claimant_sees_it() -> None:
    letter = old_letter()
    originals.ask_back(letter, True, mail.actor())
    assert why(letter) == "asked_back"
    page = Client().get(reverse("my:status", args=[letter.secret])).content.decode()
    assert "liegt bei uns, bis Sie es zurückbekommen." in page
    originals.give_back(letter, "Amira Haddad", timezone.localdate(), mail.actor())
    page = Client().get(reverse("my:status", args=[letter.secret])).content.decode()
    assert "zurückbekommen." in page
    with pytest.raises(originals.NotDue):
        originals.give_back(letter, "Amira Haddad", timezone.localdate(), mail.actor())


def test_one_that_may_not_be_destroyed_keeps_the_whole_list() -> None:
    good, kept = old_letter(), mail.registered()
    with pytest.raises(originals.NotDue):
        originals.destroy([good, kept], mail.actor())
    assert not Original.objects.filter(destroyed_on__isnull=False).exists()


def test_destruction_run_takes_two_steps() -> None:
    letter, bernd = old_letter(), mail.browser()
    assert str(letter.public_id) in bernd.get(reverse("post:originals")).content.decode()
    first = bernd.post(reverse("post:destroy"), {"letter": str(letter.public_id)})
    assert "Das lässt sich nicht rückgängig machen" in first.content.decode()
    assert not Original.objects.filter(destroyed_on__isnull=False).exists()
    bernd.post(reverse("post:destroy"), {"letter": str(letter.public_id), "confirmed": "1"})
    assert Original.objects.get().destroyed_on is not None
    assert str(letter.public_id) not in bernd.get(reverse("post:originals")).content.decode()
    page = Client().get(reverse("my:status", args=[letter.secret])).content.decode()
    assert "sicher vernichtet" in page


def test_blocked_originals_are_listed_with_the_reason() -> None:
    old_letter(closed=False)
    page = mail.browser().get(reverse("post:originals")).content.decode()
    assert "Der Tag ist nicht abgeschlossen" in page
    assert "Nichts darf vernichtet werden" in page


def test_place_of_a_day_is_written_once_and_keeps_what_stands() -> None:
    special, other = mail.registered(), mail.registered()
    originals.place([special], "Tresor", mail.actor())
    address = reverse("post:shelve", args=[timezone.localdate().isoformat()])
    assert mail.browser().post(address, {"place": "Karton 17"}).status_code == 302
    assert [fresh(letter).original.place for letter in (special, other)] == ["Tresor", "Karton 17"]


def test_longer_keeping_is_respected_and_shown() -> None:
    letter = old_letter()
    until = timezone.localdate() + timedelta(days=10)
    given = {"place": "Karton 3", "keep_until": until.strftime("%d.%m.%Y")}
    assert (
        mail.browser().post(reverse("post:keep_original", args=[letter.public_id]), given).status_code == 302
    )
    assert why(letter) == "kept"
    page = Client().get(reverse("my:status", args=[letter.secret])).content.decode()
    assert f"liegt bei uns bis {until.day}. " in page


# --- paper from the desk that is scanned later


def desk_paper() -> Submission:
    from casework.envelope import Channel, Paper

    cast.receive(sender=cast.amira(customer_number="123A456789"))
    ack = cast.receive(
        Paper("payslip", ()),
        sender=cast.amira(customer_number="123A456789"),
        channel=Channel.DESK,
        service="PAPERS",
        actor=mail.desk(),
        sheets=2,
    )
    return cast.submission(ack)


def test_paper_from_the_desk_waits_in_the_mailroom_and_gets_its_pages() -> None:
    letter, bernd = desk_paper(), mail.browser()
    assert "(Schalter)" in bernd.get(reverse("post:start")).content.decode()
    stack = mail.batch(arrived_on=timezone.localdate())
    page = bernd.get(reverse("post:batch", args=[stack.public_id])).content.decode()
    assert str(letter.public_id) in page
    given = {"page": ["1", "2"], "kind": "payslip", "letter": str(letter.public_id)}
    assert bernd.post(reverse("post:batch", args=[stack.public_id]), given).status_code == 302
    document = letter.documents.get()
    assert (document.kind, document.page_count, document.state) == ("payslip", 2, "in_case")
    assert document.requirement is None or document.requirement.kind == "payslip"
    assert "(Schalter)" not in bernd.get(reverse("post:start")).content.decode()
    assert bernd.get(reverse("post:letter", args=[letter.public_id])).status_code == 200


def test_paper_from_the_desk_waits_again_when_its_scan_is_withdrawn() -> None:
    letter, bernd = desk_paper(), mail.browser()
    stack = mail.batch(arrived_on=timezone.localdate())
    adapter.split(stack, mail.scan("payslip", 1, 2), letter, mail.actor())
    actions.withdraw_scan(letter.documents.get(), mail.actor())
    assert "(Schalter)" in bernd.get(reverse("post:start")).content.decode()


def test_paper_from_the_desk_that_was_only_shown_does_not_wait() -> None:
    from casework.envelope import Channel, Paper

    cast.receive(
        Paper("identity_card", (), shown=True), channel=Channel.DESK, service="PAPERS", actor=mail.desk()
    )
    assert "(Schalter)" not in mail.browser().get(reverse("post:start")).content.decode()
