"""Renaming: the chat's SQL said in the names of somebody's own schema, line for line.

Theory of operation. sqlglot's tree says of each identifier where it stands in the text and what it means; what means a
table or a column of the chat is replaced in the text, and everything else, comments and lines too, stays as written. A
column that an answer names keeps the chat's name by an alias. Definitions (CREATE, ALTER) are read by their tokens,
since the tree does not cover all of them. What neither can see through is refused: a body between dollars, a star.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from reference_server.errors import CannotRename
from reference_server.names import CHAT, Names, own_identifier
from reference_server.naming_scopes import is_of_query, names_an_answer, table_of, target_of

_DIALECT = "postgres"
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_DEFINITION = re.compile(r"(?:CREATE|ALTER|COMMENT|ANALYZE|TRUNCATE|DROP)\b", re.IGNORECASE)
_QUERY = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|WITH|VALUES|EXPLAIN)\b|\(", re.IGNORECASE)


#: Calls that name a table, or a table and its column, in a string; in bodies between dollars too.
_NAMED_IN_STRING = re.compile(
    rf"\b(?:pg_partition_tree|to_regclass|pg_get_serial_sequence)\('({'|'.join(CHAT)})'(?:, '(\w+)')?\)"
)


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


def renamed(text: str, names: Names) -> str:
    """The same statements in the schema's own names. Raises CannotRename."""
    return _renamed(text, _key(names))


_Key = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, tuple[tuple[str, str | None], ...]], ...]]


def _key(names: Names) -> _Key:
    return (
        tuple(sorted(names.tables.items())),
        tuple((table, tuple(columns.items())) for table, columns in sorted(names.columns.items())),
    )


@lru_cache(maxsize=1024)
def _renamed(text: str, key: _Key) -> str:
    names = Names(tables=dict(key[0]), columns={table: dict(columns) for table, columns in key[1]})
    edits = sorted({edit.start: edit for edit in _Text(text, names).edits()}.values(), key=lambda edit: -edit.start)
    for edit in edits:
        text = f"{text[: edit.start]}{edit.text}{text[edit.end :]}"
    return text


class _Text:
    """One text, and what to replace in it."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names

    def edits(self) -> Iterator[_Edit]:
        try:
            tokens = sqlglot.tokenize(self.text, dialect=_DIALECT)
        except SqlglotError as problem:
            raise CannotRename(1, f"it cannot be read as SQL ({_short(problem)})") from problem
        yield from self._named_in_strings()
        for statement in _statements(tokens):
            start, end = statement[0].start, statement[-1].end + 1
            self._refuse_bodies(statement)
            if _DEFINITION.match(self.text, start):
                yield from self._definition(statement)
            elif _QUERY.match(self.text, start):
                yield from self._query(start, end)
            else:
                self._refuse_mention(start, end)

    def _refuse_bodies(self, statement: list[Token]) -> None:
        for token in statement:
            if token.token_type in (TokenType.HEREDOC_STRING, TokenType.RAW_STRING):
                self._refuse_mention(token.start, token.end + 1)

    def _said(self, text: str) -> list[str]:
        """What a text says in the chat's names that is not said for it elsewhere."""
        rest = _NAMED_IN_STRING.sub("", text)
        return [name for name in self._changed() if re.search(rf"\b{re.escape(name)}\b", rest)]

    def _named_in_strings(self) -> Iterator[_Edit]:
        for match in _NAMED_IN_STRING.finditer(self.text):
            table, column = match[1], match[2]
            yield from self._edit(match.start(1), match.end(1), table, self.names.table(table))
            own = self.names.column(table, column) if column else None
            if own and own != column:
                yield _Edit(match.start(2), match.end(2), own)

    def _changed(self) -> list[str]:
        """Words of the chat that the schema says otherwise."""
        columns = {name for found in self.names.columns.values() for name in found}
        return sorted({*self.names.tables, *columns})

    def _definition(self, tokens: list[Token]) -> Iterator[_Edit]:
        """The statement's table is the first one after ON, TABLE, INTO or REFERENCES; its columns follow."""
        table: str | None = None
        outer: str | None = None
        previous = ""
        depth_of_reference = -1
        depth = 0
        for place, token in enumerate(tokens):
            word = self.text[token.start : token.end + 1]
            name = word.strip('"').lower() if not word.startswith("'") else ""
            depth += {"(": 1, ")": -1}.get(word, 0)
            if word == ")" and depth == depth_of_reference:
                table, depth_of_reference = outer, -1
            if name in CHAT and previous in ("ON", "TABLE", "REFERENCES", "ONLY", "LIKE", "EXISTS", "ANALYZE"):
                if previous == "REFERENCES":
                    outer, depth_of_reference = table, depth
                table = name
                yield from self._edit(token.start, token.end + 1, name, self.names.table(name))
            elif table and name in CHAT[table] and self._means_column(tokens, place):
                yield self._column_edit(token.start, token.end + 1, table, name)
            elif table is None and name in self.names.tables and previous == "FROM":
                raise CannotRename(self._line(token.start), f"a definition reads {name}")
            previous = word.upper()

    def _means_column(self, tokens: list[Token], place: int) -> bool:
        """Not a name that a definition gives, nor a string."""
        before = [self.text[token.start : token.end + 1].upper() for token in tokens[max(0, place - 1) : place]]
        return tokens[place].token_type is not TokenType.STRING and before[-1:] not in (["CONSTRAINT"], ["INDEX"])

    def _query(self, start: int, end: int) -> Iterator[_Edit]:
        # blanks in front keep the places of the whole text
        padded = re.sub(r"[^\n]", " ", self.text[:start]) + self.text[start:end]
        try:
            tree = sqlglot.parse_one(padded, dialect=_DIALECT)
        except SqlglotError as problem:
            raise CannotRename(self._line(start), f"it cannot be read as SQL ({_short(problem)})") from problem
        for node in tree.walk():
            if isinstance(node, exp.Table):
                yield from self._table(node)
            elif isinstance(node, exp.Column):
                yield from self._column(node)
            elif isinstance(node, exp.Schema | exp.OnConflict):
                yield from self._listed(node)

    def _refuse_mention(self, start: int, end: int) -> None:
        if said := self._said(self.text[start:end]):
            raise CannotRename(self._line(start), f"a body says {', '.join(said)}")

    def _table(self, node: exp.Table) -> Iterator[_Edit]:
        if node.name in self.names.tables and isinstance(node.this, exp.Identifier) and not is_of_query(node):
            alias = "" if node.alias else f" AS {node.name}" if isinstance(node.parent, exp.From | exp.Join) else ""
            first, last = _span(node.this)
            yield from self._edit(first, last, node.name, self.names.table(node.name), alias)

    def _column(self, node: exp.Column) -> Iterator[_Edit]:
        table = table_of(node)
        identifier = node.this
        if table is None:
            return
        if isinstance(identifier, exp.Star):
            if table in self.names.columns:
                raise CannotRename(1, f"it reads all columns of {table} by a star")
            return
        name = node.name
        if name not in CHAT[table] or self.names.column(table, name) == name:
            return
        first, last = _span(identifier)
        alias = f" AS {name}" if names_an_answer(node) else ""
        yield self._column_edit(first, last, table, name, alias)

    def _listed(self, node: exp.Expression) -> Iterator[_Edit]:
        """Columns that stand as bare names: of INSERT's list and of ON CONFLICT."""
        insert = node.find_ancestor(exp.Insert)
        target = target_of(insert) if insert else None
        if target not in CHAT:
            return
        listed = node.expressions if isinstance(node, exp.Schema) else node.args.get("conflict_keys") or []
        for one in listed:
            identifier = one.this if isinstance(one, exp.Ordered | exp.Paren) else one
            identifier = identifier.this if isinstance(identifier, exp.Column) else identifier
            if isinstance(identifier, exp.Identifier) and identifier.name in CHAT[str(target)]:
                first, last = _span(identifier)
                yield self._column_edit(first, last, str(target), identifier.name)

    def _column_edit(self, first: int, last: int, table: str, name: str, alias: str = "") -> _Edit:
        own = self.names.column(table, name)
        if own is None:
            raise CannotRename(self._line(first), f"it needs {table}.{name}, which this schema does not have")
        return _Edit(first, last, self.text[first:last] if own == name else own_identifier(own) + alias)

    def _edit(self, first: int, last: int, name: str, own: str, alias: str = "") -> Iterator[_Edit]:
        if own != name:
            yield _Edit(first, last, own_identifier(own) + alias)

    def _line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


def _statements(tokens: list[Token]) -> Iterator[list[Token]]:
    found: list[Token] = []
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            if found:
                yield found
            found = []
        else:
            found.append(token)
    if found:
        yield found


def _span(identifier: Any) -> tuple[int, int]:
    return identifier.meta["start"], identifier.meta["end"] + 1


def _short(problem: Exception) -> str:
    return str(problem).split("\n", 1)[0][:120]
