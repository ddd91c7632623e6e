"""Organisations: who joins an idea. Their people are affiliations (`members`)."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.choices import OrganisationKind


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
    description_it = models.TextField(_("description in Italian"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    competences = models.JSONField(_("competences"), default=list, blank=True, help_text=_("A list of short terms."))
    equipment = models.JSONField(_("equipment"), default=list, blank=True, help_text=_("A list of short terms."))
    value_chains = models.ManyToManyField("ideas.ValueChain", related_name="organisations", blank=True)
    kets = models.ManyToManyField("ideas.Term", related_name="+", blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    member_since = models.PositiveSmallIntegerField(_("member since"), null=True, blank=True)
    # Of which it is a department, a laboratory, a plant: one level, kept by `actions.units`.
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="units", verbose_name=_("part of")
    )
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pic"], condition=~models.Q(pic=""), name="unique_pic_of_organisation"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("pk")), name="organisation_not_its_own_unit"),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("organisations:detail", args=[self.slug])
