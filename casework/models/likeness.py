from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from casework.models.people import Person
from casework.models.submissions import Submission


class MatchEntry(models.Model):
    """The keys a person, or the sender of a submission nobody could place yet, is found by.

    Kept by casework.likeness; `manage.py index_people` builds it anew.
    """

    person = models.OneToOneField(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="match_entry"
    )
    submission = models.OneToOneField(
        Submission, null=True, blank=True, on_delete=models.CASCADE, related_name="match_entry"
    )
    keys = ArrayField(models.IntegerField())
    # Of a submission: the entries of those it was found to be like; they are no rivals of one another.
    may_be = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["keys"], name="match_entry_keys", fastupdate=False)]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) ^ models.Q(submission__isnull=False),
                name="match_entry_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id}" if self.person_id else f"submission {self.submission_id}"


class TermCount(models.Model):
    """How many people of the register have a name or a birth date; rebuilt by `manage.py index_people`.

    `kind`: given, family, birth; people (one row: all of them); day (one row: when they were counted).
    """

    kind = models.CharField(max_length=8)
    value = models.CharField(max_length=120)
    people = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["value", "kind"], name="one_count_a_term")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}: {self.people}"


class CommonKey(models.Model):
    """A key several people have, and how many (casework.likeness_index); the search begins with rare ones.

    A key that is not here is one of few.
    """

    key = models.IntegerField(primary_key=True)
    people = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.key)
