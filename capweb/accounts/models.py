"""People, the five kinds of organisation, memberships, API clients, and the installation's business day.

These tables are shared by all insurers (a broker works with three; sign-in happens before an insurer is known), so they
carry no row security; queries scope them. Tenant rows live in the other apps.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    INSURER = "insurer", _("Insurer")
    BROKER = "broker", _("Broker")
    POLICYHOLDER = "policyholder", _("Policyholder")
    REINSURER = "reinsurer", _("Reinsurer")
    OPERATOR = "operator", _("Operator")


class Role(models.TextChoices):
    UNDERWRITER = "underwriter", _("Underwriter")
    SENIOR_UNDERWRITER = "senior_underwriter", _("Senior underwriter")
    REINSURANCE_ACCOUNTANT = "reinsurance_accountant", _("Reinsurance accountant")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
    BROKER = "broker", _("Broker")
    POLICYHOLDER = "policyholder", _("Policyholder")
    REINSURER = "reinsurer", _("Reinsurer")
    OPERATOR = "operator", _("Operator")
    SYSTEM = "system", _("System")


# Which organisation may hold which role: an insurer's desk is staffed by the insurer's own people.
ROLES_BY_KIND: dict[str, frozenset[str]] = {
    OrganisationKind.INSURER: frozenset(
        {
            Role.UNDERWRITER,
            Role.SENIOR_UNDERWRITER,
            Role.REINSURANCE_ACCOUNTANT,
            Role.ADMINISTRATOR,
            Role.AUDITOR,
        }
    ),
    OrganisationKind.BROKER: frozenset({Role.BROKER}),
    OrganisationKind.POLICYHOLDER: frozenset({Role.POLICYHOLDER}),
    OrganisationKind.REINSURER: frozenset({Role.REINSURER}),
    OrganisationKind.OPERATOR: frozenset({Role.OPERATOR}),
}


class Organisation(models.Model):
    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=OrganisationKind)
    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    siren = models.CharField(max_length=9, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    town = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
            models.UniqueConstraint(fields=["siren"], condition=~models.Q(siren=""), name="organisation_siren_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, *, password: str | None = None, **fields: object) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person, known by e-mail address. What a person may do stands in the memberships, not here."""

    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("name"), max_length=150)
    language = models.CharField(max_length=2, default="fr", choices=[("fr", _("French")), ("en", _("English"))])
    is_active = models.BooleanField(default=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.email


class Membership(models.Model):
    """A person's role in an organisation, for exactly one insurer (none for a reinsurer or the operator)."""

    public_id = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    insurer = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="memberships_given")
    role = models.CharField(max_length=30, choices=Role)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "organisation", "insurer", "role"],
                nulls_distinct=False,
                name="membership_unique",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=models.Q(insurer__isnull=True, role__in=[Role.REINSURER, Role.OPERATOR])
                | (models.Q(insurer__isnull=False) & ~models.Q(role__in=[Role.REINSURER, Role.OPERATOR])),
                name="membership_for_one_insurer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


class ApiClient(models.Model):
    """Binds an OAuth 2.0 client to the one insurer and role it acts for."""

    public_id = models.CharField(max_length=40, unique=True)
    application = models.OneToOneField(
        "oauth2_provider.Application", on_delete=models.PROTECT, related_name="api_client"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="api_clients")
    insurer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="api_clients_given")
    role = models.CharField(max_length=30, choices=Role)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="api_client_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.application} for {self.insurer}"


class Installation(models.Model):
    """One row: whether this is a sandbox, and then the business day on which its books are.

    A trigger refuses any day earlier than the one that stands: days only move forward.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    is_sandbox = models.BooleanField(default=False)
    business_day = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one"),
            models.CheckConstraint(
                condition=models.Q(is_sandbox=True, business_day__isnull=False)
                | models.Q(is_sandbox=False, business_day__isnull=True),
                name="installation_day_stored_in_sandbox_only",
            ),
        ]

    def __str__(self) -> str:
        return "sandbox" if self.is_sandbox else "installation"
