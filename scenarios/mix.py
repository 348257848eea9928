"""A mix: how often clients do what, as a TOML file of counts; no code.

Imports no Locust, whose import would patch the process that only wants to read one.
"""

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scenarios.errors import MixError

#: What a mix may name: the class and the task of the catalog that does it.
ACTIONS: dict[str, str] = {
    "newest_page": "pagination.Pagination.newest_page",
    "scroll_back": "pagination.Pagination.scroll_back",
    "conversation_list": "pagination.Pagination.conversation_list",
    "media_gallery": "pagination.Pagination.media_gallery",
    "send": "unread.Unread.send",
    "mark_read": "unread.Unread.mark_read",
    "unread_total": "unread.Unread.unread_total",
    "unread_conversation": "unread.Unread.unread_conversation",
    "heartbeat": "presence.Presence.heartbeat",
    "go_offline": "presence.Presence.go_offline",
    "presence_lookup": "presence.Presence.presence_lookup",
    "last_seen": "presence.Presence.last_seen",
    "block_check": "blocks.Blocks.block_check",
    "block_list": "blocks.Blocks.block_list",
    "block_and_relent": "blocks.Blocks.block_and_relent",
}
#: Those that change what is stored.
WRITING = frozenset({"send", "mark_read", "block_and_relent"})
SHAPES = ("ramp", "step", "spike", "day", "reconnect_storm")
_HOURS = 24
_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: Tasks are drawn from a list of this many, so a share is right to a thousandth.
_DRAWN_FROM = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Mix:
    """Frequencies of actions, and how the load moves."""

    #: The file's, in lower case with underscores.
    name: str
    summary: str
    #: Counts of any period: only their proportions matter.
    actions: dict[str, float]
    #: The load's shape over the window; None: level.
    shape: str | None = None
    #: Of the shape `day`: how much is done in each hour, of which only proportions matter; empty: the shape's own.
    hours: tuple[float, ...] = ()

    @property
    def writes(self) -> bool:
        return not WRITING.isdisjoint(self.actions)

    @property
    def class_name(self) -> str:
        return class_name(self.name)

    def as_dict(self) -> dict[str, Any]:
        """What decides the load, as it can be kept in JSON."""
        return {"actions": self.actions, "shape": self.shape, "hours": list(self.hours)}

    def weights(self) -> dict[str, int]:
        """Whole numbers, in the proportions of the counts; none that was counted at all is left out."""
        total = sum(self.actions.values())
        return {name: max(1, round(count / total * _DRAWN_FROM)) for name, count in self.actions.items() if count > 0}


def class_name(name: str) -> str:
    """own_writes → OwnWrites, as Locust knows the scenario."""
    return "".join(word.capitalize() for word in name.split("_"))


def load_mix(path: Path) -> Mix:
    """Read a mix; a MixError names file and line."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise MixError(f"{path}: {error.strerror}, so there is no scenario. Give a mix's file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MixError(f"{path}: {error}, so nothing was started. A mix is TOML 1.0 in UTF-8.") from error
    return _Reader(path, text).mix(content)


class _Reader:
    def __init__(self, path: Path, text: str) -> None:
        self._path, self._lines = path, text.splitlines()

    def mix(self, content: dict[str, Any]) -> Mix:
        if not _NAME.fullmatch(self._path.stem):
            raise self._error("", f"{self._path.stem!r} is no name", "a file named in lower-case letters, digits and _")
        for key in content:
            self._known(key, ("summary", "actions", "shape", "hours"))
        summary, shape = content.get("summary", ""), content.get("shape")
        if not isinstance(summary, str):
            raise self._error("summary", f"{summary!r} is no text", "a sentence")
        if shape is not None and shape not in SHAPES:
            raise self._error("shape", f"{shape!r} is unknown", f"one of {', '.join(SHAPES)}")
        hours = self._hours(content.get("hours", []))
        if hours and shape not in (None, "day"):
            raise self._error("hours", f"a shape {shape!r} has no hours", 'shape = "day", or no hours')
        return Mix(
            name=self._path.stem,
            summary=summary,
            actions=self._actions(content.get("actions")),
            shape="day" if hours else shape,
            hours=hours,
        )

    def _actions(self, found: Any) -> dict[str, float]:
        if not isinstance(found, dict) or not found:
            raise self._error("actions", "there are none", "a table [actions] of counts, such as newest_page = 52000")
        for name, count in found.items():
            self._known(name, ACTIONS)
            if isinstance(count, bool) or not isinstance(count, int | float) or count < 0:
                raise self._error(name, f"{count!r} is no count", "a number from 0")
        if sum(found.values()) <= 0:
            raise self._error("actions", "every count is 0", "one above 0")
        return {name: float(count) for name, count in found.items()}

    def _hours(self, found: Any) -> tuple[float, ...]:
        numbers = isinstance(found, list) and all(isinstance(n, int | float) and n >= 0 for n in found)
        if not numbers or len(found) not in (0, _HOURS) or (found and max(found) <= 0):
            raise self._error("hours", "these are no hours of a day", f"{_HOURS} numbers from 0, midnight first")
        return tuple(float(number) for number in found)

    def _known(self, key: str, names: Any) -> None:
        if key not in names:
            near = get_close_matches(key, names, n=3, cutoff=0.5)
            hint = f"perhaps {' or '.join(near)}; all: " if near else "one of "
            raise self._error(key, "it is unknown", hint + ", ".join(names))

    def _error(self, key: str, problem: str, expected: str) -> MixError:
        line = self._line(key)
        where = f"{self._path}:{line}" if line else str(self._path)
        return MixError(f"{where}: {key or 'name'}: {problem}. Nothing was started. Expected: {expected}.")

    def _line(self, key: str) -> int | None:
        """Tomllib tells no positions; a key stands at the start of a line, or in a table's head."""
        if not key:
            return None
        key_there = re.compile(rf"""\s*(\[\s*)?["']?{re.escape(key)}["']?\s*[=\]]""")
        return next((number for number, line in enumerate(self._lines, 1) if key_there.match(line)), None)
