"""What a load process is told: one record, made from Locust's options."""

from argparse import Namespace
from dataclasses import dataclass

from datasets.names import find_dataset, home_of_environment
from datasets.shape import Dataset
from scenarios.arrivals import Arrivals
from scenarios.errors import OptionError
from scenarios.outage import Outage

DIRECT = "direct"
#: Answers at once: what the load generator itself can do.
NULL = "null"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """One load, as every process of it sees it."""

    #: `direct`, `null`, or the base URLs of servers with the reference server's API.
    target: str
    #: Addresses of the target's servers; empty for `direct` and `null`.
    urls: tuple[str, ...]
    #: The variant whose SQL `direct` uses.
    variant: str
    dataset: Dataset
    #: DSN of the clone and URL of the Redis that `direct` uses.
    postgres: str | None
    redis: str | None
    #: DSN of a standby, and of the databases beside the first, where the variant has them.
    replica: str | None = None
    shards: tuple[str, ...] = ()
    #: PostgreSQL connections of one process.
    connections: int
    arrivals: Arrivals
    #: Tasks per second of all users of all processes together; meaningless in a closed loop.
    rate_per_s: float
    #: Users of all processes together.
    users: int
    warmup_s: float
    #: Length of the window; None: until Locust stops the test.
    window_s: float | None
    seed: int
    page_size: int
    receivers: int
    devices: int
    #: When the load's shape takes the receivers' devices away, if it does.
    outage: Outage | None = None
    #: Unix socket of the measuring process, if one measures around the load.
    gate: str | None
    #: Folder for outcome.json, if it is wanted.
    out: str | None
    #: Secret with which access tokens of a URL target are signed.
    token_secret: str | None
    #: Which of how many processes this one is; who comes late shares a place.
    place: tuple[int, int] = (0, 1)

    @property
    def user_rate_per_s(self) -> float:
        return self.rate_per_s / max(self.users, 1)


def settings_from(options: Namespace, process: str = "") -> Settings:
    """Check Locust's parsed options; an OptionError says which is wrong. `process`: a worker's id."""
    arrivals = _one_of(Arrivals, "--arrivals", options.arrivals)
    if arrivals is not Arrivals.closed and options.rate <= 0:
        raise OptionError(f"--rate is {options.rate}, so no task would ever be due. Give tasks per second above 0.")
    if options.target == DIRECT and not (options.postgres and options.redis):
        raise OptionError(
            "--target direct needs --postgres and --redis (or CHATBENCH_POSTGRES and CHATBENCH_REDIS), and one is "
            "missing, so there is nothing to talk to. `chatbench serve` starts a stack and prints both."
        )
    return Settings(
        target=options.target,
        urls=() if options.target in (DIRECT, NULL) else _urls(options.target),
        variant=options.variant,
        dataset=find_dataset(options.dataset, seed=options.dataset_seed, home=home_of_environment()),
        postgres=options.postgres or None,
        redis=options.redis or None,
        replica=getattr(options, "postgres_replica", "") or None,
        shards=tuple(getattr(options, "postgres_shards", "").split()),
        connections=options.connections,
        arrivals=arrivals,
        rate_per_s=options.rate,
        users=getattr(options, "fleet_users", None) or options.num_users or 1,
        warmup_s=options.warmup,
        window_s=_window_s(options),
        seed=options.seed,
        page_size=options.page_size,
        receivers=options.receivers,
        devices=options.devices,
        outage=Outage(**outage) if (outage := getattr(options, "fleet_outage", None)) else None,
        gate=options.gate or None,
        out=options.out or None,
        token_secret=options.token_secret or None,
        place=_place(getattr(options, "fleet_workers", None) or [process], process),
    )


def _place(workers: list[str], process: str) -> tuple[int, int]:
    return (workers.index(process) if process in workers else 0), len(workers)


def _urls(target: str) -> tuple[str, ...]:
    urls = tuple(url.strip().rstrip("/") for url in target.split(","))
    if not all(url.startswith(("http://", "https://")) for url in urls):
        raise OptionError(
            f"--target {target!r} is neither `direct` nor URLs, so there is nothing to talk to. Give `direct`, or "
            "base URLs such as http://127.0.0.1:8000, comma-separated."
        )
    return urls


def _window_s(options: Namespace) -> float | None:
    if options.window > 0:
        return float(options.window)
    if options.run_time:
        return max(float(options.run_time) - float(options.warmup), 1.0)
    return None


def _one_of(kind: type[Arrivals], option: str, value: str) -> Arrivals:
    try:
        return kind(value)
    except ValueError:
        raise OptionError(f"{option} {value!r} is unknown. It is one of: {', '.join(kind)}.") from None
