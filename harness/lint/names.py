"""Names as SQL takes them: quoted where PostgreSQL would read them otherwise."""

import re

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
#: Reserved key words (PostgreSQL manual, appendix C); others may stand as a name.
_WORDS = """
all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct
do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit
localtime localtimestamp not null offset on only or order placing primary references returning select session_user some
symmetric system_user table then to trailing true union unique user using variadic when where window with
"""
_RESERVED = frozenset(_WORDS.split())


def sql_name(name: str) -> str:
    """A table's, an index's or a column's, with its schema where it has one."""
    return ".".join(part if _is_plain(part) else _quoted(part) for part in name.split("."))


def _is_plain(part: str) -> bool:
    return _PLAIN.fullmatch(part) is not None and part not in _RESERVED


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"'
