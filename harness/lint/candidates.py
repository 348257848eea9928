"""Candidates: which index would answer what a plan now reads whole, filters or sorts.

The order of keys is the B-tree's own logic: columns compared with one value first (any order among them finds the same
rows), then what the rows are to be sorted by, so that LIMIT can stop at the page's end; a bound comes there only if
nothing is sorted, since behind a bound rows have no order left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.lint.candidate import Candidate
from harness.lint.plan import Plan
from harness.lint.query_shape import Access, SortKey, accesses_of
from harness.lint.rules.bloated import needed_bytes
from harness.lint.schema import Index, Schema

#: Smaller tables are read whole in any case.
_ROWS = 1000
#: From so many rows behind an index's look-up on, filtering or sorting them is worth an index.
_MANY = 100
_MOST_KEYS = 5


def candidates(plans: Sequence[Plan], schema: Schema) -> list[Candidate]:
    """Each index once, with all operations that it serves; the beginnings of longer ones left out."""
    columns = {table.name: table.columns for table in schema.tables.values()}
    found: dict[tuple[str, tuple[SortKey, ...], str | None], Candidate] = {}
    for plan in plans:
        for access in accesses_of(plan.sql, columns):
            for candidate in _of_access(plan, access, schema):
                same = (candidate.table, candidate.keys, candidate.predicate)
                earlier = found.get(same)
                gains = {**earlier.gains, **candidate.gains} if earlier else candidate.gains
                found[same] = replace(candidate, gains=gains)
    return _without_beginnings(list(found.values()))


def _of_access(plan: Plan, access: Access, schema: Schema) -> Iterator[Candidate]:
    table = schema.tables.get(access.table)
    if table is None or (table.rows or 0) < _ROWS:
        return
    for keys in _keys(access, plan):
        why = _left(plan, access, keys, schema)
        if why is None or _is_served(keys, access, schema):
            continue
        candidate = Candidate(
            table=access.table,
            keys=keys,
            predicate=" AND ".join(access.fixed) or None,
            gains={plan.operation: f"{why} → {_then(keys, access)}"},
        )
        yield replace(candidate, replaces=_replaced(candidate, schema), bytes=_bytes(candidate, schema))


def _keys(access: Access, plan: Plan) -> Iterator[tuple[SortKey, ...]]:
    first = [*access.equal, *access.joined, *(() if _gives_order(access) else access.listed)]
    if not first and access.either:
        # an index for each arm, which a bitmap combines
        yield from ((SortKey(column=column),) for column in access.either if plan.reads_whole(access.table))
        return
    if _gives_order(access):
        after = [key for key in access.order if key.column not in first]
    else:
        after = [SortKey(column=column) for column in access.ranged if column not in first]
    keys = (*(SortKey(column=column) for column in first), *after)[:_MOST_KEYS]
    if keys:
        yield keys


def _gives_order(access: Access) -> bool:
    """Rows of several values, one after another, are in no order; without LIMIT a bound is worth more than an order."""
    if not access.order or access.joined or access.either:
        return False
    bound = bool(access.ranged) and access.ranged[0] != access.order[0].column
    return access.is_limited or not bound


def _left(plan: Plan, access: Access, keys: tuple[SortKey, ...], schema: Schema) -> str | None:
    """What the plan does that the index would not; None where there is nothing worth an index."""
    conditions = (*access.equal, *access.joined, *access.listed, *access.ranged, *access.either)
    if plan.reads_whole(access.table) and (conditions or access.fixed or access.is_limited):
        return f"reads all of {access.table}"
    used = [index for index in schema.indexes_of(access.table) if index.name in plan.indexes_on(access.table)]
    rows = _rows_behind(used, access, schema)
    if rows is None or rows < _MANY:
        return None
    looked_up = {column for index in used for column in index.columns}
    if filtered := [key.column for key in keys if key.column in conditions and key.column not in looked_up]:
        return f"filters about {rows:,.0f} rows by {', '.join(filtered)}"
    if access.order and _gives_order(access) and plan.sorts_by(tuple(key.column for key in access.order)):
        return f"sorts about {rows:,.0f} rows"
    if len(used) > 1:
        return f"combines {' and '.join(sorted(index.name for index in used))}"
    return None


def _rows_behind(used: Sequence[Index], access: Access, schema: Schema) -> float | None:
    """How many rows the best of the indexes finds by what the statement compares; None where none is used."""
    table = schema.tables[access.table]
    found = []
    for index in used:
        rows = table.rows or 0.0
        for name in index.columns:
            column = table.columns.get(name) if name else None
            if column is None or column.name not in (*access.equal, *access.joined, *access.either):
                break
            rows /= max(column.distinct or 1.0, 1.0)
            if column.common and column.name in access.equal:
                # a busy conversation counts, not the mean one
                rows = max(rows, column.common[0][1] * (table.rows or 0.0) if index.columns[0] == name else rows)
        found.append(1.0 if index.is_unique and set(index.columns) <= set(access.equal) else rows)
    return min(found, default=None)


def _is_served(keys: tuple[SortKey, ...], access: Access, schema: Schema) -> bool:
    """Whether an index is there already that begins so; the planner then had its reasons."""
    predicates = (None, *(f"({condition})" for condition in access.fixed))
    return any(
        _begins(index, keys, access) and index.predicate in predicates and index.method == "btree"
        for index in schema.indexes_of(access.table)
    )


def _begins(index: Index, keys: tuple[SortKey, ...], access: Access) -> bool:
    loose = {*access.equal, *access.joined, *access.listed}
    head = [key.column for key in keys if key.column in loose]
    tail = [key for key in keys if key.column not in loose]
    end = len(head) + len(tail)
    if set(index.columns[: len(head)]) != set(head) or index.columns[len(head) : end] != tuple(k.column for k in tail):
        return False
    turned = [down == key.descending for down, key in zip(index.descending[len(head) : end], tail, strict=True)]
    return all(turned) or not any(turned) or not _gives_order(access)


def _then(keys: tuple[SortKey, ...], access: Access) -> str:
    sought = [key.column for key in keys if key.column in (*access.equal, *access.joined, *access.listed)]
    told = [f"finds them by {', '.join(sought)}"] if sought else []
    if _gives_order(access):
        told.append("rows come sorted")
        if access.is_limited:
            told.append("LIMIT stops at the page's end")
    elif access.ranged and keys[-1].column in access.ranged:
        told.append(f"reads from the bound on {access.ranged[0]} on")
    if access.fixed:
        told.append("holds only rows that it wants")
    return ", ".join(told) or f"finds them by {keys[0].column}"


def _replaced(candidate: Candidate, schema: Schema) -> tuple[str, ...]:
    """Indexes that begin it; a partial candidate replaces no whole index."""
    names = tuple(key.column for key in candidate.keys)
    return tuple(
        index.name
        for index in schema.indexes_of(candidate.table)
        if candidate.predicate is None
        and index.predicate is None
        and index.method == "btree"
        and not (index.is_unique or index.is_constraint or index.included)
        and len(index.columns) < len(names)
        and index.columns == names[: len(index.columns)]
        and index.descending == tuple(key.descending for key in candidate.keys[: len(index.columns)])
    )


def _bytes(candidate: Candidate, schema: Schema) -> int | None:
    table = schema.tables[candidate.table]
    if candidate.predicate is not None:
        return None
    like = Index(
        name=candidate.name,
        table=table.name,
        method="btree",
        keys=(),
        columns=tuple(key.column for key in candidate.keys),
        descending=(),
        entries=table.rows,
    )
    needed = needed_bytes(like, schema)
    return None if needed is None else round(needed)


def _without_beginnings(found: list[Candidate]) -> list[Candidate]:
    """A longer candidate of the same table serves the operations of a shorter one that begins it."""
    kept: list[Candidate] = []
    for candidate in sorted(found, key=lambda one: -len(one.keys)):
        wider = next((one for one in kept if _begins_candidate(candidate, one)), None)
        if wider is None:
            kept.append(candidate)
        else:
            kept[kept.index(wider)] = replace(wider, gains={**candidate.gains, **wider.gains})
    return sorted(kept, key=lambda one: (-len(one.gains), one.name))


def _begins_candidate(short: Candidate, long: Candidate) -> bool:
    same = short.table == long.table and short.predicate == long.predicate
    return same and long.keys[: len(short.keys)] == short.keys
