"""Servers of the user's, as tests need them: with a password on a port, with or without TLS and statistics."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from harness.stack import binaries, process
from harness.stack.accounts import Account, server_account
from harness.stack.home import give
from tests.integration.places import free_port, shared_folder

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "s3cret"


@dataclass(frozen=True, kw_only=True, slots=True)
class Theirs:
    """A running server; `ann` is its superuser."""

    port: int
    folder: Path

    def dsn(self, user: str = "ann", database: str = "postgres", *, host: str = "127.0.0.1", query: str = "") -> str:
        return f"postgresql://{user}:{PASSWORD}@{host}:{self.port}/{database}{query}"

    async def execute(self, *statements: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(self.dsn(database=database))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@asynccontextmanager
async def postgres(
    *, programs: Path | None = None, counts_statements: bool = True, tls: bool = False
) -> AsyncIterator[Theirs]:
    """Started for this and gone with it; the embedded 18 unless programs are given."""
    account = server_account()
    with shared_folder() as folder:
        port = free_port()
        place = programs or binaries.postgres_programs(account)
        data = _make(folder, place, account, port, counts_statements=counts_statements)
        if tls:
            _certify(folder, data, account)
        log = folder / "theirs.log"
        server = process.start([str(place / "postgres"), "-D", str(data)], account, log, folder=folder)
        theirs = Theirs(port=port, folder=folder)
        try:
            await _answering(theirs.dsn())
            yield theirs
        finally:
            process.stop(server, signal.SIGINT)


def _make(folder: Path, place: Path, account: Account, port: int, *, counts_statements: bool) -> Path:
    data, word = folder / "data", folder / "word"
    data.mkdir()
    give(data, account)
    word.write_text(PASSWORD)
    give(word, account, 0o600)
    arguments = ["-D", str(data), "-U", "ann", "-A", "scram-sha-256", f"--pwfile={word}", "--no-sync"]
    made = process.run([str(place / "initdb"), *arguments], account, folder=folder)
    assert made.returncode == 0, made.stderr
    with (data / "postgresql.conf").open("a") as file:
        file.write(f"port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n")
        if counts_statements:
            file.write("shared_preload_libraries = 'pg_stat_statements'\n")
    return data


def _certify(folder: Path, data: Path, account: Account) -> None:
    """A certificate for localhost, signed by ca.crt; other.crt signed nothing. Nobody gets in without TLS."""
    for name, subject in (("ca", "chatbench test CA"), ("other", "another CA")):
        _openssl(folder, f"req -x509 -newkey rsa:2048 -nodes -days 2 -keyout {name}.key -out {name}.crt", subject)
    _openssl(folder, "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr", "localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost")
    signing = "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt"
    _openssl(folder, signing)
    for name in ("server.crt", "server.key"):
        shutil.copy(folder / name, data / name)
        give(data / name, account, 0o600)
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    with (data / "postgresql.conf").open("a") as file:
        file.write("ssl = on\n")


def _openssl(folder: Path, arguments: str, subject: str | None = None) -> None:
    named = ["-subj", f"/CN={subject}"] if subject else []
    subprocess.run(["openssl", *arguments.split(), *named], cwd=folder, check=True, capture_output=True)


async def _answering(dsn: str) -> None:
    while True:
        try:
            connection = await asyncpg.connect(dsn)
        except (OSError, asyncpg.CannotConnectNowError):
            await asyncio.sleep(0.1)
        else:
            await connection.close()
            return
