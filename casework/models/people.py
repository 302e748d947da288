import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from casework.envelope import Role


class Team(models.Model):
    """A team of the office. New cases go to the team whose letters the family name falls into."""

    name = models.CharField(max_length=80, unique=True)
    first_letter = models.CharField(max_length=1, default="A")
    last_letter = models.CharField(max_length=1, default="Z")
    phone = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email) or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_claimant(self, email: str | None = None) -> "User":
        """An account of a claimant: no password, no role, ever."""
        return self.create_user(email.lower() if email else "", None, claimant=True)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


STAFF_ROLES = [Role.COUNTER.value, Role.DESK.value, Role.CASEWORKER.value]


class User(AbstractUser):
    """Somebody who can sign in: a member of staff, or a claimant (or helper) with an account of her own.

    The two never mix: the database refuses a role, a team or a right for whoever is a claimant.
    """

    username = None  # type: ignore[assignment]  # people sign in by e-mail address
    # A claimant who came by an identity provider has none.
    email = models.EmailField(unique=True, null=True, blank=True)  # type: ignore[assignment]
    claimant = models.BooleanField(default=False, editable=False)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="users")
    roles = ArrayField(
        models.CharField(max_length=20, choices=[(role, role) for role in STAFF_ROLES]),
        default=list,
        blank=True,
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]  # replaces the manager that needs a username

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_claimant_has_no_rights_of_staff",
                condition=models.Q(claimant=False)
                | models.Q(roles=[], team__isnull=True, is_staff=False, is_superuser=False),
            ),
            models.CheckConstraint(
                name="staff_sign_in_by_email",
                condition=models.Q(claimant=True) | models.Q(email__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email or str(self.pk)

    @property
    def is_member_of_staff(self) -> bool:
        return self.is_active and not self.claimant and bool(self.roles)


CONTACT_WISHES = ("email", "letter", "none")


class Household(models.Model):
    """Bedarfsgemeinschaft."""

    number = models.CharField(max_length=20, unique=True, help_text="12345//0001234")

    def __str__(self) -> str:
        return self.number


class Person(models.Model):
    """A person the office knows. Names and birth date are evidence, only the numbers are keys."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    given_name = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(max_length=120, blank=True)
    birth_name = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    # Given name, family name: folded (no accents, no case), kept by casework.people for look-ups.
    name_key = models.CharField(max_length=250, blank=True)
    customer_number = models.CharField(max_length=10, null=True, blank=True, unique=True)
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    iban = models.CharField(max_length=34, blank=True)  # for recognising her again, nothing is paid from here
    language = models.CharField(max_length=12, default="de")
    # How she wants to hear of news (casework.notices); empty: she said nothing here yet.
    contact_wish = models.CharField(max_length=8, blank=True, choices=[(w, w) for w in CONTACT_WISHES])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["name_key", "birth_date"]),
            models.Index(fields=["birth_date"]),
        ]

    def __str__(self) -> str:
        return self.name or str(self.public_id)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()
