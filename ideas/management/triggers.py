"""Triggers by which the database itself says that something changed which is kept in memory. Renewed at `migrate`."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import randbits

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from ideas.models import (
    Affiliation,
    Call,
    CatalogueStamp,
    Competence,
    Deadline,
    DirectoryStamp,
    Member,
    Organisation,
    SuggestionStamp,
    Term,
    ValueChain,
)


@dataclass(frozen=True)
class Stamped:
    """A stamp, and the tables that change it: {table: the columns of which an update counts, "" for all of them}.

    `name` is the beginning of its triggers' names.
    """

    name: str
    stamp: type[Model]
    tables: Mapping[type[Model], str]

    @property
    def columns(self) -> dict[str, str]:
        """The same by the names of the tables."""
        return {model._meta.db_table: columns for model, columns in self.tables.items()}


CATALOGUE = Stamped(
    "stamp",
    CatalogueStamp,
    dict.fromkeys((Call, Deadline, Call.value_chains.through, Call.kets.through, ValueChain, Term), ""),
)
# Who works where and who sees a value chain's ideas: nobody is suggested an idea that they may not see.
SUGGESTIONS = Stamped(
    "suggest",
    SuggestionStamp,
    {
        **dict.fromkeys((Organisation, Organisation.value_chains.through, Organisation.kets.through, Competence), ""),
        **dict.fromkeys((ValueChain, Term, Affiliation), ""),
        **dict.fromkeys((ValueChain.members.through, ValueChain.leads.through), ""),
        Member: "is_active, is_staff",
    },
)
DIRECTORY = Stamped(
    "directory",
    DirectoryStamp,
    {
        Organisation: "name, kind, accredited, province_id, member_since",
        **dict.fromkeys((Organisation.value_chains.through, Organisation.kets.through), ""),
        Organisation.vocabulary.through: "",
        Competence: "slug, kind, state",
        **dict.fromkeys((ValueChain, Term), ""),
    },
)
STAMPED = tuple(CATALOGUE.tables)
ALL = (CATALOGUE, SUGGESTIONS, DIRECTORY)


def write_triggers(connection: BaseDatabaseWrapper) -> None:
    """Give every table that something is made of its triggers. Where the tables aren't there yet, do nothing.

    SQLite drops a table's triggers whenever a migration makes it anew, which most that alter a column do.
    """
    there = set(connection.introspection.table_names())
    for one in ALL:
        if {one.stamp._meta.db_table, *one.columns} - there:
            continue
        statements = _postgres(one) if connection.vendor == "postgresql" else _sqlite(one)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        # What was written while a table had lost its triggers.
        rows = one.stamp._default_manager.using(connection.alias)
        rows.update_or_create(id=0, defaults={"stamp": randbits(62)})


def _sqlite(one: Stamped) -> list[str]:
    stamp = one.stamp._meta.db_table
    # Two statements: the policy of an outer INSERT OR IGNORE would take the place of ON CONFLICT's.
    act = f"INSERT OR IGNORE INTO {stamp} VALUES (0, 0); UPDATE {stamp} SET stamp = random() WHERE id = 0;"  # noqa: S608
    return [
        f"CREATE TRIGGER IF NOT EXISTS {one.name}_{table}_{event} AFTER {event}{_of(event, columns)} ON {table}"
        f" BEGIN {act} END"
        for table, columns in one.columns.items()
        for event in ("INSERT", "UPDATE", "DELETE")
    ]


def _postgres(one: Stamped) -> list[str]:
    function = f"ideas_stamp_{one.stamp.__name__.removesuffix('Stamp').lower()}"
    stamp = one.stamp._meta.db_table
    # One row for each of some sessions, so that two transactions hardly ever wait for each other's stamp.
    statements = [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"  # noqa: S608
        f" INSERT INTO {stamp} (id, stamp) VALUES (pg_backend_pid() % 16, (random() * 9e15)::bigint)"
        " ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp; RETURN NULL; END $$"
    ]
    for table, columns in one.columns.items():
        events = " OR ".join(f"{event}{_of(event, columns)}" for event in ("INSERT", "UPDATE", "DELETE"))
        statements += [
            f"DROP TRIGGER IF EXISTS {one.name}_{table} ON {table}",
            f"CREATE TRIGGER {one.name}_{table} AFTER {events} ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        ]
    return statements


def _of(event: str, columns: str) -> str:
    return f" OF {columns}" if columns and event == "UPDATE" else ""
