"""A maintenance trial's middle: the jobs on the clone while the load runs, told with the sends beside them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from datasets.shape import Dataset
from harness.experiment import MAINTENANCE, Experiment
from harness.maintenance.catalogue import chosen_jobs
from harness.maintenance.ground import Ground
from harness.maintenance.jobs.archive_wal import ARCHIVING
from harness.maintenance.work import Measured, do_jobs
from harness.stack import home
from harness.stack.accounts import Account, server_account
from harness.stack.config import StackConfig
from harness.stack.postgres import EmbeddedPostgres
from harness.stack.stack import Stack
from reference_server.variant import load_variant


def with_archiving(config: StackConfig, experiment: Experiment) -> StackConfig:
    """The embedded server must start with archive_mode where WAL is to be archived; other runs do without."""
    if all(load.name != MAINTENANCE for load in experiment.scenarios):
        return config
    return replace(config, settings={**config.settings, **ARCHIVING})


async def maintain(
    stack: Stack,
    *,
    database: str,
    variant: str,
    dataset: Dataset,
    jobs: Sequence[str] | None,
    quiet_s: float,
) -> list[Measured]:
    """Do the jobs one after another; the folder they work in is gone afterwards."""
    async with ground_on(stack, database, variant, dataset) as ground:
        return await do_jobs(ground, chosen_jobs(jobs), quiet_s=quiet_s)


@asynccontextmanager
async def ground_on(stack: Stack, database: str, variant: str, dataset: Dataset) -> AsyncIterator[Ground]:
    """A place to work on the clone; its folder is gone afterwards."""
    account = server_account()
    folder = _folder(stack, account)
    try:
        yield Ground(
            stack=stack,
            database=database,
            variant=load_variant(variant),
            dataset=dataset,
            folder=folder,
            account=account,
        )
    finally:
        home.remove(folder)


def _folder(stack: Stack, account: Account) -> Path:
    """Beside the embedded server's files: a copy of them may be larger than /tmp. A killed run's is replaced."""
    if not isinstance(stack.postgres, EmbeddedPostgres):
        return home.socket_folder(account)
    folder = stack.postgres.data_folder.parent / "maintenance"
    home.remove(folder)
    folder.mkdir()
    home.give(folder, account)
    return folder
