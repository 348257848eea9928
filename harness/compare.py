"""An experiment from start to end: prepare, run the rounds, judge; the story of `chatbench compare`."""

import hashlib
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from datasets.generate import generate
from datasets.manifest import Manifest
from datasets.names import find_dataset, folder_of
from harness.capacity.calibrating import calibrated, ceilings
from harness.capacity.curve import curves_of
from harness.conditions import OVERSIZED, Conditions, VoidRules, require_own_server
from harness.environment import describe_machine
from harness.evidence.examiner import Examiner
from harness.experiment import MAINTENANCE, Experiment, ScenarioLoad
from harness.hypotheses import Hypothesis
from harness.judging.summary import summarise
from harness.kept_mix import mixes_of, require_unchanged
from harness.mixing import mixed_lanes, texts_of
from harness.progress import say, step
from harness.rounds import AGAIN, lane_order, lanes_of, takes_part
from harness.run_folder import RunFolder
from harness.seeding.databases import drop_all
from harness.seeding.snapshots import Snapshot, ensure_snapshot, no_snapshot
from harness.stack.config import StackConfig
from harness.stack.stack import Stack, open_stack
from harness.statistics.sequential import is_decided, looks
from harness.stored_runs.fingerprints import fingerprints_of
from harness.sweep.catalog import SWEEPS
from harness.sweep.runner import run_sweep
from harness.trial import TrialPlan, run_trial
from harness.trial.cache_regime import shrink_buffers
from harness.trial.cpu_layout import machine_layout
from harness.typed_command import typed_command
from harness.verify.lanes import lane_answers
from reference_server.variant import canonical_name, load_variant
from reference_server.variant_folders import told

#: PostgreSQL connections of the load generator: enough to keep two cores busy, few enough not to queue in the kernel.
CONNECTIONS = 8
_REDIS_STATES = {
    "cold": "cold: emptied before each trial",
    "warm": "warm: emptied, then filled by reads of the busiest conversations' members, before each trial",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """What the rounds need: the data and a snapshot for each lane."""

    manifest: Manifest
    #: By lane; the A/A lane has a build of its own.
    snapshots: dict[str, Snapshot]


async def compare(stack: Stack, experiment: Experiment, folder: RunFolder, home: Path) -> dict[str, Any]:
    """Run what is not yet in the folder, then judge it. Returns the summary, also written to the folder."""
    require_own_server(experiment.conditions, embedded=stack.postgres.embedded)
    for limit in await stack.limits():
        say(f"your PostgreSQL: {limit}")
    prepared = await prepare(stack, experiment, home)
    if experiment.conditions.cache_regime == OVERSIZED:
        await shrink_buffers(stack, min(one.database_bytes or 0 for one in prepared.snapshots.values()))
    answers = {} if experiment.is_remote else await _answers(stack, experiment, prepared, home)
    if not folder.manifest_path.exists():  # an interrupted search goes on as well, and a folder without is no run
        folder.write_manifest(await manifest_of(stack, experiment, prepared, folder) | {"answers": answers})
    experiment = await calibrated(
        stack,
        experiment,
        folder,
        plan=lambda lane, load: _plan("capacity", 0, 1, lane, load, experiment, prepared),
    )
    manifest = await manifest_of(stack, experiment, prepared, folder) | {"answers": answers}
    manifest["ceiling"] = await ceilings(experiment, prepared.manifest.dataset, folder)
    folder.write_manifest(manifest)
    for text in texts_of(manifest):
        say(f"mixed factors: {text}")
    await _run_until_resolved(stack, experiment, prepared, folder)
    await _sweep(stack, experiment, prepared, folder)
    folder.write_manifest(manifest | {"status": "finished"})
    return judge(folder)


async def _answers(stack: Stack, experiment: Experiment, prepared: Prepared, home: Path) -> dict[str, Any]:
    asked = {lane: snapshot for lane, snapshot in prepared.snapshots.items() if not lane.endswith(AGAIN)}
    return await lane_answers(stack, prepared.manifest, asked, home, baseline=experiment.baseline)


def judge(folder: RunFolder) -> dict[str, Any]:
    """The summary of whatever trials the folder holds."""
    manifest = folder.read_manifest()
    summary = summarise(manifest, folder.read_trials()) | {
        "sweeps": folder.read_sweeps(),
        "capacity": curves_of(folder.read_capacity(), manifest["lanes"]),
    }
    folder.write_summary(summary)
    return summary


async def prepare(stack: Stack, experiment: Experiment, home: Path) -> Prepared:
    """Data once, then a snapshot for each lane."""
    manifest, data = prepare_dataset(experiment.dataset, experiment.seed, home)
    if experiment.is_remote:
        return Prepared(manifest=manifest, snapshots={lane: no_snapshot(lane) for lane in lanes(experiment)})
    aged = experiment.conditions.aged
    snapshots = {lane: await _snapshot(stack, lane, manifest, data, aged=aged) for lane in measured_lanes(experiment)}
    return Prepared(manifest=manifest, snapshots=snapshots)


async def _snapshot(stack: Stack, lane: str, manifest: Manifest, data: Path, *, aged: bool = False) -> Snapshot:
    variant = load_variant(lane.removesuffix(AGAIN))
    build = "b" if lane.endswith(AGAIN) else "a"
    with step(f"snapshot {lane}", sum(manifest.rows.values())) as shown:
        return await ensure_snapshot(
            stack.postgres,
            variant,
            manifest,
            data,
            build=build,
            aged=aged,
            progress=lambda doing, rows: shown.advance(rows, doing),
        )


def prepare_dataset(name: str, seed: int, home: Path) -> tuple[Manifest, Path]:
    """The dataset's files below `home`, made once."""
    wanted = find_dataset(name, seed=seed, home=home)
    folder = folder_of(wanted, home)
    with step(f"dataset {wanted.name} (seed {wanted.seed})", wanted.messages) as shown:
        return generate(wanted, folder, shown.advance), folder


def lanes(experiment: Experiment) -> list[str]:
    return lanes_of(experiment.baseline, list(experiment.candidates))


def measured_lanes(experiment: Experiment) -> list[str]:
    """Those with a trial or a sweep: the baseline runs against itself only where something is compared."""
    is_compared = any(load.compare for load in experiment.scenarios)
    return [lane for lane in lanes(experiment) if is_compared or not lane.endswith(AGAIN)]


async def _run_until_resolved(stack: Stack, experiment: Experiment, prepared: Prepared, folder: RunFolder) -> None:
    """The rounds of a fixed run, or those up to each look of a sequential one until a look leaves nothing open."""
    planned = looks(experiment.rounds, experiment.max_rounds)
    for look in planned:
        await _run(stack, experiment, prepared, folder, upto=look.rounds)
        # a resumed run may have gone past this look: then only the next one decides
        went = max((trial["round"] for trial in folder.read_trials()), default=0)
        if len(planned) > 1 and went <= look.rounds and is_decided(judge(folder)["findings"]):
            return


async def _run(stack: Stack, experiment: Experiment, prepared: Prepared, folder: RunFolder, *, upto: int) -> None:
    ended, mixes = folder.read_trials(), folder.read_manifest()["mixes"]
    kept = {trial["trial"] for trial in ended}
    examiner = Examiner(
        prepared.manifest.dataset,
        prepared.manifest.strata,
        examined=frozenset(t["lane"] for t in ended if not t["void"] and (t["evidence"] or {}).get("examination")),
    )
    due = (plan for plan in plan_trials(experiment, prepared) if plan.round <= upto)
    plans = [replace(plan, examiner=examiner) for plan in due if plan.trial not in kept]
    with (
        # a socket's path must be short, and a run folder's may not be
        tempfile.TemporaryDirectory(prefix="chatbench-") as scratch,
        step("trials", len(plans)) as shown,
    ):
        for plan in plans:
            shown.advance(0, f"{plan.trial}: {plan.lane}, {plan.load.name}")
            require_unchanged(mixes)
            record = await run_trial(stack, plan, scratch=Path(scratch), logs=folder.path / "logs")
            folder.append_trial(record)
            shown.advance(1, f"{plan.trial}: {record['void'] or 'measured'}")


async def _sweep(stack: Stack, experiment: Experiment, prepared: Prepared, folder: RunFolder) -> None:
    """Each sweep once on each variant: counted work hardly varies, so it needs no rounds."""
    kept = {(done["sweep"], done["lane"]) for done in folder.read_sweeps()}
    asked = [(sweep, lane) for sweep in experiment.sweeps for lane in (experiment.baseline, *experiment.candidates)]
    left = [pair for pair in asked if pair not in kept]
    if not left:
        return
    with step("sweeps", len(left)) as shown:
        for sweep, lane in left:
            record = await run_sweep(
                stack,
                SWEEPS[sweep],
                lane,
                prepared.snapshots[lane],
                prepared.manifest.dataset,
                progress=lambda doing: shown.advance(0, doing),
            )
            folder.append_sweep(record)
            shown.advance(1, f"{sweep} on {lane}")


def plan_trials(experiment: Experiment, prepared: Prepared) -> Iterator[TrialPlan]:
    """Rounds of compared scenarios in counterbalanced order, then the others once, on the baseline."""
    compared = [load for load in experiment.scenarios if load.compare]
    order = lane_order(lanes(experiment), experiment.max_rounds or experiment.rounds, experiment.seed)
    for number, row in enumerate(order, 1):
        for load in compared:
            for position, lane in enumerate(takes_part(row, experiment.baseline, load.only), 1):
                name = f"r{number}p{position}" + (f"-{load.name}" if len(compared) > 1 else "")
                yield _plan(name, number, position, lane, load, experiment, prepared)
    for load in experiment.scenarios:
        if not load.compare:
            yield _plan(load.name, 1, 1, experiment.baseline, load, experiment, prepared)
        if not load.compare and load.name == MAINTENANCE:  # a price that every variant has
            for position, lane in enumerate(experiment.candidates, 2):
                yield _plan(f"{load.name}-{lane}", 1, position, lane, load, experiment, prepared)


def _plan(
    trial: str,
    number: int,
    position: int,
    lane: str,
    load: ScenarioLoad,
    experiment: Experiment,
    prepared: Prepared,
) -> TrialPlan:
    return TrialPlan(
        trial=trial,
        round=number,
        position=position,
        lane=lane,
        snapshot=prepared.snapshots[lane],
        load=load,
        # common random numbers: every lane of a round gets the same tasks at the same times
        seed=int.from_bytes(hashlib.sha256(f"{experiment.seed}:{number}".encode()).digest()[:4]),
        dataset=prepared.manifest.dataset,
        connections=CONNECTIONS,
        conditions=experiment.conditions,
    )


async def manifest_of(stack: Stack, experiment: Experiment, prepared: Prepared, folder: RunFolder) -> dict[str, Any]:
    """What a run's folder says of it before its first trial."""
    data = prepared.manifest
    manifest = {
        "schema_version": 1,
        "run_id": folder.path.name or secrets.token_hex(4),
        "created_at": datetime.now(UTC).isoformat(),
        "command": typed_command(sys.argv),
        "experiment": experiment.as_dict(),
        "environment": {
            **describe_machine(),
            # of somebody else's server nothing is known, and ours, where they run, have no part in it
            **({} if experiment.is_remote else await stack.describe() | _starting_states(experiment)),
            "cpu_layout": machine_layout().as_dict() if experiment.conditions.pin else None,
        },
        "dataset": {
            "name": data.dataset.name,
            "seed": data.dataset.seed,
            "fingerprint": data.fingerprint,
            "rows": dict(data.rows),
        },
        "variants": {
            lane: _described(snapshot) for lane, snapshot in prepared.snapshots.items() if not lane.endswith(AGAIN)
        },
        "variant_folders": {name: str(folder) for name, folder in told().items()},
        "lanes": measured_lanes(experiment),
        "mixes": mixes_of(experiment),
        "mixed_factors": mixed_lanes(experiment.baseline, experiment.candidates, experiment.designs),
        "status": "running",
    }
    return manifest | {"fingerprints": fingerprints_of(manifest)}


def _starting_states(experiment: Experiment) -> dict[str, Any]:
    """How each trial finds the stores."""
    conditions = experiment.conditions
    return {"redis_state": _REDIS_STATES[conditions.redis_state], "cache_regime": conditions.cache_regime}


def _described(snapshot: Snapshot) -> dict[str, Any]:
    """A lane's variant, and what building it took; of somebody else's server it is no more than a label."""
    if not snapshot.database:
        return {"summary": "Somebody else's server; its schema is not known here.", "known_gaps": None}
    variant = load_variant(snapshot.variant)
    return {
        "summary": variant.summary,
        "factors": list(variant.factors),
        "fingerprint": variant.fingerprint,
        "known_gaps": list(variant.known_gaps),
        "build_s": snapshot.build_s,
        "database_bytes": snapshot.database_bytes,
        "aged": snapshot.aged,
    }


async def seed_one(stack: Stack, experiment: Experiment, home: Path) -> Snapshot:
    """The baseline's snapshot alone."""
    manifest, data = prepare_dataset(experiment.dataset, experiment.seed, home)
    return await _snapshot(stack, experiment.baseline, manifest, data)


async def clean(config: StackConfig, *, datasets: bool, home: Path) -> None:
    """Drop every database that chatbench made on these servers."""
    async with open_stack(config) as stack:
        for name in await drop_all(stack.postgres.admin_dsn):
            say(f"dropped {name}")
    if datasets:
        shutil.rmtree(home / "datasets", ignore_errors=True)


def stored_experiment(folder: RunFolder) -> Experiment:
    """The experiment of a run's manifest, to go on with it."""
    manifest = folder.read_manifest()
    require_unchanged(manifest.get("mixes") or {})
    stored = manifest["experiment"]
    for own in manifest.get("variant_folders", {}).values():
        canonical_name(own)
    conditions = stored.get("conditions") or {}
    return Experiment(
        **{
            **stored,
            "candidates": tuple(stored["candidates"]),
            "primary": tuple(stored["primary"]),
            "scenarios": tuple(ScenarioLoad(**load) for load in stored["scenarios"]),
            "sweeps": tuple(stored.get("sweeps", ())),
            "designs": tuple((a, b) for a, b in stored.get("designs", ())),
            "hypotheses": tuple(Hypothesis(**claim) for claim in stored["hypotheses"]),
            "conditions": Conditions(**{**conditions, "void": VoidRules(**conditions.get("void", {}))}),
        }
    )
