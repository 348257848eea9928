"""Checking: every check at one site, and what came of each."""

from collections.abc import Callable, Sequence
from typing import Any

import asyncpg

from harness.verify.errors import CouldNotRun
from harness.verify.finding import Finding, Outcome
from harness.verify.registry import CHECKS, module_of, promise_of
from harness.verify.site import Site, rolled_back
from reference_server.errors import ChatError, ReadOnly

#: Somebody else's database may not let us try, or not wait for us.
_NOT_ALLOWED = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
)


async def run_checks(
    site: Site, *, checks: Sequence[str] = CHECKS, told: Callable[[str], Any] = lambda _: None
) -> list[Outcome]:
    """In their order; on somebody else's database each is rolled back before the next."""
    outcomes = []
    for check in checks:
        told(check)
        if site.is_clone:
            outcomes.append(await _outcome(site, check))
            continue
        async with rolled_back(site.database):
            outcomes.append(await _outcome(site, check))
    return outcomes


async def _outcome(site: Site, check: str) -> Outcome:
    try:
        finding: Finding = await module_of(check).check(site)
    except CouldNotRun as reason:
        return not_run(site.variant.known_gaps, check, str(reason))
    except ReadOnly:
        return not_run(site.variant.known_gaps, check, "needs a write, and this variant takes none (see writes)")
    except _NOT_ALLOWED as reason:
        return not_run(site.variant.known_gaps, check, f"{type(reason).__name__}: {reason}")
    except (ChatError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        finding = Finding(holds=False, seen=f"{type(problem).__name__}: {problem}")
    return Outcome(
        check=check,
        promise=promise_of(check),
        state="pass" if finding.holds else "fail",
        seen=finding.seen,
        declared=check in site.variant.known_gaps,
    )


def not_run(gaps: Sequence[str], check: str, reason: str) -> Outcome:
    return Outcome(check=check, promise=promise_of(check), state="not run", seen=reason, declared=check in gaps)
