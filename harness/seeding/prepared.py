"""Prepared: what rounds need before they begin, the dataset's files and a snapshot for each lane."""

from dataclasses import dataclass
from pathlib import Path

from datasets.generate import generate
from datasets.manifest import Manifest
from datasets.names import find_dataset, folder_of
from harness.experiment import Experiment
from harness.progress import step
from harness.rounds import AGAIN
from harness.seeding.snapshots import Snapshot, ensure_snapshot, no_snapshot
from harness.stack.stack import Stack
from reference_server.variant import load_variant


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """What the rounds need: the data and a snapshot for each lane."""

    manifest: Manifest
    #: By lane; the A/A lane has a build of its own.
    snapshots: dict[str, Snapshot]


async def prepare(stack: Stack, experiment: Experiment, home: Path) -> Prepared:
    """Data once, then a snapshot for each lane."""
    manifest, data = prepare_dataset(experiment.dataset, experiment.seed, home)
    if experiment.is_remote:
        return Prepared(manifest=manifest, snapshots={lane: no_snapshot(lane) for lane in experiment.lanes})
    aged = experiment.conditions.aged
    snapshots = {lane: await _snapshot(stack, lane, manifest, data, aged=aged) for lane in experiment.measured_lanes}
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


async def seed_one(stack: Stack, experiment: Experiment, home: Path) -> Snapshot:
    """The baseline's snapshot alone."""
    manifest, data = prepare_dataset(experiment.dataset, experiment.seed, home)
    return await _snapshot(stack, experiment.baseline, manifest, data)
