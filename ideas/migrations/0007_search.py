import django.db.models.deletion
from django.db import migrations, models

# The same four columns for both engines. SQLite: an FTS5 table beside the entries, kept by triggers. PostgreSQL: a
# generated tsvector, whose weights tell the columns apart. The words come as stems: neither engine knows a language.
COLUMNS = "names, head, body, gate"
OLD = "old.id, old.names, old.head, old.body, old.gate"
NEW = "new.id, new.names, new.head, new.body, new.gate"
TAKE_AWAY = f"INSERT INTO ideas_search (ideas_search, rowid, {COLUMNS}) VALUES ('delete', {OLD});"
PUT_IN = f"INSERT INTO ideas_search (rowid, {COLUMNS}) VALUES ({NEW});"
ON_SQLITE = [
    f"CREATE VIRTUAL TABLE ideas_search USING fts5({COLUMNS}, content='ideas_searchentry', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 0', prefix='2 3 4')",
    f"CREATE TRIGGER ideas_search_in AFTER INSERT ON ideas_searchentry BEGIN {PUT_IN} END",
    f"CREATE TRIGGER ideas_search_out AFTER DELETE ON ideas_searchentry BEGIN {TAKE_AWAY} END",
    f"CREATE TRIGGER ideas_search_over AFTER UPDATE OF {COLUMNS} ON ideas_searchentry"
    f" BEGIN {TAKE_AWAY} {PUT_IN} END",
]
WEIGHED = " || ".join(
    f"setweight(to_tsvector('simple', {column}), '{weight}')"
    for column, weight in (("names", "A"), ("head", "B"), ("body", "C"), ("gate", "D"))
)
ON_POSTGRES = [
    f"ALTER TABLE ideas_searchentry ADD COLUMN words tsvector GENERATED ALWAYS AS ({WEIGHED}) STORED",
    "CREATE INDEX ideas_search ON ideas_searchentry USING gin (words)",
]
OFF_SQLITE = [
    "DROP TRIGGER ideas_search_in",
    "DROP TRIGGER ideas_search_out",
    "DROP TRIGGER ideas_search_over",
    "DROP TABLE ideas_search",
]


def make_index(apps, editor):
    for statement in ON_SQLITE if editor.connection.vendor == "sqlite" else ON_POSTGRES:
        editor.execute(statement)


def drop_index(apps, editor):
    # On PostgreSQL column and index go with the table.
    for statement in OFF_SQLITE if editor.connection.vendor == "sqlite" else ():
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("ideas", "0006_catalogue_of_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("idea", "Ideas"), ("call", "Calls"), ("organisation", "Organisations"), ("member", "People"), ("comment", "Comments"), ("teaser", "Teasers")], max_length=20)),
                ("object_id", models.BigIntegerField()),
                ("names", models.TextField(blank=True)),
                ("head", models.TextField(blank=True)),
                ("body", models.TextField(blank=True)),
                ("gate", models.CharField(max_length=120)),
                ("at", models.DateTimeField(null=True)),
                ("idea", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ideas.idea")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "object_id"), name="unique_entry_of_a_thing")],
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
