"""Pages found again among all pages: kept prints, candidates by rare words, and their comparison.

Bounded however many pages there are: of each page at most so many keys are followed, none that stands on many
pages, and at most so many pages are compared. Pages that are the same form a group; a group is compared once.
"""

from collections.abc import Iterable
from functools import lru_cache

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from casework.matching.page_keys import is_own, keys_of
from casework.matching.pages import Judgement, Verdict, judge
from casework.matching.sheets import Sheet, sheet
from casework.models import KeyCount, Page, PageKey, PageMatch, PagePrint
from casework.reading.recognised import PageReading

FREQUENT = 200  # a key on more pages than this tells too little
FOLLOWED = 40  # keys of a page, the rarest first
MET = 2000  # pages met on the way, each time one is met
CANDIDATES = 24  # pages
FAR_BEHIND = 0.25  # of the weight of the likeliest; what has less in common is not compared
COMPARED = 6  # groups of pages
AFTER_THE_SAME = 2  # groups more: whether it is the same as these, or they tell that it is not
BEHIND_THE_SAME = 0.7  # of the weight of a page that is the same; with less in common it is a twin at most
_judged = [0]
_LEVELLED = 0.2  # degrees; less is not straightened before reading (casework.reading.orientation)


def keep(page: Page, found: PageReading) -> None:
    """Keep what the page is compared by. Within the caller's transaction."""
    if not found.imprint or found.blank:
        return
    words = [word.as_list() for word in found.words]
    sureness = sum(word.confidence for word in found.words) / len(found.words) if found.words else 0.0
    skew = found.skew if abs(found.skew) >= _LEVELLED and not found.typed else 0.0
    printed, new = PagePrint.objects.get_or_create(
        page=page,
        defaults={
            "imprint": found.imprint,
            "words": words,
            "skew": skew,
            "turned": found.turned,
            "typed": found.typed,
            "own": is_own(words),
            "sureness": sureness,
        },
    )
    if new:
        _keep_keys(printed, keys_of(words, found.fingerprint))


def _keep_keys(printed: PagePrint, keys: Iterable[int]) -> None:
    ordered = sorted(set(keys))  # always in one order, so that two pages at once do not wait for each other
    if not ordered:
        return
    PageKey.objects.bulk_create([PageKey(key=key, print=printed) for key in ordered])
    table = connection.ops.quote_name(KeyCount._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS kept (key, pages) SELECT unnest(%s::bigint[]), 1 "
            "ON CONFLICT (key) DO UPDATE SET pages = kept.pages + 1",
            [ordered],
        )


def candidates(printed: PagePrint) -> dict[int, float]:
    """Pages with rare words in common and their weight, the likeliest first; not those of the same file."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH rare AS (
                SELECT own.key, counted.pages,
                    sum(counted.pages) OVER (ORDER BY counted.pages, own.key) AS met
                FROM casework_pagekey own JOIN casework_keycount counted USING (key)
                WHERE own.print_id = %(print)s AND counted.pages BETWEEN 2 AND %(frequent)s
                ORDER BY counted.pages, own.key LIMIT %(followed)s
            ), mine AS (SELECT key, pages FROM rare WHERE met <= %(met)s)
            SELECT other.print_id, sum(1 / sqrt(mine.pages)) AS weight
            FROM mine JOIN casework_pagekey other USING (key)
            WHERE other.print_id NOT IN (SELECT id FROM casework_page WHERE file_id = %(file)s)
            GROUP BY other.print_id
            HAVING count(*) >= 2
            ORDER BY weight DESC, other.print_id
            LIMIT %(most)s
            """,
            {
                "print": printed.pk,
                "file": printed.page.file_id,
                "frequent": FREQUENT,
                "followed": FOLLOWED,
                "met": MET,
                "most": CANDIDATES,
            },
        )
        found = cursor.fetchall()
    return {page: weight for page, weight in found if weight >= FAR_BEHIND * found[0][1]}


def compare(printed: PagePrint) -> list[PageMatch]:
    """Compare a page with its candidates and keep what is worth telling; idempotent."""
    mine = _opened(printed.pk)
    found: list[PageMatch] = []
    if mine is not None:
        weights = candidates(printed)
        enough, left = 0.0, COMPARED
        for group in _groups(list(weights)):
            if weights[group[0]] < enough or not left:
                break
            left -= 1
            found += _compare_with(printed, mine, group)
            if found and found[-1].verdict == Verdict.SAME:
                enough = max(enough, BEHIND_THE_SAME * weights[group[0]])
                left = min(left, AFTER_THE_SAME)
    with transaction.atomic():
        PageMatch.objects.bulk_create(found, ignore_conflicts=True)
        PagePrint.objects.filter(pk=printed.pk).update(compared_at=Now())
    return found


def _compare_with(printed: PagePrint, mine: Sheet, group: list[int]) -> list[PageMatch]:
    """With the clearest of pages that are the same; with a second one where that leaves doubt."""
    best = PagePrint.objects.filter(pk__in=group).order_by("-typed", "-sureness", "pk")
    doubtful: list[PageMatch] = []
    for other in best.only("pk")[:2]:
        theirs = _opened(other.pk)
        if theirs is None:
            continue
        said = judge(mine, theirs)
        _judged[0] += 1
        if said.verdict is Verdict.OTHER:
            return []
        match = _match(printed.pk, other.pk, said)
        if said.verdict is not Verdict.MAYBE:
            return [match]
        doubtful.append(match)
    return doubtful[:1]


def _match(page: int, other: int, said: Judgement) -> PageMatch:
    return PageMatch(
        later_id=page,
        earlier_id=other,
        verdict=said.verdict,
        score=said.score,
        reasons=list(said.reasons),
        differing=[[list(here), list(there)] for here, there in said.differing[:60]],
        added=[[list(box) for box in side[:60]] for side in said.added],
        agreeing=said.agreeing,
    )


@lru_cache(maxsize=64)
def _opened(page: int) -> Sheet | None:
    """A print never changes, so it is opened once. None if it cannot be."""
    printed = PagePrint.objects.filter(pk=page).first()
    if printed is None:
        return None
    try:
        return sheet(bytes(printed.imprint), printed.words, skew=printed.skew, typed=printed.typed)
    except ValueError:
        return None


def _groups(pages: list[int]) -> list[list[int]]:
    """The pages by what is known to be the same, in the order of the first of each group."""
    left = list(pages)
    groups = []
    while left:
        group = same_as(left[0])
        groups.append([page for page in left if page in group])
        left = [page for page in left if page not in group]
    return groups


def same_as(page: int) -> set[int]:
    """The page and all that were found to be the same, over however many steps; at most a few hundred."""
    known, new = {page}, {page}
    while new and len(known) < 300:
        pairs = PageMatch.objects.filter(
            Q(later__in=new) | Q(earlier__in=new), verdict=Verdict.SAME, denied=False
        )
        reached = {one for pair in pairs.values_list("later", "earlier") for one in pair}
        new = reached - known
        known |= new
    return known


def surely_others(page: int, other: int) -> bool:
    """Whether a page that is the same as the one surely differs from a page that is the same as the other."""
    mine, theirs = same_as(page), same_as(other)
    both = Q(later__in=mine, earlier__in=theirs) | Q(later__in=theirs, earlier__in=mine)
    return PageMatch.objects.filter(both, verdict=Verdict.CORRECTED).exists()


def at_odds(group: set[int]) -> bool:
    """Whether two pages of a group surely differ: some step between them was wrong, a person has to look."""
    return PageMatch.objects.filter(
        later__in=group, earlier__in=group, verdict=Verdict.CORRECTED, denied=False
    ).exists()


def judged() -> int:
    """Pairs of pages compared by this process; for figures."""
    return _judged[0]
