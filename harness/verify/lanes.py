"""Lanes: before a comparison each lane answers the same questions; one that answers otherwise is disqualified."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg

from datasets.manifest import Manifest
from harness.progress import step
from harness.seeding.snapshots import Snapshot
from harness.stack.stack import Stack
from harness.verify.answers import Answers, ask
from harness.verify.equality import disqualified
from harness.verify.kept_answers import kept_answers
from harness.verify.variant_site import variant_site
from reference_server.errors import ChatError
from reference_server.variant import load_variant


async def lane_answers(
    stack: Stack, manifest: Manifest, snapshots: Mapping[str, Snapshot], home: Path, *, baseline: str
) -> dict[str, Any]:
    """`hashes` by lane and operation, and `disqualified`: lane → why."""
    answers: dict[str, Answers] = {}
    reasons: dict[str, str] = {}
    with step("the same answers from every lane", len(snapshots)) as shown:
        for lane, snapshot in snapshots.items():
            shown.advance(1, lane)
            try:
                answers[lane] = await _answers(stack, manifest, snapshot, home)
            except (ChatError, asyncpg.PostgresError) as problem:
                reasons[lane] = f"{lane} could not answer: {type(problem).__name__}: {problem}"
    if baseline in answers:
        gaps = {lane: load_variant(snapshots[lane].variant).known_gaps for lane in answers}
        reasons |= disqualified(answers, gaps, baseline=baseline)
    return {"hashes": {lane: dict(answered) for lane, answered in answers.items()}, "disqualified": reasons}


async def _answers(stack: Stack, manifest: Manifest, snapshot: Snapshot, home: Path) -> Answers:
    async def asked() -> Answers:
        async with variant_site(stack, load_variant(snapshot.variant), snapshot) as site:
            return await ask(site.chat, manifest)

    return await kept_answers(home, snapshot.fingerprint, asked)
