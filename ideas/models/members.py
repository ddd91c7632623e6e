"""People: members, where they work, and the invitations by which they come."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from ideas.choices import LEAD_DAYS, AffiliationRole, InvitationState, Language


def default_lead_days() -> list[int]:
    """The lead times of who hasn't chosen any."""
    return list(LEAD_DAYS)


class MemberManager(BaseUserManager["Member"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Member":
        """Make a member. The e-mail is kept in lower case, so that it can be told apart by equality."""
        member = self.model(email=email.strip().lower(), **fields)
        member.set_password(password)
        member.full_clean(exclude=["password"])
        member.save()
        return member

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Member":
        """Make a member of cluster staff who may use Django's admin site in full."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Member(AbstractBaseUser, PermissionsMixin):
    """A person with an account. `is_staff` is cluster staff."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.IT)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Rome")
    job_title = models.CharField(_("what you do"), max_length=120, blank=True)
    # How many days before a closing to remind of it; {category: frequency} of mail where it isn't the default.
    lead_days = models.JSONField(_("reminders, in days before a deadline"), default=default_lead_days)
    mail = models.JSONField(_("mail"), default=dict, blank=True)
    # Part of the secret in the address of the calendar feed: a new number revokes the old address.
    feed_number = models.PositiveIntegerField(default=1)
    is_staff = models.BooleanField(_("cluster staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    organisations: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "ideas.Organisation", through="ideas.Affiliation", related_name="people"
    )

    objects: ClassVar[MemberManager] = MemberManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("email"), name="unique_email_whatever_the_case")]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


class Affiliation(models.Model):
    member = models.ForeignKey(Member, models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey("ideas.Organisation", models.CASCADE, related_name="affiliations")
    role = models.CharField(max_length=20, choices=AffiliationRole, default=AffiliationRole.MEMBER)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["member", "organisation"], name="unique_affiliation_per_organisation")
        ]


class Invitation(models.Model):
    """A way in for one person, once, for 14 days. Only the token's hash is kept."""

    email = models.EmailField(_("e-mail"))
    organisation = models.ForeignKey("ideas.Organisation", models.CASCADE, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, choices=AffiliationRole, default=AffiliationRole.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Member, models.CASCADE, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")

    def is_open(self, at: datetime) -> bool:
        """Whether it can still be used."""
        return self.state_at(at) == InvitationState.OPEN

    def state_at(self, at: datetime) -> InvitationState:
        """Tell what became of it."""
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.withdrawn_at:
            return InvitationState.WITHDRAWN
        return InvitationState.OPEN if at < self.expires_at else InvitationState.EXPIRED
