"""Reproduce: the data behind this page, how to get the run again, and the page."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.embedded import embedded_files
from reports.section import Section, fill
from reports.stored_run import StoredRun

#: Names in the record → keys in a file.
KEYS = {"rate_per_s": "rate", "warmup_s": "warmup", "window_s": "window"}


def build(run: StoredRun) -> Section | None:
    experiment = run.summary["experiment"]
    return Section(
        anchor="reproduce",
        title="Data, and how to run this again",
        body=fill(
            "sections/reproduce.html.j2",
            command=run.manifest.get("command"),
            file=experiment_file(experiment),
            name=experiment["name"],
            run_id=run.summary["run_id"],
            embedded=list(embedded_files(run.summary)),
        ),
    )


def experiment_file(experiment: Mapping[str, Any]) -> str:
    """A stored experiment as the TOML that `chatbench compare` takes."""
    return "\n".join(_toml(experiment))


def _toml(content: Mapping[str, Any]) -> Iterator[str]:
    tables = {k: v for k, v in content.items() if isinstance(v, list | tuple) and v and isinstance(v[0], Mapping)}
    for key, value in content.items():
        if isinstance(value, Mapping):  # conditions are keys of the file's top level
            yield from _toml(value)
        elif key not in tables and value is not None and value not in ([], ()):
            yield f"{KEYS.get(key, key)} = {_literal(value)}"
    for key, parts in tables.items():
        for part in parts:
            yield f"\n[[{key}]]"
            yield from _toml(part)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_literal(item) for item in value)}]"
    if isinstance(value, int | float):
        return repr(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
