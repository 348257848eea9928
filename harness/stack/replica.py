"""A streaming replica of the embedded PostgreSQL: copied when a trial first asks for it, gone with the stack.

It runs during trials of variants that read from it and rests otherwise, so that no other lane pays for its stream. A
replication slot keeps the WAL that it misses meanwhile; a killed run's slot and files are removed by the next.
"""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from harness.stack import home, postgres, process
from harness.stack.accounts import Account
from harness.stack.errors import ServerFailed
from harness.stack.postgres import EmbeddedPostgres

SLOT = "chatbench_replica"
_DROP_SLOT = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active"
_END_READERS = (
    "SELECT pg_terminate_backend(pid, $2::bigint) FROM pg_stat_replication "
    "WHERE application_name IN ($1, 'pg_basebackup')"
)
_END_MS = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class Replica:
    """What starts and stops the standby of one embedded primary."""

    primary: EmbeddedPostgres
    #: Of the standby's own files, inside the servers' folder.
    folder: Path
    programs: Path
    account: Account
    settings: Mapping[str, str]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[EmbeddedPostgres]:
        """Copied from the primary if it is not there yet, started, and stopped at the end; its files stay."""
        data = self.folder / "data"
        if not data.exists():
            await self._copy(data)
        with ExitStack() as closing:
            server = closing.enter_context(
                postgres.serving(self.folder, data, self.programs, self.account, self._own())
            )
            await postgres.ready(server)
            yield server

    async def remove(self) -> None:
        """Its files and its slot, whether or not there are any; the primary must still run, the standby must not."""
        postgres.stop_stale(self.folder)
        home.remove(self.folder)
        await self._drop_slot()

    def _own(self) -> dict[str, str]:
        return {
            **self.settings,
            **self.primary.changed,
            "primary_conninfo": f"host={self.primary.socket_folder} port=5432 user=postgres application_name={SLOT}",
            "primary_slot_name": SLOT,
            "hot_standby": "on",
        }

    async def _copy(self, data: Path) -> None:
        """Only a complete copy gets the name; of one that fails or is cancelled nothing is left."""
        self.folder.mkdir(exist_ok=True)
        home.give(self.folder, self.account)
        unfinished = self.folder / "unfinished"
        home.remove(unfinished)
        try:
            copied = await process.run_cancellably(self._copying(unfinished), self.account, folder=self.folder)
            _check(copied)
            (unfinished / "standby.signal").touch()
            home.give(unfinished / "standby.signal", self.account, 0o600)
            unfinished.rename(data)
        except BaseException:
            # shielded: a second Ctrl-C must not leave what the first one has begun to remove
            await asyncio.shield(asyncio.ensure_future(self._forget(unfinished)))
            raise

    def _copying(self, into: Path) -> list[str]:
        return [
            *(str(self.programs / "pg_basebackup"), "-h", str(self.primary.socket_folder), "-U", "postgres"),
            *("-D", str(into), "--wal-method=stream", "--checkpoint=fast", "--no-sync"),
            *("--create-slot", f"--slot={SLOT}"),
        ]

    async def _forget(self, unfinished: Path) -> None:
        home.remove(unfinished)
        await self._drop_slot()

    async def _drop_slot(self) -> None:
        connection = await asyncpg.connect(self.primary.admin_dsn)
        try:
            # a killed reader's session notices only when it next writes
            await connection.fetch(_END_READERS, SLOT, _END_MS)
            await connection.fetch(_DROP_SLOT, SLOT)
        finally:
            await connection.close()


def _check(copied: subprocess.CompletedProcess[str]) -> None:
    if copied.returncode:
        raise ServerFailed(
            f"The embedded PostgreSQL could not be copied for its replica: {copied.stderr.strip()[-500:]}. The variant "
            "was not measured. A copy needs as much free disk as the servers' folder holds; `chatbench clean` makes it "
            "smaller."
        )
