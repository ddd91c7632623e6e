"""Organisations: who joins an idea. Their people are affiliations (`members`)."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.choices import ConsortiumRole, OrganisationKind


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    accredited = models.BooleanField(_("accredited laboratory"), default=False)
    province = models.ForeignKey("ideas.Term", models.PROTECT, null=True, blank=True, related_name="+")
    country = models.CharField(_("country"), max_length=2, default="IT")
    pic = models.CharField(_("PIC"), max_length=9, blank=True)
    website = models.URLField(_("website"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    description_it = models.TextField(_("description in Italian"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    competences = models.JSONField(_("competences"), default=list, blank=True, help_text=_("A list of short terms."))
    equipment = models.JSONField(_("equipment"), default=list, blank=True, help_text=_("A list of short terms."))
    services = models.JSONField(_("services"), default=list, blank=True, help_text=_("A list of short terms."))
    # The words of these three lists are kept at the write from here (`actions.competences`).
    vocabulary = models.ManyToManyField("ideas.Competence", related_name="organisations", blank=True)
    value_chains = models.ManyToManyField("ideas.ValueChain", related_name="organisations", blank=True)
    kets = models.ManyToManyField("ideas.Term", related_name="+", blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    member_since = models.PositiveSmallIntegerField(_("member since"), null=True, blank=True)
    # Of which it is a department, a laboratory, a plant: one level, kept by `actions.units`.
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="units", verbose_name=_("part of")
    )
    is_demo = models.BooleanField(default=False)
    # Rises with every save by a person: a form left open is refused rather than undoing somebody else's.
    version = models.PositiveIntegerField(default=1)
    # Both texts as HTML, rendered at the write; empty for what came by an import.
    html = models.JSONField(default=dict, blank=True, editable=False)
    # {field: what a source said last}, so that an import writes only what nobody wrote by hand.
    told = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["name", "id"], name="organisation_by_name")]
        constraints = [
            models.UniqueConstraint(fields=["pic"], condition=~models.Q(pic=""), name="unique_pic_of_organisation"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("pk")), name="organisation_not_its_own_unit"),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("organisations:detail", args=[self.slug])


class PastProject(models.Model):
    """A funded project in which an organisation took part. `code` is its source's name for it; none if by hand."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="past_projects")
    title = models.CharField(_("title"), max_length=300)
    programme = models.CharField(_("programme"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=ConsortiumRole, blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True)
    code = models.CharField(max_length=60, blank=True, editable=False)

    class Meta:
        ordering = [models.F("year").desc(nulls_last=True), "title", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code"], condition=~models.Q(code=""), name="unique_past_project_of_source"
            )
        ]

    def __str__(self) -> str:
        return self.title


class DirectoryStamp(models.Model):
    """Written anew by the database itself whenever something by which organisations are filtered changes."""

    stamp = models.BigIntegerField()
