"""Folders: a variant of the user's own is a folder with a variant.toml, found by its path, then by its name.

Theory of operation. A path is told once (`tell`), which notes the folder in the environment; from then on the folder's
name is the variant's, here and in every process that is started from here. So reports, files and databases have names
such as "mine", and whoever starts processes by hand sets the same variable to one or several folders.
"""

import os
import re
from difflib import get_close_matches
from pathlib import Path

from reference_server.errors import NoVariantFolder, UnknownVariant

#: Folders, separated as in PATH.
VARIABLE = "CHATBENCH_VARIANT_FOLDERS"
FILE = "variant.toml"
#: What a database, a file and a column of a report can be called.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def told() -> dict[str, Path]:
    """Name → folder of each variant that was told."""
    return {Path(folder).name: Path(folder) for folder in os.environ.get(VARIABLE, "").split(os.pathsep) if folder}


def is_path(part: str) -> bool:
    return "/" in part or os.sep in part or part in (".", "..")


def is_folder(name: str, base: Path | None = None) -> bool:
    """Whether a folder of that name holds a variant."""
    return ((base or Path()) / name / FILE).is_file()


def named(name: str, known: list[str], *, base: Path | None = None) -> str:
    """The name with each path in it told and replaced: "./mine+hot_index" is "mine+hot_index"; others as they are.

    Paths are relative to `base`, by default to the current folder. Raises NoVariantFolder.
    """
    return "+".join(tell(part, known, base=base) if is_path(part) else part for part in name.split("+"))


def tell(path: str, known: list[str], *, base: Path | None = None) -> str:
    """The name of the variant in a folder, which is known by it from now on. Raises NoVariantFolder."""
    folder = ((base or Path.cwd()) / path).expanduser().resolve()
    if folder.name == FILE:
        folder = folder.parent
    if not (folder / FILE).is_file():
        raise NoVariantFolder(
            path, f"there is no file {folder / FILE}", f"`chatbench new variant {folder.name}` makes one"
        )
    if not NAME.fullmatch(folder.name):
        problem = f"its folder {folder.name!r} is no name for databases and reports"
        raise NoVariantFolder(path, problem, "Rename it to lower-case letters, digits and _, at most 40")
    if folder.name in known and told().get(folder.name) != folder:
        other = told().get(folder.name)
        problem = f"the name {folder.name!r} is taken by {other or 'a variant that comes with chatbench'}"
        raise NoVariantFolder(path, problem, "Rename the folder")
    os.environ[VARIABLE] = os.pathsep.join(str(each) for each in {**told(), folder.name: folder}.values())
    return folder.name


def file_of(name: str, folder: Path) -> Path:
    """The TOML file of a variant that has a name."""
    own = told().get(name)
    return folder / f"{name}.toml" if own is None else own / FILE


def require(name: str, known: list[str]) -> None:
    """Raises UnknownVariant; a folder of that name beside us is a likely meaning."""
    if name not in known:
        near = get_close_matches(name, known, n=3)
        if is_folder(name):
            near = [f"./{name}", *near]
        raise UnknownVariant(name, near, known)
