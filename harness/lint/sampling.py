"""Sampling: a likely value for each parameter of a statement, from what ANALYZE knows; no row is read."""

from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot import exp

from harness.lint.errors import MappingError
from harness.lint.mapping import Operation
from harness.lint.query_shape import Node
from harness.lint.schema import Column, Table

#: What LIMIT and OFFSET get.
_LIMIT, _OFFSET = 50, 0
_COMPARED = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


def sampled(operation: Operation, count: int, tables: Mapping[str, Table]) -> tuple[Any, ...]:
    """A value for each of the `count` parameters. Raises MappingError for one of which the statistics say nothing."""
    found: dict[int, Any] = {}
    tree = sqlglot.parse_one(operation.sql, read="postgres")
    for parameter in tree.find_all(exp.Parameter, exp.Placeholder):
        number = _number(parameter)
        value = None if number is None else _value(parameter, tree, tables)
        if number is not None and value is not None:
            found.setdefault(number, value)
    if missing := [f"${number}" for number in range(1, count + 1) if number not in found]:
        raise MappingError(
            f"operation {operation.name}",
            "parameters",
            f"nothing tells a likely value of {', '.join(missing)}",
            "parameters = [ … ] with a value for each, or statistics that the user may read (ANALYZE, SELECT)",
        )
    return tuple(found[number] for number in range(1, count + 1))


def _number(parameter: Node) -> int | None:
    text = parameter.name or str(parameter.this)
    return int(text) if text.isdigit() else None


def _value(parameter: Node, tree: Node, tables: Mapping[str, Table]) -> Any:
    node = parameter
    while isinstance(node.parent, exp.Cast | exp.Paren):
        node = node.parent
    parent = node.parent
    if isinstance(parent, exp.Limit | exp.Fetch):
        return _LIMIT
    if isinstance(parent, exp.Offset):
        return _OFFSET
    column, is_list = _compared_with(node)
    known = None if column is None else _column(column, tree, tables)
    if known is None:
        return None
    value = likely(known, is_range=not isinstance(parent, exp.EQ | exp.Any | exp.In))
    return value if not is_list or value is None else [value]


def _compared_with(node: Node) -> tuple[exp.Column | None, bool]:
    """The column on the other side, and whether a list of values is wanted."""
    parent = node.parent
    if isinstance(parent, exp.Tuple):  # a row comparison: the same place on the other side
        place, rows = parent.expressions.index(node), parent.parent
        other = rows.left if isinstance(rows, _COMPARED) and rows.right is parent else None
        member = other.expressions[place] if isinstance(other, exp.Tuple) else None
        return (member if isinstance(member, exp.Column) else None), False
    if isinstance(parent, exp.Any):
        column, _ = _compared_with(parent)
        return column, True
    if isinstance(parent, _COMPARED):
        other = parent.right if parent.left is node else parent.left
        return (other if isinstance(other, exp.Column) else None), False
    if isinstance(parent, exp.Between | exp.In):
        return (parent.this if isinstance(parent.this, exp.Column) else None), False
    return None, False


def _column(column: exp.Column, tree: Node, tables: Mapping[str, Table]) -> Column | None:
    aliases = {table.alias_or_name: table.name for table in tree.find_all(exp.Table)}
    wanted = [aliases.get(column.table, column.table)] if column.table else list(aliases.values())
    for name, table in tables.items():
        if name.rpartition(".")[2] in wanted and column.name in table.columns:
            return table.columns[column.name]
    return None


def likely(column: Column, *, is_range: bool) -> str | None:
    """The most common value; for a bound, or where none is common, the middle of the others."""
    middle = column.histogram[len(column.histogram) // 2] if column.histogram else None
    common = column.common[0][0] if column.common else None
    return (middle or common) if is_range else (common or middle)
