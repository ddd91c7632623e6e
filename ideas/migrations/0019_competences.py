"""The vocabulary of competences, what else a profile tells, and the words of today as the vocabulary's first."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils.text import slugify

from ideas.text import searchable

LISTS = {"competences": "competence", "equipment": "equipment"}
NAME_CHARS = 100


def take_in_words(apps, schema_editor):
    """Make a word of the vocabulary of each word in an organisation's lists; words that differ in spelling are one."""
    alias = schema_editor.connection.alias
    Organisation = apps.get_model("ideas", "Organisation")
    known: dict[tuple[str, str], object] = {}
    slugs: set[tuple[str, str]] = set()
    for organisation in Organisation.objects.using(alias).order_by("pk"):
        changed = {}
        for field, kind in LISTS.items():
            words = [" ".join(str(word).split())[:NAME_CHARS] for word in getattr(organisation, field)]
            terms = {term.pk: term for word in words if (term := _term(apps, alias, kind, word, known, slugs))}
            organisation.vocabulary.add(*terms.values())
            changed[field] = [term.name_it for term in terms.values()]
        Organisation.objects.using(alias).filter(pk=organisation.pk).update(**changed)


def _term(apps, alias, kind, word, known, slugs):
    key = searchable(word)[: 2 * NAME_CHARS]
    if not key:
        return None
    if (kind, key) not in known:
        stem = slugify(word)[:100].strip("-") or kind
        names = (stem, *(f"{stem}-{number}" for number in range(2, len(slugs) + 3)))
        slug = next(name for name in names if (kind, name) not in slugs)
        slugs.add((kind, slug))
        known[kind, key] = (
            apps.get_model("ideas", "Competence")
            .objects.using(alias)
            .create(kind=kind, slug=slug, name_it=word, key_it=key, state="accepted")
        )
    return known[kind, key]


class Migration(migrations.Migration):
    dependencies = [("ideas", "0018_affiliations")]

    operations = [
        migrations.CreateModel(
            name="Competence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("competence", "Competence"), ("equipment", "Equipment"), ("service", "Service")],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("slug", models.SlugField(max_length=120)),
                ("name_it", models.CharField(blank=True, max_length=100, verbose_name="name in Italian")),
                ("name_en", models.CharField(blank=True, max_length=100, verbose_name="name in English")),
                ("key_it", models.CharField(blank=True, editable=False, max_length=200)),
                ("key_en", models.CharField(blank=True, editable=False, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("accepted", "Accepted"),
                            ("merged", "Merged"),
                            ("retired", "Retired"),
                        ],
                        default="proposed",
                        max_length=20,
                    ),
                ),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="ideas.competence",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["key_it", "key_en", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=["kind", "slug"], name="unique_slug_of_competence"),
                    models.UniqueConstraint(
                        condition=models.Q(("key_it", ""), _negated=True),
                        fields=["kind", "key_it"],
                        name="unique_italian_name_of_competence",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("key_en", ""), _negated=True),
                        fields=["kind", "key_en"],
                        name="unique_english_name_of_competence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key_it", ""), _negated=True),
                            models.Q(("key_en", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="competence_has_a_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merged_into__isnull", False), ("state", "merged")),
                            models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into", None)),
                            _connector="OR",
                        ),
                        name="merged_competence_leads_on",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DirectoryStamp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stamp", models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="organisation",
            name="address",
            field=models.CharField(blank=True, max_length=300, verbose_name="address"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="services",
            field=models.JSONField(
                blank=True, default=list, help_text="A list of short terms.", verbose_name="services"
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="vocabulary",
            field=models.ManyToManyField(blank=True, related_name="organisations", to="ideas.competence"),
        ),
        migrations.AddField(model_name="organisation", name="version", field=models.PositiveIntegerField(default=1)),
        migrations.AddField(
            model_name="organisation",
            name="html",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="organisation",
            name="told",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(fields=["name", "id"], name="organisation_by_name"),
        ),
        migrations.CreateModel(
            name="PastProject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("programme", models.CharField(blank=True, max_length=120, verbose_name="programme")),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="year")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("coordinator", "Coordinator"),
                            ("beneficiary", "Beneficiary"),
                            ("affiliated_entity", "Affiliated entity"),
                            ("associated_partner", "Associated partner"),
                            ("subcontractor", "Subcontractor"),
                            ("third_party", "Third party giving in-kind contributions"),
                            ("end_user", "End user or pilot site"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="link")),
                ("code", models.CharField(blank=True, editable=False, max_length=60)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="past_projects",
                        to="ideas.organisation",
                    ),
                ),
            ],
            options={
                "ordering": [models.OrderBy(models.F("year"), descending=True, nulls_last=True), "title", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=["organisation", "code"],
                        name="unique_past_project_of_source",
                    ),
                ],
            },
        ),
        migrations.RunPython(take_in_words, migrations.RunPython.noop),
    ]
