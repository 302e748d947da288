"""By what pages are compared, and what came of it (casework.papers)."""

from typing import ClassVar

from django.db import models

from casework.models.files import Page
from casework.models.people import User
from casework.models.submissions import Document


class PagePrint(models.Model):
    """What a page is compared by. Stored out of line; never shown to anybody."""

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="print", primary_key=True)
    imprint = models.BinaryField()  # casework.reading.imprint
    words = models.JSONField(default=list)  # as recognised in the imprint: text, x, y, w, h, confidence
    skew = models.FloatField(default=0)
    turned = models.PositiveSmallIntegerField(default=0)  # degrees clockwise from the file to the imprint
    typed = models.BooleanField(default=False)  # words of the file's own text layer
    own = models.BooleanField(default=True)  # has something of its own, is not the back of every letter
    sureness = models.FloatField(default=0)
    compared_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"print of {self.page_id}"


class PageKey(models.Model):
    """One rare word of a page (casework.matching.page_keys), as a number."""

    key = models.BigIntegerField()
    print = models.ForeignKey(PagePrint, on_delete=models.CASCADE, related_name="keys", db_index=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["print", "key"], name="one_key_a_page")]
        # The pages of a key stand in the index itself: a common name is on some hundred all over the table.
        indexes: ClassVar = [models.Index(fields=["key"], include=["print"], name="page_of_key")]

    def __str__(self) -> str:
        return f"{self.key} of {self.print_id}"


class KeyCount(models.Model):
    """On how many pages a key stands; frequent ones find nothing and are not followed."""

    key = models.BigIntegerField(primary_key=True)
    pages = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.pages}"


class PageMatch(models.Model):
    """What was found when two pages were compared (casework.matching.pages.Judgement); `later` came later."""

    later = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="matches")
    earlier = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="matched_by")
    verdict = models.CharField(max_length=10)
    score = models.FloatField()
    reasons = models.JSONField(default=list)
    # Pairs of places, x, y, width, height as fractions of the imprint of the later and of the earlier page.
    differing = models.JSONField(default=list)
    added = models.JSONField(default=list)  # two lists: marks only the later, only the earlier page has
    agreeing = models.PositiveIntegerField(default=0)
    denied = models.BooleanField(default=False)  # a person said that the papers are not the same

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["later", "earlier"], name="one_judgement_a_pair_of_pages")
        ]

    def __str__(self) -> str:
        return f"{self.later_id} {self.verdict} {self.earlier_id}"


class PaperLikeness(models.Model):
    """A paper that seems to have come before. Nothing is hidden for it; an answer can be undone."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="likenesses")
    earlier = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="likenesses_later")
    relation = models.CharField(max_length=10)  # casework.matching.documents.Relation
    outcome = models.CharField(max_length=4)  # casework.matching.outcome.Outcome
    score = models.FloatField()
    reasons = models.JSONField(default=list)
    judged_at = models.DateTimeField(auto_now=True)
    answer = models.CharField(max_length=10, blank=True)  # casework.matching.outcome.Answer
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "earlier"], name="one_judgement_a_pair_of_papers")
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.relation} {self.earlier_id}"

    @property
    def counts_as_same(self) -> bool:
        """Whether it is taken as come before: somebody said so, or the machine and nobody denied it."""
        if self.answer:
            return self.answer == "same"
        return self.outcome == "link"
