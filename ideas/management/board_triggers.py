"""Triggers by which the database itself says which ideas changed for the board: `BoardStamp`. Renewed at `migrate`."""

from django.db.backends.base.base import BaseDatabaseWrapper

from ideas.choices import SearchKind
from ideas.models import BoardStamp, Idea, Organisation, RoleSlot, SearchEntry
from ideas.models.ideas import BUCKET_SHIFT
from ideas.queries.board_index import BUCKETS

STAMP = BoardStamp._meta.db_table
IDEA, ORGANISATION, ENTRY = (model._meta.db_table for model in (Idea, Organisation, SearchEntry))
# {table: (the column with the idea's id, the columns of which a change counts)}
STAMPED = {
    IDEA: (
        "id",
        "audience, state, value_chain_id, call_id, closes_at, trl_now, trl_target, lacking, organisation_id",
    ),
    Idea.other_chains.through._meta.db_table: ("idea_id", "idea_id, valuechain_id"),
    Idea.kets.through._meta.db_table: ("idea_id", "idea_id, term_id"),
    RoleSlot._meta.db_table: ("idea_id", "idea_id, role, kinds, wanted, filled"),
    ENTRY: ("object_id", "kind, object_id, names, head, body"),
}
RANDOM = {"sqlite": "random()", "postgresql": "(random() * 9e15)::bigint"}


def write_board_triggers(connection: BaseDatabaseWrapper) -> None:
    """Give every table that the board filters by its triggers. Where the tables aren't there yet, do nothing."""
    if {STAMP, ORGANISATION, *STAMPED} - set(connection.introspection.table_names()):
        return
    statements = _postgres() if connection.vendor == "postgresql" else _sqlite()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        # What was written before there were triggers, and while a table had lost its own.
        values = ", ".join(f"({number}, {RANDOM[connection.vendor]})" for number in range(2 * BUCKETS))
        cursor.execute(_put(f"VALUES {values}"))


def _put(rows: str) -> str:
    return f"INSERT INTO {STAMP} (id, stamp) {rows} ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp"


def _drawn(numbers: str) -> str:
    return f"SELECT number, {RANDOM['postgresql']} FROM ({numbers}) AS found"  # noqa: S608 - names of our own


def _bucket_of(table: str, row: str) -> str:
    """Select the number of the stamp that a row changes: words have stamps of their own, after those of the facets."""
    number = f"({row}.{STAMPED[table][0]} - 1) >> {BUCKET_SHIFT}"
    if table != ENTRY:
        return f"SELECT {number} AS number"
    of_ideas = f"{row}.kind IN ('{SearchKind.IDEA}', '{SearchKind.TEASER}')"
    return f"SELECT ({number}) + {BUCKETS} AS number WHERE {of_ideas}"


def _sqlite() -> list[str]:
    def stamp(numbers: str) -> str:
        # No policy for conflicts: that of the statement which fires the trigger would take its place.
        return (
            f"INSERT INTO {STAMP} SELECT number, 0 FROM ({numbers}) WHERE number NOT IN (SELECT id FROM {STAMP});"  # noqa: S608
            f" UPDATE {STAMP} SET stamp = random() WHERE id IN (SELECT number FROM ({numbers}));"
        )

    statements = []
    for table, (_, columns) in STAMPED.items():
        new, old = _bucket_of(table, "new"), _bucket_of(table, "old")
        for act, on, numbers in (
            ("in", "INSERT", new),
            ("over", f"UPDATE OF {columns}", f"{old} UNION {new}"),
            ("out", "DELETE", old),
        ):
            statements += [
                f"DROP TRIGGER IF EXISTS board_{act}_{table}",
                f"CREATE TRIGGER board_{act}_{table} AFTER {on} ON {table} BEGIN {stamp(numbers)} END",
            ]
    of_organisation = f"SELECT DISTINCT (id - 1) >> {BUCKET_SHIFT} AS number FROM {IDEA} WHERE organisation_id = new.id"  # noqa: S608
    return [
        *statements,
        f"DROP TRIGGER IF EXISTS board_over_{ORGANISATION}",
        f"CREATE TRIGGER board_over_{ORGANISATION} AFTER UPDATE OF province_id ON {ORGANISATION}"
        f" BEGIN {stamp(of_organisation)} END",
    ]


def _postgres() -> list[str]:
    """Inserts and deletions a statement at a time, in the order of buckets, so that two hardly ever meet."""
    statements = []
    for table, (_, columns) in STAMPED.items():
        of_row = _bucket_of(table, "touched").replace("SELECT", "SELECT DISTINCT", 1)
        numbers = of_row.replace(" AS number", " AS number FROM touched") + " ORDER BY 1"
        both = f"{_bucket_of(table, 'old')} UNION {_bucket_of(table, 'new')}"
        statements += [
            *_function(f"board_touched_{table}", _put(_drawn(numbers))),
            *_function(f"board_over_{table}", _put(_drawn(f"{both} ORDER BY 1"))),
            *_trigger(
                f"board_in_{table}",
                table,
                "INSERT",
                f"board_touched_{table}",
                "REFERENCING NEW TABLE AS touched FOR EACH STATEMENT",
            ),
            *_trigger(
                f"board_out_{table}",
                table,
                "DELETE",
                f"board_touched_{table}",
                "REFERENCING OLD TABLE AS touched FOR EACH STATEMENT",
            ),
            *_trigger(f"board_over_{table}", table, f"UPDATE OF {columns}", f"board_over_{table}", "FOR EACH ROW"),
        ]
    ideas = (
        f"SELECT DISTINCT (id - 1) >> {BUCKET_SHIFT} AS number FROM {IDEA} WHERE organisation_id = new.id ORDER BY 1"  # noqa: S608
    )
    name = f"board_over_{ORGANISATION}"
    return [
        *statements,
        *_function(name, _put(_drawn(ideas))),
        *_trigger(name, ORGANISATION, "UPDATE OF province_id", name, "FOR EACH ROW"),
    ]


def _function(name: str, body: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"
    ]


def _trigger(name: str, table: str, on: str, function: str, rows: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} AFTER {on} ON {table} {rows} EXECUTE FUNCTION {function}()",
    ]
