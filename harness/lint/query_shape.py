"""Query shapes: by which columns a statement looks into each table, in which order it wants rows, and whether it stops.

Read from the SQL alone, with sqlglot. Conditions under OR count only where each arm is one equality.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp

from harness.lint.names import sql_name

#: Table → its columns, to tell whose an unqualified column is.
Columns = Mapping[str, Collection[str]]
#: A node of sqlglot's tree: the base class changed its name between versions.
Node = Any
_RANGES = (exp.LT, exp.LTE, exp.GT, exp.GTE)


@dataclass(frozen=True, kw_only=True, slots=True)
class SortKey:
    """One column of an ORDER BY."""

    column: str
    descending: bool = False
    #: As written or by default: NULLs first when descending, last otherwise.
    nulls_first: bool = False

    @property
    def sql(self) -> str:
        direction = " DESC" if self.descending else ""
        nulls = "" if self.nulls_first == self.descending else " NULLS FIRST" if self.nulls_first else " NULLS LAST"
        return f"{sql_name(self.column)}{direction}{nulls}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """What one SELECT, UPDATE or DELETE asks of one table."""

    table: str
    #: Compared with one value each.
    equal: tuple[str, ...] = ()
    #: Compared with a column of another table of the same FROM.
    joined: tuple[str, ...] = ()
    #: Compared with one of several values.
    listed: tuple[str, ...] = ()
    #: Bounded; the columns of a row comparison in its order.
    ranged: tuple[str, ...] = ()
    #: Conditions without a parameter, as a partial index would state them.
    fixed: tuple[str, ...] = ()
    #: The columns of an OR of equalities.
    either: tuple[str, ...] = ()
    order: tuple[SortKey, ...] = ()
    is_limited: bool = False

    @property
    def asks(self) -> bool:
        """Whether there is anything that an index could answer."""
        return bool(self.equal or self.joined or self.listed or self.ranged or self.fixed or self.either or self.order)


def accesses_of(sql: str, columns: Columns) -> list[Access]:
    """Of each table in each part of the statement. Raises sqlglot.errors.ParseError."""
    tree = sqlglot.parse_one(sql, read="postgres")
    parts = [part for part in tree.walk() if isinstance(part, exp.Select | exp.Update | exp.Delete)]
    return [access for part in parts for access in _of_part(part, columns) if access.asks]


def is_select(sql: str) -> bool:
    """Whether the statement, with all in it, only reads and locks no row."""
    tree = sqlglot.parse_one(sql, read="postgres")
    writes = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Lock)
    return isinstance(tree, exp.Query) and not any(isinstance(part, writes) for part in tree.walk())


def _of_part(part: Node, columns: Columns) -> Iterator[Access]:
    aliases = {table.alias_or_name: _name(table) for table in _tables(part)}
    conditions = list(_conditions(part))
    for alias, table in aliases.items():
        yield _Reader(alias=alias, aliases=aliases, columns=columns).access(table, conditions, part)


def _tables(part: Node) -> Iterator[exp.Table]:
    first = part.this if isinstance(part, exp.Update | exp.Delete) else None
    source = part.args.get("from_") or part.args.get("from")
    joins = [join.this for join in part.args.get("joins") or ()]
    if source is not None:
        joins += [join.this for join in source.this.args.get("joins") or ()]
    for found in (first, source.this if source is not None else None, *joins):
        if isinstance(found, exp.Table):
            yield found


def _name(table: exp.Table) -> str:
    """As the catalog spells it."""
    name, place = _spelled(table.this), _spelled(table.args.get("db"))
    return name if place in ("", "public") else f"{place}.{name}"


def _spelled(identifier: Node | None) -> str:
    """PostgreSQL folds what is not quoted."""
    if not isinstance(identifier, exp.Identifier):
        return ""
    return str(identifier.name) if identifier.args.get("quoted") else str(identifier.name).lower()


def _conditions(part: Node) -> Iterator[Node]:
    where = part.args.get("where")
    source = part.args.get("from_") or part.args.get("from")
    joins = [*(part.args.get("joins") or ()), *((source.this.args.get("joins") or ()) if source is not None else ())]
    for whole in [where.this if where else None, *(join.args.get("on") for join in joins)]:
        if whole is not None:
            yield from (one.unnest() for one in (whole.flatten() if isinstance(whole, exp.And) else [whole]))


@dataclass(kw_only=True, slots=True)
class _Reader:
    """Reads conditions with one table's eyes."""

    alias: str
    aliases: Mapping[str, str]
    columns: Columns

    def access(self, table: str, conditions: list[Node], part: Node) -> Access:
        found: dict[str, list[str]] = {"equal": [], "joined": [], "listed": [], "ranged": [], "fixed": [], "either": []}
        for condition in conditions:
            for kind, name in self._told(condition):
                if name not in found[kind]:
                    found[kind].append(name)
        return Access(
            table=table,
            **{kind: tuple(names) for kind, names in found.items()},
            order=self._order(part),
            is_limited=part.args.get("limit") is not None,
        )

    def _own(self, node: Node | None) -> str | None:
        """The name of this table's column, None of anything else."""
        if not isinstance(node, exp.Column):
            return None
        name = _spelled(node.this)
        if node.table:
            return name if node.table == self.alias else None
        owners = [alias for alias, table in self.aliases.items() if name in self.columns.get(table, ())]
        return name if owners == [self.alias] or len(self.aliases) == 1 else None

    def _told(self, condition: Node) -> Iterator[tuple[str, str]]:
        if isinstance(condition, exp.EQ):
            yield from self._equality(condition)
        elif isinstance(condition, _RANGES):
            for side in (condition.left, condition.right):
                members = side.expressions if isinstance(side, exp.Tuple) else [side]
                yield from (("ranged", name) for member in members if (name := self._own(member)))
        elif isinstance(condition, exp.Between) and (name := self._own(condition.this)):
            yield "ranged", name
        elif isinstance(condition, exp.In) and (name := self._own(condition.this)):
            yield "listed", name
        elif isinstance(condition, exp.Or):
            yield from self._either(condition)
        elif (text := self._fixed(condition)) is not None:
            yield "fixed", text

    def _equality(self, condition: exp.EQ) -> Iterator[tuple[str, str]]:
        for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
            if (name := self._own(one)) is None:
                continue
            if isinstance(other, exp.Any):
                yield "listed", name
            elif isinstance(other, exp.Boolean):
                yield "fixed", sql_name(name) if other.this else f"NOT {sql_name(name)}"
            elif isinstance(other, exp.Column) and other.table in self.aliases and other.table != self.alias:
                yield "joined", name
            elif self._own(other) is None:
                yield "equal", name

    def _either(self, condition: exp.Or) -> Iterator[tuple[str, str]]:
        arms = [arm.unnest() for arm in condition.flatten()]
        told = [next(self._equality(arm), None) if isinstance(arm, exp.EQ) else None for arm in arms]
        if all(one is not None and one[0] in ("equal", "joined") for one in told):
            yield from (("either", one[1]) for one in told if one)

    def _fixed(self, condition: Node) -> str | None:
        inner = condition.this.unnest() if isinstance(condition, exp.Not) else condition
        # sqlglot writes IS NOT NULL as a negated IS, and did as a NOT around it
        no = "NOT " if isinstance(condition, exp.Not) or inner.args.get("negate") else ""
        if (name := self._own(inner)) is not None:
            return f"{no}{sql_name(name)}"
        if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
            return f"{sql_name(name)} IS {no}NULL" if (name := self._own(inner.this)) is not None else None
        return None

    def _order(self, part: Node) -> tuple[SortKey, ...]:
        """Empty where a key is not this table's own column: no index of it could give the order."""
        keys = []
        for ordered in part.args["order"].expressions if part.args.get("order") else ():
            if (name := self._own(ordered.this)) is None:
                return ()
            descending = bool(ordered.args.get("desc"))
            nulls = ordered.args.get("nulls_first")
            keys.append(SortKey(column=name, descending=descending, nulls_first=bool(nulls)))
        return tuple(keys)
