"""Conditions: what state each trial starts from and what makes it void, the same for every lane."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from harness.errors import ExperimentError
from harness.table import TableReader

#: Where pages are when the window begins; docs/how-to/cache-regimes.md tells them apart.
WARM, COLD, DISK, OVERSIZED = "warm", "cold", "disk", "oversized"
CACHE_REGIMES = (WARM, COLD, DISK, OVERSIZED)
REDIS_STATES = ("cold", "warm")
#: A warm-up would fill the caches whose emptiness is measured.
WITHOUT_WARMUP = (COLD, DISK)
#: These restart PostgreSQL, so they need one of ours.
RESTARTING = (COLD, DISK, OVERSIZED)
MAX_ERROR_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidRules:
    """What an experiment may loosen; the generator's own health it may not."""

    #: Of calls; above it the trial is void.
    max_error_share: float = MAX_ERROR_SHARE
    #: A plan that is another after the window than before it.
    allow_plan_flips: bool = False
    allow_checkpoints: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How trials start, and which of them count."""

    cache_regime: str = WARM
    #: cold: emptied before each trial; warm: filled by reads of every kind of key first.
    redis_state: str = "cold"
    #: Snapshots whose last messages went through live indexes; False: loaded and indexed afterwards.
    aged: bool = False
    #: Servers and load generator on cores of their own.
    pin: bool = False
    void: VoidRules = field(default_factory=VoidRules)


def conditions_from(table: TableReader) -> Conditions:
    """The keys of an experiment's top level."""
    return Conditions(
        cache_regime=table.one_of("cache_regime", CACHE_REGIMES, default=WARM),
        redis_state=table.one_of("redis_state", REDIS_STATES, default="cold"),
        aged=table.flag("aged", default=False),
        pin=table.flag("pin", default=False),
        void=VoidRules(
            max_error_share=table.number("max_error_share", above=0, below=1, default=MAX_ERROR_SHARE),
            allow_plan_flips=table.flag("allow_plan_flips", default=False),
            allow_checkpoints=table.flag("allow_checkpoints", default=False),
        ),
    )


def require_own_server(conditions: Conditions, *, embedded: bool) -> None:
    """Refuse a regime that would restart a server which is not ours."""
    if conditions.cache_regime in RESTARTING and not embedded:
        raise ExperimentError(
            "experiment",
            "cache_regime",
            f"{conditions.cache_regime!r} restarts PostgreSQL, and the one given with --postgres is your own",
            'cache_regime = "warm", or the embedded server',
        )


def with_flags(
    conditions: Conditions, *, cache_regime: str | None, redis_state: str | None, aged: bool, pin: bool
) -> Conditions:
    """What the command line says, over what the experiment says."""
    return replace(
        conditions,
        cache_regime=_one_of("--cache-regime", cache_regime, CACHE_REGIMES) or conditions.cache_regime,
        redis_state=_one_of("--redis-state", redis_state, REDIS_STATES) or conditions.redis_state,
        aged=aged or conditions.aged,
        pin=pin or conditions.pin,
    )


def _one_of(flag: str, given: str | None, names: Sequence[str]) -> str | None:
    if given is not None and given not in names:
        raise ExperimentError("command line", flag, f"{given!r} is unknown", f"one of: {', '.join(names)}")
    return given


def changed_on_resume() -> ExperimentError:
    """The trials that are there began in another state."""
    return ExperimentError(
        "command line",
        "--resume",
        "this run began under other conditions (cache regime, Redis, age or pinning)",
        "no such flag with --resume, or a new run",
    )
