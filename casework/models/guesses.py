from django.db import models


class Guess(models.Model):
    """A counter of wrong numbers. In PostgreSQL, so that a flush of Redis cannot reset it."""

    key = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    window_until = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "guesses"

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
