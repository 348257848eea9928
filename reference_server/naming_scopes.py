"""Scopes: which of the chat's tables a column of a statement belongs to, and where an answer gets its names."""

from __future__ import annotations

from sqlglot import exp

from reference_server.names import CHAT

_SCOPES = (exp.Select, exp.Update, exp.Insert, exp.Delete)


def _sources(scope: exp.Expression) -> dict[str, str | None]:
    """Alias → the chat's table, or None for anything else, of what a statement reads and writes directly."""
    tables: list[exp.Expression] = []
    if isinstance(scope, exp.Select):
        tables += [part.this for part in (scope.args.get("from_") or scope.args.get("from"),) if part]
        tables += [part.this for part in scope.args.get("joins") or []]
    else:
        target = scope.this.this if isinstance(scope.this, exp.Schema) else scope.this
        tables.append(target)
        tables += [part.this for part in (scope.args.get("from_") or scope.args.get("from"),) if part]
        tables += list(scope.args.get("using") or [])
        tables += [part.this for part in target.args.get("joins") or []]
    found: dict[str, str | None] = {}
    for one in tables:
        is_chat = isinstance(one, exp.Table) and one.name in CHAT and not is_of_query(one)
        found.setdefault(one.alias_or_name, one.name if is_chat else None)
        if isinstance(one, exp.Table):
            for part in one.args.get("joins") or []:
                joined = part.this
                named = isinstance(joined, exp.Table) and joined.name in CHAT and not is_of_query(joined)
                found.setdefault(joined.alias_or_name, joined.name if named else None)
    return found


def is_of_query(table: exp.Table) -> bool:
    """Whether the name is that of a WITH query around it."""
    around = table.parent
    while around is not None:
        queries = around.args.get("with_") or around.args.get("with")
        if queries is not None and any(query.alias == table.name for query in queries.expressions):
            # inside the query of that name itself the table is meant
            own = table.find_ancestor(exp.CTE)
            if own is None or own.alias != table.name:
                return True
        around = around.parent
    return False


def table_of(column: exp.Column) -> str | None:
    """The chat's table that a column belongs to."""
    scope = column.find_ancestor(*_SCOPES)
    while scope is not None:
        sources = _sources(scope)
        if column.table:
            if column.table in sources:
                return sources[column.table]
        else:
            here = [table for table in sources.values() if table]
            owners = [table for table in here if column.name in CHAT[table]]
            if isinstance(scope, exp.Update | exp.Insert | exp.Delete):
                return target_of(scope) if target_of(scope) in CHAT else None
            if len(sources) == 1 or owners:
                return owners[0] if owners else None
        scope = scope.find_ancestor(*_SCOPES)
    return None


def target_of(scope: exp.Expression) -> str:
    target = scope.this.this if isinstance(scope.this, exp.Schema) else scope.this
    return str(target.name)


def names_an_answer(column: exp.Column) -> bool:
    """Whether it stands by itself where an answer's columns are named."""
    parent = column.parent
    if isinstance(parent, exp.Select):
        return column.arg_key == "expressions"
    return isinstance(parent, exp.Returning)
