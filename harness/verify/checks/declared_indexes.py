"""Every declared index and key is there, valid and ready."""

import re
from collections.abc import Iterator

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site
from reference_server.variant import Variant

_INDEX = re.compile(r"^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:IF NOT EXISTS\s+)?\"?(\w+)", re.IGNORECASE | re.MULTILINE)
_KEY = re.compile(r"\bADD\s+CONSTRAINT\s+\"?(\w+)\"?\s+(?:PRIMARY KEY|UNIQUE)", re.IGNORECASE)
_FOUND = """
SELECT c.relname::text AS name, i.indisvalid AND i.indisready AS usable
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
"""


async def check(site: Site) -> Finding:
    found = {row["name"]: row["usable"] for row in await site.database.fetch(_FOUND)}
    declared = sorted(set(declared_in(site.variant)))
    missing = [name for name in declared if name not in found]
    unusable = [name for name in declared if found.get(name) is False]
    problems = [f"{name} is missing" for name in missing] + [f"{name} is not valid" for name in unusable]
    return from_problems(problems, f"{len(declared)} indexes and keys present and valid")


def declared_in(variant: Variant) -> Iterator[str]:
    """Names of indexes and keys that the variant's SQL makes by name."""
    for sql in variant.indexes.values():
        yield from _INDEX.findall(sql.text)
    for sql in (*variant.keys.values(), *variant.constraints.values()):
        yield from _KEY.findall(sql.text)
