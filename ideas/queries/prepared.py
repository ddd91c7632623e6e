"""Reads whose SQL is written once in a process: of a short one most of the time goes into writing it.

A page asks the same fifteen questions for every reader. Django writes each of them with slots where the values stand;
afterwards only these are put in, as it would have done itself.
"""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Expression, Field, Func, IntegerField, QuerySet, Subquery
from django.db.models.expressions import RawSQL

Written = tuple[Any, str, Sequence[Any]]  # what reads the rows, the SQL, and its values and slots


class Slot(Expression):
    """The place of a value that is only known when the question is asked."""

    def __init__(self, name: str, number: int, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name, self.number = name, number

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def value_of(self, values: dict[str, Any]) -> Any:
        """Pick this slot's value as the engine takes it."""
        value = values[self.name][self.number] if self.number >= 0 else values[self.name]
        if isinstance(value, Slot):
            return value
        return self.output_field.get_db_prep_value(value, connections[DEFAULT_DB_ALIAS])


class Prepared:
    """A question to the database: how it is written, of slots by name, and of which kind each of these is.

    A list has as many slots as values, and its SQL is written for each length. Values aren't None: SQL asks otherwise.
    """

    def __init__(self, write: "Callable[..., QuerySet[Any, Any]]", **fields: "Field[Any, Any]") -> None:
        self._write, self._fields = write, fields
        self._written: dict[tuple[Any, ...], Written | None] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Ask, with these values: the rows of a `values_list`. One query."""
        written = self._written_for(values)
        if written is None:
            return []
        compiled, sql, slots = written
        compiler, given = copy(compiled), self._put_in(slots, values)
        # The connection itself: every look through its proxy takes as long as a value.
        compiler.connection, compiler.as_sql = connections[DEFAULT_DB_ALIAS], lambda *_, **__: (sql, given)
        return list(compiler.results_iter(tuple_expected=True))

    def subquery(self, **values: Any) -> RawSQL:
        """The same as a part of another question: `id__in=…`. Its values may be slots of that one."""
        _, sql, slots = self._written_for(values) or (None, "SELECT NULL WHERE FALSE", ())
        return RawSQL(sql, self._put_in(slots, values))  # noqa: S611 - as Django wrote it, values apart

    def _written_for(self, values: dict[str, Any]) -> Written | None:
        shape = connection.vendor, *(len(value) if isinstance(value, list) else -1 for value in values.values())
        if shape not in self._written:
            self._written[shape] = self._compiled(values)
        return self._written[shape]

    def _put_in(self, slots: Sequence[Any], values: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(slot.value_of(values) if isinstance(slot, Slot) else slot for slot in slots)

    def _compiled(self, values: dict[str, Any]) -> Written | None:
        """Let Django write it; None where it sees that nothing can fit."""
        slots = {
            name: [Slot(name, number, self._fields[name]) for number in range(len(value))]
            if isinstance(value, list)
            else Slot(name, -1, self._fields[name])
            for name, value in values.items()
        }
        compiler = self._write(**slots).query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        return compiler, sql, params


def counted(rows: "QuerySet[Any, Any]") -> Subquery:
    """Count rows as one value of a question that asks for several."""
    number = Func("pk", function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=number).values("number"))
