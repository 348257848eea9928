"""Verifying: variants one after another on the same data, each against what it declares."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from datasets.manifest import Manifest
from harness.databases import drop_database, list_databases
from harness.errors import HarnessError
from harness.progress import Step, console
from harness.snapshots import Snapshot, ensure_snapshot
from harness.stack.stack import Stack
from harness.verify.answers import Answers, ask
from harness.verify.checking import not_run, run_checks
from harness.verify.equality import equal_answers
from harness.verify.finding import Outcome
from harness.verify.kept_answers import kept_answers
from harness.verify.registry import CHECKS
from harness.verify.variant_site import variant_site
from reference_server.errors import VariantError
from reference_server.variant import Variant, load_variant

#: Whose answers all others must give: the schema as the report built it.
REFERENCE = "baseline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """A variant or a database, verified."""

    name: str
    known_gaps: tuple[str, ...]
    outcomes: Sequence[Outcome]
    took_s: float

    @property
    def complaints(self) -> list[str]:
        return [complaint for outcome in self.outcomes if (complaint := outcome.complaint)]

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "known_gaps": list(self.known_gaps),
            "passed": not self.complaints,
            "complaints": self.complaints,
            "took_s": round(self.took_s, 2),
            "checks": [
                {"check": o.check, "promise": o.promise, "state": o.state, "seen": o.seen, "declared": o.declared}
                for o in self.outcomes
            ],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What all variants are verified on."""

    stack: Stack
    manifest: Manifest
    #: The dataset's files.
    data: Path
    home: Path
    shown: Step


async def verify_variants(ground: Ground, names: Sequence[str], *, keep: bool) -> list[Verification]:
    """The reference first, since all others are held against its answers. Snapshots made here go unless kept."""
    before = {found.name for found in await list_databases(ground.stack.postgres.admin_dsn)}
    reference = await _reference(ground, before, keep=keep)
    done = []
    for name in names:
        done.append(await verify_variant(ground, load_variant(name), reference))
        ground.shown.advance(1, f"{name}: {len(done[-1].complaints)} complaints")
        for complaint in done[-1].complaints:
            # at once: with many variants the table is minutes away
            console.print(f"{name}: {complaint}", markup=False)
        if not keep:
            await _drop_new(ground, before)
    return done


async def verify_variant(ground: Ground, variant: Variant, reference: Answers) -> Verification:
    """Build or find its snapshot, ask, check."""
    started = time.perf_counter()
    try:
        snapshot = await _snapshot(ground, variant)
        outcomes = await _outcomes(ground, variant, snapshot, reference)
    except (asyncpg.PostgresError, VariantError, HarnessError) as problem:
        outcomes = _unbuilt(variant, f"{type(problem).__name__}: {problem}")
    return Verification(
        name=variant.name,
        known_gaps=variant.known_gaps,
        outcomes=outcomes,
        took_s=time.perf_counter() - started,
    )


async def _outcomes(ground: Ground, variant: Variant, snapshot: Snapshot, reference: Answers) -> list[Outcome]:
    async with variant_site(ground.stack, variant, snapshot) as site:
        answers = await ask(site.chat, ground.manifest)
        compared = equal_answers(answers, reference, variant.known_gaps, of=REFERENCE)
        await ground.stack.redis.empty(site.redis)
        checked = await run_checks(site, told=lambda check: ground.shown.advance(0, f"{variant.name}: {check}"))
    return [*checked, compared]


async def _reference(ground: Ground, before: set[str], *, keep: bool) -> Answers:
    variant = load_variant(REFERENCE)

    async def asked() -> Answers:
        snapshot = await _snapshot(ground, variant)
        async with variant_site(ground.stack, variant, snapshot) as site:
            return await ask(site.chat, ground.manifest)

    answers = await kept_answers(ground.home, f"{ground.manifest.fingerprint[:12]}-{variant.fingerprint}", asked)
    if not keep:
        await _drop_new(ground, before)
    return answers


async def _snapshot(ground: Ground, variant: Variant) -> Snapshot:
    def told(doing: str, _: int) -> None:
        ground.shown.advance(0, f"{variant.name}: {doing}")

    return await ensure_snapshot(ground.stack.postgres, variant, ground.manifest, ground.data, build="a", progress=told)


async def _drop_new(ground: Ground, before: set[str]) -> None:
    for found in await list_databases(ground.stack.postgres.admin_dsn):
        if found.name not in before:
            await drop_database(ground.stack.postgres.admin_dsn, found.name)


def _unbuilt(variant: Variant, problem: str) -> list[Outcome]:
    """Nothing else can be checked where the schema cannot be built."""
    others = [not_run(variant.known_gaps, check, "the schema was not built") for check in CHECKS[1:]]
    failed = not_run(variant.known_gaps, CHECKS[0], problem)
    return [Outcome(check=failed.check, promise=failed.promise, state="fail", seen=problem, declared=False), *others]
