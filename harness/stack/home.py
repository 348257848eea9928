"""The home folder: one run at a time, and a place below it (or beside it) that the servers' account can reach."""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.stack.accounts import Account, can_reach
from harness.stack.errors import EnvironmentFailed, HomeInUse

_SHELF = Path("/var/tmp")  # noqa: S108 -- the folder's owner is checked before it is used


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the home; the kernel lets go of the lock when we die, however that happens."""
    _make(home, 0o755)
    with (home / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise HomeInUse(
                f"{home.resolve()} is in use by {_holder(file.read())}. Nothing was started. "
                "Wait for it, stop it, or give this run a home of its own with --home."
            ) from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "command": " ".join(Path(a).name for a in sys.argv[:3])}))
        file.flush()
        yield


def server_folder(home: Path, account: Account) -> Path:
    """The folder of the embedded servers' files, which the account can get to."""
    inside = home.resolve() / "servers"
    if can_reach(account, home):
        folder = inside
    else:
        folder = _SHELF / f"chatbench-{hashlib.sha256(str(inside).encode()).hexdigest()[:12]}"
    _make(folder, 0o711)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise EnvironmentFailed(
            f"{folder} belongs to somebody else, so no server is started in it. Remove it, or use another --home."
        )
    return folder


def give(folder: Path, account: Account, mode: int = 0o700) -> None:
    """Hand a folder to the account."""
    folder.chmod(mode)
    if not account.is_ours:
        os.chown(folder, account.uid, account.gid)


def socket_folder(account: Account) -> Path:
    """A fresh private folder with a short name: a socket's path may have 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="chatbench-", dir="/tmp"))
    give(folder, account)
    return folder


def remove(folder: Path | str) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, mode: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        raise EnvironmentFailed(
            f"The folder {folder} cannot be made: {error.strerror}. Nothing was started. "
            "Give a writable place with --home."
        ) from error


def _holder(text: str) -> str:
    try:
        holder = json.loads(text)
        return f"process {holder['pid']} ({holder['command']})"
    except (ValueError, KeyError):
        return "another chatbench"
