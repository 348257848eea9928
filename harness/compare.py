"""An experiment from start to end: prepare, run the rounds, judge; the story of `chatbench compare`."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.capacity.calibrating import calibrated, ceilings
from harness.capacity.curve import curves_of
from harness.conditions import OVERSIZED, require_own_server
from harness.evidence.examiner import Examiner
from harness.experiment import Experiment
from harness.judging.summary import summarise
from harness.kept_mix import require_unchanged
from harness.mixing import texts_of
from harness.progress import say, step
from harness.rounds import AGAIN
from harness.run_folder import RunFolder
from harness.run_manifest import manifest_of
from harness.seeding.prepared import Prepared, prepare
from harness.stack.stack import Stack
from harness.statistics.sequential import is_decided, looks
from harness.sweep.catalog import SWEEPS
from harness.sweep.runner import run_sweep
from harness.trial import run_trial
from harness.trial.cache_regime import shrink_buffers
from harness.trial.planning import plan_of, plan_trials
from harness.verify.lanes import lane_answers


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
        plan=lambda lane, load: plan_of("capacity", 0, 1, lane, load, experiment, prepared),
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
