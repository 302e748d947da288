"""Who is it, and what do we have of her: rows for those who take papers. Starts at casework.queries."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Case as Conditional
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from casework import likeness
from casework.clock import berlin_day, database_now, start_of_day
from casework.envelope import Channel, Role
from casework.matching.names import fold
from casework.models import Case, Document, Person, Submission, User
from casework.queries import cases_visible_to, people_visible_to, submissions_visible_to
from casework.workflow import CaseState, SubmissionState


def people_with_key(
    user: User, *, customer_number: str = "", household_number: str = "", number: str = "", secret: str = ""
) -> QuerySet[Person]:
    """The people behind numbers in their written form; ``number`` is a case code or receipt number."""
    holds = Q(pk__in=[])
    if customer_number:
        holds |= Q(customer_number=customer_number)
    if household_number:
        holds |= Q(household__number=household_number)
    if number:
        holds |= Q(cases__code=number) | Q(submissions__number=number)
    if secret:
        holds |= Q(submissions__secret=secret)
    return _with_open_cases(people_visible_to(user).filter(holds).distinct())


ALIKE = 20  # people found by likeness


def people_like(user: User, words: Sequence[str], birth_dates: Sequence[date]) -> QuerySet[Person]:
    """People whose name holds every word and who were born on one of the days, exact names first; then people
    whose name is only like the words, or whose birth date is only like the day (casework.likeness).
    """
    folded = [key for key in map(fold, words) if key]
    if not folded and not birth_dates:
        return Person.objects.none()
    holds = Q()
    for word in words:
        if fold(word):
            holds &= Q(name_key__contains=fold(word)) | Q(birth_name__icontains=word)
    if birth_dates:
        holds &= Q(birth_date__in=birth_dates)
    born = birth_dates[0] if len(birth_dates) == 1 else None
    alike = likeness.search(words, born, ALIKE) if folded else []
    exact = [" ".join(folded), " ".join(reversed(folded))]
    rank = Conditional(
        When(holds & Q(name_key__in=exact), then=Value(0)),
        When(holds, then=Value(1)),
        *(When(pk=pk, then=Value(place)) for place, pk in enumerate(alike, start=2)),
        default=Value(2 + ALIKE),
    )
    found = _with_open_cases(people_visible_to(user).filter(holds | Q(pk__in=alike))).annotate(rank=rank)
    return found.order_by("rank", "family_name", "given_name", "birth_date", "pk")


def _with_open_cases(people: QuerySet[Person]) -> QuerySet[Person]:
    """Adds `open_cases`: how many there are."""
    cases = Case.objects.filter(person=OuterRef("pk"), state=CaseState.OPEN).order_by()
    number = cases.values("person").annotate(number=Count("pk")).values("number")
    return people.annotate(open_cases=Coalesce(Subquery(number), 0))


def cases_of(user: User, person: Person) -> list[Case]:
    """The cases of a person for whoever takes papers from her, open ones first.

    At desk and counter all of them, with what they need and have: nobody is asked twice (F11).
    """
    takes_papers = user.is_active and {Role.DESK, Role.COUNTER} & set(user.roles)
    cases = Case.objects.all() if takes_papers else cases_visible_to(user)
    documents = Document.objects.select_related("submission").order_by("pk")
    found = cases.filter(person=person).prefetch_related(Prefetch("requirements__documents", documents))
    return sorted(found.order_by("received_at", "pk"), key=lambda case: case.state != CaseState.OPEN)


def further_papers(cases: Sequence[Case]) -> dict[int, list[Document]]:
    """By case (pk): documents that answer no requirement, but have been handed in."""
    found: dict[int, list[Document]] = {}
    documents = Document.objects.filter(submission__case__in=cases, requirement=None)
    for document in documents.select_related("submission").order_by("pk"):
        found.setdefault(document.submission.case_id or 0, []).append(document)
    return found


def unassigned_with(user: User, *, number: str = "", secret: str = "") -> Submission | None:
    """What lies in the unassigned tray under the receipt somebody brings along."""
    if not user.is_active or not user.roles or not (number or secret):
        return None
    holds = Q(number=number) if number else Q(secret=secret)
    return Submission.objects.filter(holds, state=SubmissionState.UNASSIGNED).first()


def recorded_today(user: User) -> QuerySet[Submission]:
    """What this member of staff recorded at the desk since midnight in Berlin, newest first."""
    since = start_of_day(berlin_day(database_now()))
    own = submissions_visible_to(user).filter(channel=Channel.DESK, recorded_by=user, recorded_at__gte=since)
    papers = Count("documents", distinct=True)
    return own.select_related("person").annotate(papers=papers).order_by("-recorded_at", "-pk")
