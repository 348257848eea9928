"""Tables: a TOML table read key by key, with errors that say where and what was expected."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from harness.errors import ExperimentError

_REQUIRED: Any = object()


class TableReader:
    """Reads and checks the keys of one table, and remembers which were asked for."""

    def __init__(self, content: Mapping[str, Any], source: str, path: str = "") -> None:
        self._content, self._source, self._path = content, source, path
        self._known: list[str] = []

    @property
    def folder(self) -> Path | None:
        """Where a file's relative paths begin; None for flags, whose paths begin in the current folder."""
        return Path(self._source).parent if self._source.endswith(".toml") else None

    def error(self, key: str, problem: str, expected: str) -> ExperimentError:
        return ExperimentError(self._source, self._path + key, problem, expected)

    def unknown(self, key: str, name: str, names: Collection[str]) -> ExperimentError:
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}? All: " if near else "one of: "
        return self.error(key, f"{name!r} is unknown", hint + ", ".join(names))

    def text(self, key: str, *, default: str = _REQUIRED) -> str:
        value: str = self._typed(key, str, "a text", default)
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if self._has(key) else None

    def one_of(self, key: str, names: Collection[str], *, default: str = _REQUIRED) -> str:
        name = self.text(key, default=default)
        if name not in names:
            raise self.unknown(key, name, names)
        return name

    def flag(self, key: str, *, default: bool) -> bool:
        value: bool = self._typed(key, bool, "true or false", default)
        return value

    def whole(self, key: str, *, least: int, default: int = _REQUIRED) -> int:
        expected = f"a whole number from {least}"
        value: int = self._typed(key, int, expected, default)
        if isinstance(value, bool) or value < least:
            raise self.error(key, f"{value} does not fit", expected)
        return value

    def optional_whole(self, key: str, *, least: int) -> int | None:
        return self.whole(key, least=least) if self._has(key) else None

    def number(self, key: str, *, above: float, below: float = float("inf"), default: float = _REQUIRED) -> float:
        expected = f"a number above {max(above, 0):g}" + (f" and below {below:g}" if below < float("inf") else "")
        value = self._typed(key, (int, float), expected, default)
        if isinstance(value, bool) or not above < value < below:
            raise self.error(key, f"{value} does not fit", expected)
        return float(value)

    def optional_number(self, key: str, *, above: float) -> float | None:
        return self.number(key, above=above) if self._has(key) else None

    def optional_number_or_share(self, key: str) -> tuple[float | None, float | None]:
        """A number above 0, or a text such as "70%" as a share; the other is None."""
        if not isinstance(self._content.get(key), str):
            return self.optional_number(key, above=0), None
        text = self.text(key)
        try:
            share = float(text.removesuffix("%")) / 100 if text.endswith("%") else 0.0
        except ValueError:
            share = 0.0
        if not 0 < share <= 1:
            raise self.error(key, f"{text!r} does not fit", 'a number above 0, or a share such as "70%"')
        return None, share

    def texts(self, key: str, *, least: int = 1, default: list[str] = _REQUIRED) -> list[str]:
        expected = f"a list of at least {least} texts"
        value = self._typed(key, list, expected, default)
        if len(value) < least or not all(isinstance(item, str) for item in value):
            raise self.error(key, f"{value!r} does not fit", expected)
        return list(value)

    def lists(self, key: str) -> list[list[str]]:
        """Lists of texts; none where the key is missing."""
        expected = "a list of lists of texts"
        value = self._typed(key, list, expected, [])
        if not all(isinstance(item, list) and all(isinstance(text, str) for text in item) for item in value):
            raise self.error(key, f"{value!r} does not fit", expected)
        return [list(item) for item in value]

    def tables(self, key: str, *, least: int) -> list["TableReader"]:
        expected = f"at least {least} [[{key}]] table(s)"
        value = self._typed(key, list, expected, _REQUIRED if least else [])
        if len(value) < least or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"{value!r} does not fit", expected)
        return [TableReader(item, self._source, f"{self._path}{key}[{n}].") for n, item in enumerate(value, 1)]

    def nothing_else(self) -> None:
        """Complain about the first key that nobody asked for."""
        for key in self._content:
            if key not in self._known:
                near = get_close_matches(key, self._known, n=1)
                hint = f"did you mean {near[0]}? All: " if near else "one of: "
                raise self.error(key, "unknown key", hint + ", ".join(self._known))

    def _has(self, key: str) -> bool:
        if key not in self._known:
            self._known.append(key)
        return key in self._content

    def _typed(self, key: str, kind: type | tuple[type, ...], expected: str, default: Any) -> Any:
        if not self._has(key):
            if default is _REQUIRED:
                raise self.error(key, "is missing", expected)
            return default
        value = self._content[key]
        if not isinstance(value, kind):
            raise self.error(key, f"{value!r} does not fit", expected)
        return value
