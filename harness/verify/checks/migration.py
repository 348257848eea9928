"""The schema's steps run without an error, and every statement of the variant prepares on it."""

import asyncpg

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site


async def check(site: Site) -> Finding:
    problems = []
    for slot, sql in site.variant.queries.items():
        try:
            async with site.database.transaction():
                await site.database.prepare(sql.text)
        except asyncpg.PostgresError as problem:
            problems.append(f"{slot}: {problem}")
    return from_problems(problems, f"{len(site.variant.queries)} statements prepare")
