"""Reads whose SQL is written once in a process: of a short one most of the time goes into writing it.

A page asks the same fifteen questions for every reader. Django writes each of them with slots where the values stand;
afterwards only these are put in, as it would have done itself.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import (
    BooleanField,
    CharField,
    Expression,
    Field,
    Func,
    IntegerField,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models.expressions import RawSQL

Row = tuple[Any, ...]
# What Django hands to the engine as it is: by the kind of a field, the type that its values have already.
_AS_IT_IS: "tuple[tuple[type[Field[Any, Any]], type], ...]" = ((TextField, str), (CharField, str), (IntegerField, int))


class Written(NamedTuple):
    """A question as Django writes it: the SQL, its values and slots, and what makes values of columns.

    `converters`: by column, the functions that take what the engine says, with the expression they belong to.
    `columns`: how many were asked for, where the engine gives more, to sort by.
    """

    sql: str
    slots: Sequence[Any]
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    columns: int | None


class Slot(Expression):
    """The place of a value that is only known when the question is asked."""

    def __init__(self, name: str, number: int, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name, self.number = name, number
        self._plain = next((type_ for kind, type_ in _AS_IT_IS if isinstance(output_field, kind)), None)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def value_of(self, values: dict[str, Any]) -> Any:
        """Pick this slot's value as the engine takes it."""
        value = values[self.name][self.number] if self.number >= 0 else values[self.name]
        if type(value) is self._plain or isinstance(value, Slot):
            return value
        return self.output_field.get_db_prep_value(value, connections[DEFAULT_DB_ALIAS])


class Prepared:
    """A question to the database: how it is written, of slots by name, and of which kind each of these is.

    A list has as many slots as values, and its SQL is written for each length. Values aren't None: SQL asks otherwise.
    """

    def __init__(self, write: "Callable[..., QuerySet[Any, Any]]", **fields: "Field[Any, Any]") -> None:
        self._write, self._fields = write, fields
        self._written: dict[tuple[Any, ...], Written | None] = {}

    def rows(self, **values: Any) -> list[Row]:
        """Ask, with these values: the rows of a `values_list`. One query."""
        return self.converted(self.raw(**values), **values)

    def raw(self, **values: Any) -> list[Row]:
        """The same as the engine says it: equal for equal rows, and not yet made into dates and lists."""
        written = self._written_for(values)
        if written is None:
            return []
        # The connection itself: every look through its proxy takes as long as a value.
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(written.sql, self._put_in(written.slots, values))
            rows: list[Row] = cursor.fetchall()
        return rows if written.columns is None else [row[: written.columns] for row in rows]

    def converted(self, rows: list[Row], **values: Any) -> list[Row]:
        """Make rows of `raw` what a `values_list` would have given; `values` as they were asked with."""
        written = self._written_for(values)
        if written is None or not written.converters:
            return rows
        engine = connections[DEFAULT_DB_ALIAS]
        made = [list(row) for row in rows]
        for place, functions, expression in written.converters:
            for row in made:
                for function in functions:
                    row[place] = function(row[place], expression, engine)
        return [tuple(row) for row in made]

    def subquery(self, **values: Any) -> RawSQL:
        """The same as a part of another question: `id__in=…`. Its values may be slots of that one."""
        written = self._written_for(values) or Written("SELECT NULL WHERE FALSE", (), [], None)
        return RawSQL(written.sql, self._put_in(written.slots, values))  # noqa: S611 - as Django wrote it, values apart

    def exists(self, **values: Any) -> Expression:
        """Whether a row fits, as a condition of another question: a value that is an F names a field of its rows.

        Such a value's slot stands in this question itself, not in a part of it, where other names would hide it.
        """
        return _Exists(self, **values)

    def _written_for(self, values: dict[str, Any], *, apart: bool = False) -> Written | None:
        shape = (
            connection.vendor, apart, *(len(value) if isinstance(value, list) else -1 for value in values.values())
        )  # fmt: skip
        if shape not in self._written:
            self._written[shape] = self._compiled(values, apart=apart)
        return self._written[shape]

    def _put_in(self, slots: Sequence[Any], values: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(slot.value_of(values) if isinstance(slot, Slot) else slot for slot in slots)

    def _compiled(self, values: dict[str, Any], *, apart: bool) -> Written | None:
        """Let Django write it; None where it sees that nothing can fit. `apart`: under names that no other has."""
        slots = {
            name: [Slot(name, number, self._fields[name]) for number in range(len(value))]
            if isinstance(value, list)
            else Slot(name, -1, self._fields[name])
            for name, value in values.items()
        }
        query = self._write(**slots).query
        if apart:
            query.clear_ordering(force=True)
            query.change_aliases({name: f"asked_{name}" for name in query.alias_map})
            query = query.clone()  # forgets the old name of its first table
        compiler = query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        asked = [column[0] for column in compiler.select[: compiler.col_count]]
        converters = [(place, *pair) for place, pair in compiler.get_converters(asked).items()]
        return Written(sql, params, converters, compiler.col_count if compiler.has_extra_select else None)


class _Exists(Expression):
    """See `Prepared.exists`. Django's own is written anew each time, with all that stands in it."""

    def __init__(self, asked: Prepared, **values: Any) -> None:
        super().__init__(output_field=BooleanField())
        self._asked, self._values = asked, values

    def get_source_expressions(self) -> list[Any]:
        return [value for value in self._values.values() if hasattr(value, "resolve_expression")]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        given = iter(exprs)
        self._values = {
            name: next(given) if hasattr(value, "resolve_expression") else value for name, value in self._values.items()
        }

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        written = self._asked._written_for(self._values, apart=True)
        if written is None:
            return "(1 = 0)", []
        begin, *rest = written.sql.split("%s")
        sql, params = [begin], []
        for slot, after in zip(written.slots, rest, strict=True):
            value = self._values[slot.name] if isinstance(slot, Slot) and slot.number < 0 else None
            if hasattr(value, "resolve_expression"):
                column, its = compiler.compile(value)
            else:
                column, its = "%s", self._asked._put_in([slot], self._values)
            sql += [column, after]
            params += its
        return f"EXISTS({''.join(sql)})", params


def counted(rows: "QuerySet[Any, Any]") -> Subquery:
    """Count rows as one value of a question that asks for several."""
    number = Func("pk", function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=number).values("number"))
