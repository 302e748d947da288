"""Accounts of claimants: made, holding cases, deleted. Each act is one transaction with its event.

An account is a convenience. It opens nothing that a receipt number or case code with the birth date would
not open, and deleting it takes nothing from the cases.
"""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from casework import events
from casework.envelope import Actor, Role
from casework.matching.identity import Attributes, Candidate, only_one
from casework.models import Case, HelperPerson, Holding, Identity, Person, Submission, User


class BelongsToStaff(Exception):
    """This e-mail address is one that staff sign in with: no account of a claimant may have it."""


class Taken(Exception):
    """Another account, or a member of staff, has this e-mail address."""


def actor_of(user: User) -> Actor:
    return Actor(Role.CLAIMANT, user.pk)


# --- making


def with_email(email: str) -> User | None:
    """Whoever signs in with this address, staff or claimant."""
    return User.objects.filter(email__iexact=email).first()


def open_by_email(email: str) -> User:
    """The account of an address that was proved; made now if there is none. Errors: BelongsToStaff."""
    try:
        with transaction.atomic():
            found = with_email(email)
            if found is None:
                found = User.objects.create_claimant(email)
                EmailAddress.objects.create(user=found, email=found.email, verified=True, primary=True)
                events.record(events.AccountOpened(found.pk, "email"), actor_of(found))
    except IntegrityError:  # made meanwhile, by a double click
        found = User.objects.get(email__iexact=email)
    if not found.claimant:
        raise BelongsToStaff
    return found


def open_by_identity(issuer: str, subject: str) -> User:
    """The account of an identity a provider vouched for; made now if there is none.

    Never joined to another account by its e-mail address: that address proves nothing about who she is here.
    """
    try:
        with transaction.atomic():
            known = Identity.objects.filter(issuer=issuer, subject=subject).select_related("user").first()
            if known is not None:
                return known.user
            user = User.objects.create_claimant()
            Identity.objects.create(user=user, issuer=issuer, subject=subject)
            events.record(events.AccountOpened(user.pk, "identity"), actor_of(user))
            return user
    except IntegrityError:
        return Identity.objects.select_related("user").get(issuer=issuer, subject=subject).user


def change_email(user: User, email: str) -> None:
    """The account has this address, which was proved, and no longer the one before; what it holds stays.

    Errors: Taken; ValueError for a member of staff.
    """
    if not user.claimant:
        raise ValueError("addresses of staff are changed by whoever gives rights")
    try:
        with transaction.atomic():
            locked = User.objects.select_for_update().get(pk=user.pk)
            other = with_email(email)
            if other is not None and other.pk != user.pk:
                raise Taken
            locked.email = email.lower()
            locked.save(update_fields=["email"])
            EmailAddress.objects.filter(user=locked).delete()
            EmailAddress.objects.create(user=locked, email=locked.email, verified=True, primary=True)
            events.record(events.AccountEmailChanged(locked.pk), actor_of(locked))
    except IntegrityError as error:  # somebody else was quicker
        raise Taken from error
    user.email = locked.email


@transaction.atomic
def delete(user: User) -> None:
    """The account goes; cases, receipts and what was sent stay, and open by their numbers as before.

    Errors: ValueError for a member of staff.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.claimant:
        raise ValueError("accounts of staff are not deleted: the log names them")
    for holding in user.holdings.select_related("case", "submission__case"):
        let_go(holding)
    for person in HelperPerson.objects.filter(user=user, ended_at=None).select_related("helper__case"):
        person.ended_at = Now()
        person.save(update_fields=["ended_at"])
        left = events.HelperLeft(person.helper_id, person.pk)
        events.record(left, Actor(Role.HELPER, user.pk), case=person.helper.case)
    events.record(events.AccountDeleted(user.pk), actor_of(user))
    user.delete()


# --- holding cases


@transaction.atomic
def gather(user: User, proof: str, *, case: Case | None = None, submission: Submission | None = None) -> bool:
    """The account shows this case, or this receipt and what it may show. False if it did already.

    The caller has checked the proof. Errors: ValueError for staff, who see cases by their role only, and for
    the receipt of a helper, which is not the claimant's.
    """
    if not user.claimant or (submission is not None and submission.sent_by_id is not None):
        raise ValueError("only what is a claimant's own is gathered in her account")
    _, made = Holding.objects.get_or_create(
        user=user, case=case, submission=submission, defaults={"proof": proof}
    )
    if made:
        about = case or (submission.case if submission else None)
        events.record(events.CaseGathered(proof), actor_of(user), case=about, submission=submission)
    return made


@transaction.atomic
def let_go(holding: Holding) -> None:
    """Take it out of the account; the case stays."""
    submission = holding.submission
    case = holding.case or (submission.case if submission else None)
    events.record(events.CaseLetGo(), actor_of(holding.user), case=case, submission=submission)
    holding.delete()


@dataclass(frozen=True)
class Held:
    """One line of "my cases": a case, or a receipt that shows no case yet. `secret` opens its page."""

    holding: Holding
    case: Case | None
    submission: Submission  # the earliest that may show it

    @property
    def secret(self) -> str:
        return self.submission.secret


def held_by(user: User) -> list[Held]:
    """What an account shows, a case once however often it was proved; newest first."""
    found: list[Held] = []
    seen: set[int] = set()
    holdings = user.holdings.select_related("case__person", "submission__case__person").order_by("-id")
    for holding in holdings:
        case, submission = holding.case, holding.submission
        if case is not None:
            submission = _opener_of(case)
        elif submission is not None and submission.shows_case:
            case = submission.case
        if submission is None or (case is not None and case.pk in seen):
            continue
        if case is not None:
            seen.add(case.pk)
        found.append(Held(holding, case, submission))
    return found


def _opener_of(case: Case) -> Submission | None:
    return case.submissions.filter(shows_case=True).order_by("received_at", "pk").first()


def confirms(user: User, submission: Submission) -> bool:
    """Whether this account proved more than that it holds the receipt: the birth date, or who she is."""
    held = Q(submission=submission)
    if submission.shows_case and submission.case_id is not None:
        held |= Q(case=submission.case_id) | Q(
            submission__case=submission.case_id, submission__shows_case=True
        )
    return user.claimant and user.holdings.filter(held).exclude(proof="receipt_link").exists()


def holding_of(user: User, pk: int) -> Holding | None:
    return user.holdings.select_related("user", "case", "submission__case").filter(pk=pk).first()


# --- a strong identity


def cases_of_identity(attributes: Attributes, customer_number: str) -> list[Case]:
    """Cases of the one person whom a strong identity names; none if nobody or more than one fits."""
    born = Person.objects.filter(birth_date=attributes.birth_date)
    candidates = [
        Candidate(
            p.pk,
            p.given_name,
            p.family_name,
            p.birth_name,
            p.birth_date,
            p.customer_number or "",
            p.street,
            p.postcode,
        )
        for p in born
    ]
    person = only_one(attributes, candidates, customer_number)
    return list(Case.objects.filter(person=person).order_by("pk")) if person is not None else []
