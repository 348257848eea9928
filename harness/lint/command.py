"""The story of `chatbench audit`: the user's own database, or a variant's snapshot."""

from collections.abc import Sequence

from harness.experiment import Experiment
from harness.lint.audit import Audit, audit
from harness.lint.errors import NoSchemaError
from harness.lint.mapping import Operation
from harness.lint.own_variant import audit_variant
from harness.seeding.prepared import prepare_dataset, seed_one
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack


async def audit_own(config: StackConfig, operations: Sequence[Operation] = (), *, analyze: bool = False) -> Audit:
    """Only reads: it creates nothing and locks nothing that a writer needs."""
    if config.postgres is None:
        raise NoSchemaError(
            "Neither --postgres nor --variant was given, so there is no schema to audit. Nothing was started. "
            "Add --postgres postgresql://user@host/database, or --variant baseline to try it."
        )
    return await audit(config.postgres, operations, analyze=analyze)


async def audit_snapshot(config: StackConfig, experiment: Experiment, *, analyze: bool) -> Audit:
    """The experiment's baseline, built if it is not there."""
    async with open_stack(config) as stack:
        snapshot = await seed_one(stack, experiment, config.home)
        manifest, _ = prepare_dataset(experiment.dataset, experiment.seed, config.home)
        return await audit_variant(stack, snapshot, manifest, analyze=analyze)
