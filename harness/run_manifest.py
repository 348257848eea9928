"""A run's manifest: what its folder says of it before the first trial, and the experiment read back to go on."""

import secrets
import sys
from datetime import UTC, datetime
from typing import Any

from harness.conditions import Conditions, VoidRules
from harness.environment import describe_machine
from harness.experiment import Experiment, ScenarioLoad
from harness.hypotheses import Hypothesis
from harness.kept_mix import mixes_of, require_unchanged
from harness.mixing import mixed_lanes
from harness.rounds import AGAIN
from harness.run_folder import RunFolder
from harness.seeding.prepared import Prepared
from harness.seeding.snapshots import Snapshot
from harness.stack.stack import Stack
from harness.stored_runs.fingerprints import fingerprints_of
from harness.trial.cpu_layout import machine_layout
from harness.typed_command import typed_command
from reference_server.variant import canonical_name, load_variant
from reference_server.variant_folders import told

_REDIS_STATES = {
    "cold": "cold: emptied before each trial",
    "warm": "warm: emptied, then filled by reads of the busiest conversations' members, before each trial",
}


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
        "lanes": experiment.measured_lanes,
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
