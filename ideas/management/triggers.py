"""Triggers by which the database itself says that the calls changed: `CatalogueStamp`. Renewed at each `migrate`."""

from secrets import randbits

from django.db.backends.base.base import BaseDatabaseWrapper

from ideas.models import Call, CatalogueStamp, Deadline, Term, ValueChain

STAMPED = (Call, Deadline, Call.value_chains.through, Call.kets.through, ValueChain, Term)
STAMP = CatalogueStamp._meta.db_table
# One row for each of some sessions, so that two transactions hardly ever wait for each other's stamp.
POSTGRES_STAMP = f"""
CREATE OR REPLACE FUNCTION ideas_stamp_catalogue() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO {STAMP} (id, stamp) VALUES (pg_backend_pid() % 16, (random() * 9e15)::bigint)
    ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp;
  RETURN NULL;
END $$
"""  # noqa: S608 - names of our own tables


def write_triggers(connection: BaseDatabaseWrapper) -> None:
    """Give every table that calls are made of its triggers. Where the tables aren't there yet, do nothing.

    SQLite drops a table's triggers whenever a migration makes it anew, which most that alter a column do.
    """
    there = set(connection.introspection.table_names())
    tables = [model._meta.db_table for model in STAMPED]
    if {STAMP, *tables} - there:
        return
    statements = _postgres(tables) if connection.vendor == "postgresql" else _sqlite(tables)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    # What was written while a table had lost its triggers.
    CatalogueStamp.objects.using(connection.alias).update_or_create(id=0, defaults={"stamp": randbits(62)})


def _sqlite(tables: list[str]) -> list[str]:
    # Two statements: the policy of an outer INSERT OR IGNORE would take the place of ON CONFLICT's.
    stamp = f"INSERT OR IGNORE INTO {STAMP} VALUES (0, 0); UPDATE {STAMP} SET stamp = random() WHERE id = 0;"  # noqa: S608
    return [
        f"CREATE TRIGGER IF NOT EXISTS stamp_{table}_{act} AFTER {act} ON {table} BEGIN {stamp} END"
        for table in tables
        for act in ("INSERT", "UPDATE", "DELETE")
    ]


def _postgres(tables: list[str]) -> list[str]:
    statements = [POSTGRES_STAMP]
    for table in tables:
        statements += [
            f"DROP TRIGGER IF EXISTS stamp_{table} ON {table}",
            f"CREATE TRIGGER stamp_{table} AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ideas_stamp_catalogue()",
        ]
    return statements
