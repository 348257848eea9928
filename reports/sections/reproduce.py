"""Reproduce: the data behind this page, how to get the run again, and the page."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reports.embedded import embedded_files
from reports.section import Section, fill
from reports.stored_run import StoredRun

#: Names in the record → keys in a file.
KEYS = {"rate_per_s": "rate", "warmup_s": "warmup", "window_s": "window"}
#: What a file says even where there is none.
_SAID = ("candidates",)


def build(run: StoredRun) -> Section | None:
    experiment = run.summary["experiment"]
    return Section(
        anchor="reproduce",
        title="Data, and how to run this again",
        body=fill(
            "sections/reproduce.html.j2",
            command=run.manifest.get("command"),
            file=experiment_file(experiment),
            mixes=[(Path(path).name, _mix_file(said)) for path, said in (run.manifest.get("mixes") or {}).items()],
            name=experiment["name"],
            run_id=run.summary["run_id"],
            embedded=list(embedded_files(run.summary)),
        ),
    )


def experiment_file(experiment: Mapping[str, Any]) -> str:
    """A stored experiment as the TOML that `chatbench compare` takes."""
    return "\n".join(_toml(experiment))


def _mix_file(said: Mapping[str, Any]) -> str:
    """What a mix said when the run began, as its file."""
    return "\n".join([*_toml({key: said[key] for key in ("shape", "hours")}), "[actions]", *_toml(said["actions"])])


def _scenario(load: Mapping[str, Any]) -> dict[str, Any]:
    """As a file names it: a mix by its path, a share of capacity as the rate; somebody else's server in no rounds."""
    found = {key: value for key, value in load.items() if key not in ("mix", "rate_share")}
    if load.get("mix"):
        found["name"] = load["mix"]
    if load.get("rate_share"):
        found["rate_per_s"] = f"{load['rate_share']:.0%}"
    if found.get("target", "direct") not in ("direct", "server"):
        found["compare"] = False
    return found


def _toml(content: Mapping[str, Any]) -> Iterator[str]:
    tables = {k: v for k, v in content.items() if isinstance(v, list | tuple) and v and isinstance(v[0], Mapping)}
    for key, value in content.items():
        if isinstance(value, Mapping):  # conditions are keys of the file's top level
            yield from _toml(value)
        elif key not in tables and value is not None and (value not in ([], ()) or key in _SAID):
            yield f"{KEYS.get(key, key)} = {_literal(value)}"
    for key, parts in tables.items():
        for part in parts:
            yield f"\n[[{key}]]"
            yield from _toml(_scenario(part) if key == "scenarios" else part)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_literal(item) for item in value)}]"
    if isinstance(value, int | float):
        return repr(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
