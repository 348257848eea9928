"""Which account the embedded servers run under: ours, or an unprivileged one when we are root."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.stack.errors import EnvironmentFailed

#: In this order; PostgreSQL refuses to run as root.
_CANDIDATES = ("postgres", "chatbench", "nobody")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account that servers run under."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()


def server_account() -> Account:
    """Ours unless we are root; then the first unprivileged one there is, or a new one."""
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()))
    for name in _CANDIDATES:
        if found := _find(name):
            return found
    return _create("chatbench")


def _find(name: str) -> Account | None:
    try:
        return _account(pwd.getpwnam(name))
    except KeyError:
        return None


def _create(name: str) -> Account:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- fixed arguments
    except (OSError, subprocess.CalledProcessError) as error:
        raise EnvironmentFailed(
            f"PostgreSQL refuses to run as root, and there is no unprivileged account ({', '.join(_CANDIDATES)}); "
            f"creating one failed: {error}. No server was started. Run chatbench as an ordinary user, or create "
            "the account chatbench."
        ) from error
    return _account(pwd.getpwnam(name))


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def can_reach(account: Account, path: Path) -> bool:
    """Whether every folder from the root to `path` lets the account through, by its mode bits."""
    path = path.resolve()
    return all(has_bit(account, folder.stat(), stat.S_IXUSR) for folder in [path, *path.parents])


def can_run(account: Account, program: Path) -> bool:
    return can_reach(account, program.parent) and has_bit(account, program.stat(), stat.S_IXUSR)


def has_bit(account: Account, status: os.stat_result, owner_bit: int) -> bool:
    """Whether the mode grants the account a right, given as the owner's bit of it."""
    if account.uid == 0:
        return True
    if status.st_uid == account.uid:
        return bool(status.st_mode & owner_bit)
    if status.st_gid == account.gid:
        return bool(status.st_mode & (owner_bit >> 3))
    return bool(status.st_mode & (owner_bit >> 6))
