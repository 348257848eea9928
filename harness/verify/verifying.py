"""Verifying: variants one after another on the same data, each against what it declares."""

import asyncio
import time
from collections.abc import Awaitable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from datasets.manifest import Manifest
from harness.errors import HarnessError
from harness.progress import Step, say
from harness.seeding.databases import drop_database, list_databases
from harness.seeding.snapshots import Snapshot, ensure_snapshot
from harness.stack.stack import Stack
from harness.verify.answers import Answers, ask
from harness.verify.checking import not_run, run_checks
from harness.verify.equality import equal_answers
from harness.verify.finding import Outcome
from harness.verify.kept_answers import kept_answers
from harness.verify.registry import CHECKS
from harness.verify.site import Site
from harness.verify.variant_site import variant_site
from reference_server.errors import ChatError, VariantError
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
class Built:
    """A snapshot, and the databases that did not stand before it."""

    snapshot: Snapshot
    made: set[str]


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
    """Each against the reference's answers, the next being built meanwhile. Snapshots made here go unless kept."""
    variants = [load_variant(name) for name in names]
    before = await _databases(ground)
    done = []
    builds: list[asyncio.Task[Built]] = []
    try:
        reference = await _reference(ground)
        for variant, following in zip(variants, [*variants[1:], None], strict=True):
            building = builds.pop() if builds else asyncio.create_task(_build(ground, variant))
            await asyncio.wait([building])
            if following:
                builds.append(asyncio.create_task(_build(ground, following)))
            done.append(await verify_variant(ground, variant, building, reference))
            _tell(ground, done[-1])
            if not keep and not building.exception():
                await _drop(ground, building.result().made)
    finally:
        for unused in builds:
            unused.cancel()
        await asyncio.gather(*builds, return_exceptions=True)
        if not keep:
            await _drop(ground, await _databases(ground) - before)
    return done


async def verify_variant(
    ground: Ground, variant: Variant, building: Awaitable[Built], reference: Answers
) -> Verification:
    """Ask and check on a clone; a schema that cannot be built fails, and nothing else is checked."""
    started = time.perf_counter()
    try:
        outcomes = await _outcomes(ground, variant, (await building).snapshot, reference)
    except (asyncpg.PostgresError, VariantError, HarnessError, ChatError) as problem:
        outcomes = _unbuilt(variant, f"{type(problem).__name__}: {problem}")
    return Verification(
        name=variant.name,
        known_gaps=variant.known_gaps,
        outcomes=outcomes,
        took_s=time.perf_counter() - started,
    )


def _tell(ground: Ground, verified: Verification) -> None:
    ground.shown.advance(1, f"{verified.name}: {len(verified.complaints)} complaints")
    for complaint in verified.complaints:
        # at once: with many variants the table is minutes away
        say(f"{verified.name}: {complaint}")


async def _outcomes(ground: Ground, variant: Variant, snapshot: Snapshot, reference: Answers) -> list[Outcome]:
    async with variant_site(ground.stack, variant, snapshot) as site:
        answers = await ask(site.chat, ground.manifest)
        compared = equal_answers(answers, reference, variant.known_gaps, of=REFERENCE)
        await ground.stack.empty_redis()
        return [*await _checked(ground, site), compared]


async def _checked(ground: Ground, site: Site) -> list[Outcome]:
    return await run_checks(site, told=lambda check: ground.shown.advance(0, f"{site.variant.name}: {check}"))


async def _reference(ground: Ground) -> Answers:
    variant = load_variant(REFERENCE)

    async def asked() -> Answers:
        async with variant_site(ground.stack, variant, (await _build(ground, variant)).snapshot) as site:
            return await ask(site.chat, ground.manifest)

    return await kept_answers(ground.home, f"{ground.manifest.fingerprint[:12]}-{variant.fingerprint}", asked)


async def _build(ground: Ground, variant: Variant) -> Built:
    before = await _databases(ground)
    snapshot = await ensure_snapshot(
        ground.stack.postgres,
        variant,
        ground.manifest,
        ground.data,
        build="a",
        progress=lambda doing, _: ground.shown.advance(0, f"{variant.name}: {doing}"),
    )
    return Built(snapshot=snapshot, made=await _databases(ground) - before)


async def _databases(ground: Ground) -> set[str]:
    """Snapshots of ours; a clone comes and goes beside them."""
    found = await list_databases(ground.stack.postgres.admin_dsn)
    return {one.name for one in found if one.mark.role == "snapshot"}


async def _drop(ground: Ground, names: Collection[str]) -> None:
    for name in names:
        await drop_database(ground.stack.postgres.admin_dsn, name)


def _unbuilt(variant: Variant, problem: str) -> list[Outcome]:
    """Nothing else can be checked where the schema cannot be built."""
    others = [not_run(variant.known_gaps, check, "the schema was not built") for check in CHECKS[1:]]
    failed = not_run(variant.known_gaps, CHECKS[0], problem)
    return [Outcome(check=failed.check, promise=failed.promise, state="fail", seen=problem, declared=False), *others]
