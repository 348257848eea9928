"""Room: whether a test fits on the disk, and its connections into PostgreSQL, asked before minutes are spent."""

import shutil
from pathlib import Path

import asyncpg

from datasets.generate import BYTES_PER_MESSAGE
from datasets.manifest import NAME
from datasets.names import find_dataset, folder_of
from harness.stack.postgres import EmbeddedPostgres
from harness.stack.stack import Stack
from harness.ui.choices import SERVER, Choices
from harness.ui.errors import ChoiceError

#: Of `spec` on `medium`, indexes and its share of users and conversations included.
_TABLE_BYTES_PER_MESSAGE = 700
_GB = 1e9
#: For what reads the counters, and what PostgreSQL keeps for its superuser.
_KEPT_FREE = 8


def check_room(choices: Choices, home: Path, stack: Stack) -> None:
    """A ChoiceError where the disk is too small. What a snapshot that is there already needs is its clone's room."""
    wanted = find_dataset(choices.dataset, seed=choices.dataset_seed, home=home)
    folder, server = folder_of(wanted, home), stack.postgres
    is_new = not (folder / NAME).exists()
    _fits(choices, folder, wanted.messages * BYTES_PER_MESSAGE if is_new else 0)
    if isinstance(server, EmbeddedPostgres) and not choices.is_remote:
        copies = 2 if is_new else 1
        files = wanted.messages * BYTES_PER_MESSAGE if is_new else 0
        _fits(choices, server.data_folder, files + copies * wanted.messages * _TABLE_BYTES_PER_MESSAGE)


def _fits(choices: Choices, place: Path, needed: float) -> None:
    there = next(folder for folder in (place, *place.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise ChoiceError(
            f"{choices.dataset} under {choices.variant} needs about {needed / _GB:.1f} GB and the disk has "
            f"{free / _GB:.1f} GB free, so no test was started. Choose a smaller dataset, or start the cockpit with a "
            "roomier --home."
        )


async def check_connections(choices: Choices, stack: Stack) -> None:
    connection = await asyncpg.connect(stack.postgres.admin_dsn)
    try:
        most = int(await connection.fetchval("SHOW max_connections")) - _KEPT_FREE
    finally:
        await connection.close()
    wanted = choices.connections * (choices.servers if choices.target == SERVER else 1)
    if wanted > most:
        raise ChoiceError(
            f"The test asks for {wanted} PostgreSQL connections and the server has {most} for it, so none was started. "
            "Choose fewer connections or servers."
        )
