"""The command line: parse, prepare, run, judge, report."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table

from datasets.errors import DatasetError
from datasets.shape import SIZES
from harness import compare as comparing
from harness.catalogue import describe, known_names
from harness.doctor import checks
from harness.errors import HarnessError
from harness.experiment import FOLDER, Experiment, experiment_from, load_experiment, sequential
from harness.fail_on import Gate, gate_of, hold
from harness.listing import show
from harness.maintenance.trial import with_archiving
from harness.progress import console
from harness.run_folder import RunFolder
from harness.serve import serve as serve_stack
from harness.serve import serve_ui
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack
from harness.verdict_lines import verdict_lines
from harness.verify import command as verifying
from harness.verify.table import tables_of
from harness.verify.verifying import Verification
from reference_server.errors import VariantError
from reports.files import FORMATS, write_files

app = typer.Typer(
    name="chatbench",
    help="Which indexes, partitions, identifiers, counters and caches should our chat database have?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
Answer = TypeVar("Answer")

Home = Annotated[Path, typer.Option(envvar="CHATBENCH_HOME", help="where servers, datasets and snapshots live")]
Postgres = Annotated[
    str | None, typer.Option(envvar="CHATBENCH_POSTGRES", help="DSN of your own PostgreSQL (default: embedded)")
]
RedisUrl = Annotated[
    str | None, typer.Option("--redis", envvar="CHATBENCH_REDIS", help="URL of your own Redis (default: embedded)")
]
HOME = Path(".chatbench")
Formats = Annotated[
    list[str] | None, typer.Option("--format", help=f"{', '.join(FORMATS)}; repeatable (compare always writes html)")
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(help='answer 1 on "worse", "unresolved" or "[SCENARIO or OPERATION] METRIC > +10%"; repeatable'),
]


@app.command(epilog="Example: chatbench doctor")
def doctor(home: Home = HOME, postgres: Postgres = None, redis: RedisUrl = None) -> None:
    """Say what is found, which versions, what is missing, and what to do."""
    found = _run(checks(StackConfig(home=home, postgres=postgres, redis=redis)))
    table = Table(box=None, pad_edge=False)
    for column in ("check", "", "seen", "what to do"):
        table.add_column(column)
    for check in found:
        table.add_row(check.name, check.status, check.seen, check.remedy or "")
    out.print(table)
    if any(check.status == "fail" for check in found):
        raise typer.Exit(3)


@app.command("list", epilog="Example: chatbench list variants --json")
def list_(
    kind: Annotated[
        str, typer.Argument(help="variants, scenarios, sweeps, datasets, experiments or hypotheses")
    ] = "variants",
    factor: Annotated[str | None, typer.Option(help="variants that change this factor only")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """List what there is to choose from."""
    entries = _guard(lambda: describe(kind, factor=factor))
    if as_json:
        typer.echo(orjson.dumps(entries, option=orjson.OPT_INDENT_2).decode())
        return
    show(entries, out)


@app.command(epilog="Example: chatbench seed --dataset medium --variant spec")
def seed(
    dataset: Annotated[str, typer.Option(help=f"one of {', '.join(SIZES)}")] = "medium",
    variant: Annotated[str, typer.Option(help="schema variant to load it into")] = "baseline",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="another seed, other rows")] = 1,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Generate a dataset and build its snapshot in a variant."""
    experiment = _adhoc(dataset=dataset, seed=dataset_seed, baseline=variant)

    async def work() -> None:
        async with open_stack(StackConfig(home=home, postgres=postgres, redis=redis)) as stack:
            snapshot = await comparing.seed_one(stack, experiment, home)
            out.print(
                f"{snapshot.database}: {(snapshot.database_bytes or 0) / 1e6:,.0f} MB, "
                f"built in {snapshot.build_s or 0:.1f} s "
                "(kept for trials; nobody can connect to a snapshot)"
            )

    _run(work())


@app.command(epilog="Example: chatbench verify --variant spec --dataset small")
def verify(
    variant: Annotated[str, typer.Option(help="schema variant, or several with commas")] = "baseline",
    every_variant: Annotated[bool, typer.Option("--all-variants", help="each variant there is")] = False,
    dataset: Annotated[str, typer.Option(help=f"one of {', '.join(SIZES)}")] = "tiny",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="the dataset's seed")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="keep snapshots that were built for this")] = False,
    database: Annotated[str | None, typer.Option(help="your own database on --postgres, instead of a dataset")] = None,
    clone: Annotated[bool, typer.Option("--clone", help="with --database: try on a clone of it")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Check the guarantees of a variant's schema; exactly its known gaps must fail."""
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    if database is not None:
        own = verifying.verify_database(config, database, variant=variant, clone=clone)
        _tell_verified(_run(own), as_json=as_json)
        return
    names = list(known_names().variants) if every_variant else variant.split(",")
    verified = _run(verifying.verify(config, names, dataset_name=dataset, seed=dataset_seed, keep=keep))
    _tell_verified(verified, as_json=as_json)


@app.command(epilog="Example: chatbench serve --variant spec --dataset small --servers 2")
def serve(
    variant: Annotated[str, typer.Option(help="schema variant")] = "baseline",
    dataset: Annotated[str, typer.Option(help=f"one of {', '.join(SIZES)}")] = "tiny",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="the dataset's seed")] = 1,
    servers: Annotated[int, typer.Option(min=0, help="reference server processes")] = 1,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Start the stack, a clone of a snapshot and reference servers, and print how to reach them, until Ctrl-C."""
    experiment = _adhoc(dataset=dataset, seed=dataset_seed, baseline=variant)
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    _run(serve_stack(config, experiment, servers=servers, home=home, say=typer.echo))


@app.command(epilog="Example: chatbench ui --variant spec --dataset small")
def ui(
    variant: Annotated[str, typer.Option(help="schema variant")] = "baseline",
    dataset: Annotated[str, typer.Option(help=f"one of {', '.join(SIZES)}")] = "tiny",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="the dataset's seed")] = 1,
    port: Annotated[int, typer.Option(min=1, max=65535, help="of Locust's page, on this machine only")] = 8089,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Open Locust's web UI over a clone of one variant's snapshot, until Ctrl-C."""
    experiment = _adhoc(dataset=dataset, seed=dataset_seed, baseline=variant)
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    _run(serve_ui(config, experiment, port=port, home=home, say=typer.echo))


@app.command(epilog="Example: chatbench run --variant spec --scenario pagination --dataset small --rate 300 --window 5")
def run(
    variant: Annotated[str, typer.Option(help="schema variant")] = "baseline",
    scenario: Annotated[str, typer.Option(help="scenario; see `chatbench list scenarios`")] = "day",
    dataset: Annotated[str, typer.Option(help=f"one of {', '.join(SIZES)}")] = "small",
    target: Annotated[str, typer.Option(help="direct, server or a URL")] = "direct",
    users: Annotated[int, typer.Option(min=1)] = 16,
    rate: Annotated[float, typer.Option(min=0, help="tasks per second of all users (0: closed loop)")] = 300.0,
    warmup: Annotated[float, typer.Option(min=0, help="seconds")] = 1.0,
    window: Annotated[float, typer.Option(min=0.1, help="measured seconds")] = 5.0,
    servers: Annotated[int, typer.Option(min=1, help="reference servers, for --target server")] = 1,
    receivers: Annotated[int, typer.Option(min=1, help="fanout: receiving users")] = 200,
    devices: Annotated[int, typer.Option(min=1, help="fanout: devices of each")] = 2,
    jobs: Annotated[str, typer.Option(help="maintenance: some of its jobs, comma-separated (default: all)")] = "",
    trial_seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    out_folder: Annotated[Path | None, typer.Option("--out", help="run folder (default: below runs/)")] = None,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Measure one trial of one variant."""
    load = _load(scenario, target, users, rate, warmup, window, servers=servers)
    load |= {
        "receivers": receivers,
        "devices": devices,
        "compare": False,
        "jobs": [name for name in jobs.split(",") if name],
    }
    experiment = _adhoc(dataset=dataset, seed=trial_seed, baseline=variant, scenarios=[load], rounds=1)
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    _compare(experiment, _create(out_folder or _new_folder(f"{variant}-{scenario}")), config, home)


@app.command(
    epilog="Example: chatbench compare --variants baseline,spec --scenario pagination --dataset small --rounds 6"
)
def compare(
    experiment: Annotated[str | None, typer.Argument(help="experiment name or TOML file (default: flags)")] = None,
    variants: Annotated[str, typer.Option(help="baseline first, then candidates, comma-separated")] = "baseline,spec",
    scenario: Annotated[
        str | None, typer.Option(help="scenario; see `chatbench list scenarios` (default: day, or none with --sweep)")
    ] = None,
    sweep: Annotated[str, typer.Option(help="sweeps, comma-separated; see `chatbench list sweeps`")] = "",
    dataset: Annotated[str, typer.Option(help=f"one of {', '.join(SIZES)}")] = "small",
    target: Annotated[str, typer.Option(help="direct, server or a URL")] = "direct",
    users: Annotated[int, typer.Option(min=1)] = 16,
    rate: Annotated[float, typer.Option(min=0, help="tasks per second of all users (0: closed loop)")] = 300.0,
    warmup: Annotated[float, typer.Option(min=0, help="seconds")] = 1.0,
    window: Annotated[float, typer.Option(min=0.1, help="measured seconds")] = 5.0,
    rounds: Annotated[int, typer.Option(min=1)] = 6,
    until_resolved: Annotated[
        bool, typer.Option("--until-resolved", help="go on after --rounds until every primary finding is resolved")
    ] = False,
    max_rounds: Annotated[
        int | None, typer.Option(min=1, help="with --until-resolved: the most rounds (default: four times as many)")
    ] = None,
    experiment_seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    out_folder: Annotated[Path | None, typer.Option("--out", help="run folder (default: below runs/)")] = None,
    resume: Annotated[Path | None, typer.Option(help="go on with an interrupted run's folder")] = None,
    formats: Formats = None,
    fail_on: FailOn = None,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Compare variants: an experiment file, or flags for one scenario."""
    gates, wanted = _gates(fail_on), _formats(["html", *(formats or [])])
    config = StackConfig(home=home, postgres=postgres, redis=redis)

    def ending(found: Experiment) -> Experiment:
        return sequential(found, until_resolved=until_resolved, max_rounds=max_rounds, is_resumed=bool(resume))

    if resume:
        folder = _guard(lambda: RunFolder.open(resume))
        plan = _guard(lambda: ending(comparing.stored_experiment(folder)))
    elif experiment:
        plan = _guard(lambda: ending(load_experiment(_experiment_path(experiment), known_names())))
        folder = _create(out_folder or _new_folder(plan.name))
    else:
        baseline, *candidates = _names(variants) or ["baseline"]
        sweeps = _names(sweep)
        loads = [scenario] if scenario else [] if sweeps else ["day"]
        flags = _adhoc(
            dataset=dataset,
            seed=experiment_seed,
            baseline=baseline,
            candidates=candidates,
            rounds=rounds,
            scenarios=[_load(name, target, users, rate, warmup, window) for name in loads],
            sweeps=sweeps,
        )
        plan = _guard(lambda: ending(flags))
        folder = _create(out_folder or _new_folder("-".join([*loads, *sweeps, baseline, *candidates])))
    _compare(plan, folder, config, home, formats=wanted, gates=gates)


@app.command(epilog="Example: chatbench report runs/20261124-180000-quickstart --format markdown --fail-on worse")
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="run folder")],
    formats: Formats = None,
    fail_on: FailOn = None,
) -> None:
    """Make the summary and the page again from a run's stored trials, or other files; hold gates against it."""
    gates, wanted = _gates(fail_on), _formats(formats or ["html"])

    def work() -> None:
        stored = RunFolder.open(folder)
        _tell_result(comparing.judge(stored), stored, formats=wanted, gates=gates)

    _guard(work)


@app.command(epilog="Example: chatbench clean --datasets")
def clean(
    datasets: Annotated[bool, typer.Option(help="remove generated datasets too")] = False,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Drop the databases that chatbench created (marked ones only); run folders stay."""
    _run(comparing.clean(StackConfig(home=home, postgres=postgres, redis=redis), datasets=datasets, home=home))


def _tell_verified(verified: list[Verification], *, as_json: bool) -> None:
    complaints = [f"{one.name}: {complaint}" for one in verified for complaint in one.complaints]
    if as_json:
        typer.echo(orjson.dumps([one.as_dict() for one in verified], option=orjson.OPT_INDENT_2).decode())
    else:
        for table in tables_of(verified):
            out.print(table)
        for complaint in complaints:
            out.print(complaint, markup=False, style="red")
    if complaints:
        raise typer.Exit(1)


def _gates(texts: list[str] | None) -> list[Gate]:
    return _guard(lambda: [gate_of(text) for text in texts or []])


def _formats(names: list[str]) -> list[str]:
    if unknown := [name for name in names if name not in FORMATS]:
        raise typer.BadParameter(
            f"{unknown[0]!r} is no format. Choose among {', '.join(FORMATS)}.", param_hint="--format"
        )
    return names


def _compare(
    experiment: Experiment,
    folder: RunFolder,
    config: StackConfig,
    home: Path,
    *,
    formats: list[str] | None = None,
    gates: list[Gate] | None = None,
) -> None:
    async def work() -> dict[str, Any]:
        async with open_stack(with_archiving(config, experiment)) as stack:
            return await comparing.compare(stack, experiment, folder, home)

    try:
        summary = _run(work())
    except KeyboardInterrupt:
        kept = len(folder.read_trials()) if folder.manifest_path.exists() else 0
        console.print(
            f"\nInterrupted. Every process is stopped; {kept} finished trials are kept in {folder.path}. "
            f"Go on with `chatbench compare --resume {folder.path}`, or see them with `chatbench report {folder.path}`."
        )
        raise typer.Exit(130) from None
    _tell_result(summary, folder, formats=formats or ["html"], gates=gates or [])


def _tell_result(summary: dict[str, Any], folder: RunFolder, *, formats: list[str], gates: list[Gate]) -> None:
    """Verdicts, files, and an exit code of 1 where a gate breaks."""
    for line in verdict_lines(summary):
        out.print(line, markup=False)
    held = _guard(lambda: list(hold(gates, summary["findings"])))
    for path in write_files(folder.path, formats, held):
        out.print(f"report: {path}", markup=False)
    broken = [check for check in held if check.broken]
    for check in broken:
        out.print(f"gate {check.gate.text!r} fails: {check.broken}", markup=False, style="red")
    if broken:
        raise typer.Exit(1)


def _run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run to the end; SIGTERM ends as Ctrl-C does, so that everything started is stopped."""

    async def interruptible() -> Answer:
        task = asyncio.current_task()
        assert task
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    return _guard(lambda: asyncio.run(interruptible()))


def _guard(work: Callable[[], Answer]) -> Answer:
    """Errors that say what to do are told as they are, without a traceback."""
    try:
        return work()
    except (HarnessError, DatasetError, VariantError) as error:
        console.print(f"chatbench: {error}", markup=False, style="red")
        raise typer.Exit(getattr(error, "exit_code", 2)) from None
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def _adhoc(
    *,
    dataset: str,
    seed: int,
    baseline: str,
    candidates: list[str] | None = None,
    scenarios: list[dict[str, Any]] | None = None,
    sweeps: list[str] | None = None,
    rounds: int = 1,
) -> Experiment:
    """An experiment of flags, checked as a file would be."""
    content = {
        "name": "flags",
        "question": f"How do {', '.join([baseline, *(candidates or [])])} compare?" if candidates else "",
        "dataset": dataset,
        "seed": seed,
        "baseline": baseline,
        "candidates": candidates or [],
        "rounds": rounds,
        "scenarios": [{"name": "day", "rate": 1.0}] if scenarios is None else scenarios,
        "sweeps": sweeps or [],
    }
    return _guard(lambda: experiment_from(content, "command line", known_names()))


def _load(
    scenario: str, target: str, users: int, rate: float, warmup: float, window: float, *, servers: int = 1
) -> dict[str, Any]:
    paced: dict[str, Any] = {"arrivals": "poisson", "rate": rate} if rate > 0 else {"arrivals": "closed"}
    return {
        "name": scenario,
        "target": target,
        "users": users,
        "warmup": warmup,
        "window": window,
        "servers": servers,
        **paced,
    }


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _experiment_path(name: str) -> Path:
    """A path, or the name of one that ships."""
    shipped = FOLDER / f"{name}.toml"
    return shipped if shipped.exists() else Path(name)


def _create(path: Path) -> RunFolder:
    return _guard(lambda: RunFolder.create(path))


def _new_folder(name: str) -> Path:
    return Path("runs") / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{name}"
