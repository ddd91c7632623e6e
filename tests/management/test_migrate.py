"""A database that began long ago and one that begins today end with the same tables."""

import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from tests.services import Site

OLD_WAY = """
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=False)
executor.migrate([node for node in executor.loader.graph.leaf_nodes() if "squashed" not in node[1]])
call_command("migrate", verbosity=0)
"""
TABLES = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"


def schema(rows: list[tuple[str, str, str]]) -> dict[str, list[str]]:
    """What a database consists of: {name: its SQL, in parts that don't tell in which order columns came}."""
    return {f"{kind} {name}": sorted(parts(sql)) if kind == "table" else [sql] for kind, name, sql in rows}


def parts(sql: str) -> list[str]:
    """Split at the commas between columns, not at those within brackets or quotes."""
    found, depth, quoted = [""], 0, False
    for letter in sql[sql.index("(") + 1 : sql.rindex(")")]:
        quoted ^= letter == "'"
        depth += 0 if quoted else (letter == "(") - (letter == ")")
        if letter == "," and not depth and not quoted:
            found.append("")
        else:
            found[-1] += letter
    return [part.strip() for part in found]


@pytest.mark.django_db
def test_the_old_way_and_the_short_one_lead_to_the_same_tables(tmp_path: Path) -> None:
    Site(tmp_path, settings="tests.settings").manage("shell", "-v0", "-c", OLD_WAY)

    there = schema(sqlite3.connect(tmp_path / "jvl.sqlite3").execute(TABLES).fetchall())
    with connection.cursor() as cursor:
        here = schema(cursor.execute(TABLES).fetchall())

    assert "table ideas_search" in here
    assert there == here
