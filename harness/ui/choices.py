"""Choices: what the start form asks for, checked, as the load of a test."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from harness.experiment import ARRIVALS, Experiment, KnownNames, ScenarioLoad
from harness.ui.errors import ChoiceError
from harness.writing import readers_only, refusal
from scenarios.mix import SHAPES

DIRECT, SERVER, URL = "direct", "server", "url"
TARGETS = (DIRECT, SERVER, URL)
#: The load's own level from beginning to end.
LEVEL = "none"
#: A shape moves once a second and has up to 24 levels; with fewer users than this most of them would be the same.
_SHAPE_LEAST_S, _SHAPE_LEAST_USERS = 10.0, 5
#: Of a shape that nobody gave a length.
_SHAPE_S = 300.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """One filled-in form."""

    #: Names of scenarios; several share the users by their weights.
    scenarios: tuple[str, ...]
    variant: str
    dataset: str
    dataset_seed: int
    #: direct, server or url.
    target: str
    #: Base URLs of somebody else's servers, comma-separated; read for the target `url` only.
    url: str
    #: Reference server processes for the target `server`.
    servers: int
    users: int
    arrivals: str
    #: Of the shape's peak, where there is one.
    rate_per_s: float
    #: How users, and with them the rate, move over the window.
    shape: str = LEVEL
    warmup_s: float
    #: 0: until somebody stops it; never of a shape.
    window_s: float
    page_size: int
    connections: int
    receivers: int
    devices: int
    #: Of arrivals and of whom each user picks.
    seed: int

    @property
    def scenario(self) -> str:
        return "+".join(self.scenarios)

    @property
    def is_shaped(self) -> bool:
        return self.shape != LEVEL

    @property
    def load_name(self) -> str:
        """Another shape is another load, wherever figures are put together by its name."""
        return f"{self.scenario} ({self.shape})" if self.is_shaped else self.scenario

    @property
    def is_remote(self) -> bool:
        return self.target == URL

    def load(self) -> ScenarioLoad:
        return ScenarioLoad(
            name=self.load_name,
            target=self.url if self.is_remote else self.target,
            users=self.users,
            rate_per_s=None if self.arrivals == "closed" else self.rate_per_s,
            arrivals=self.arrivals,
            warmup_s=self.warmup_s,
            window_s=self.window_s,
            servers=self.servers,
            receivers=self.receivers,
            devices=self.devices,
        )

    def experiment(self) -> Experiment:
        """The one-lane experiment whose run folder the test fills."""
        return Experiment(
            name="cockpit",
            question=f"What does {self.variant} do under {self.load_name}?",
            dataset=self.dataset,
            seed=self.dataset_seed,
            baseline=self.variant,
            candidates=(),
            rounds=1,
            minimum_effect=0.05,
            primary=("response_p50_us",),
            scenarios=(self.load(),),
        )

    def alike(self) -> tuple[tuple[str, Any], ...]:
        """What tests share that can be laid side by side: all but the variant, and the window of a level load."""
        apart = ("variant",) if self.is_shaped else ("variant", "window_s")
        return tuple((key, value) for key, value in sorted(asdict(self).items()) if key not in apart)


def choices_from(form: Mapping[str, Any], known: KnownNames) -> Choices:
    """Check what the page sent; its dropdowns are no promise, since Locust does not check them again."""
    try:
        choices = Choices(**{**form, "scenarios": tuple(form["scenarios"])})
    except (TypeError, KeyError) as error:
        raise ChoiceError(f"The form is not complete ({error}), so no test was started. Reload the page.") from error
    for part in choices.variant.split("+"):
        _one_of("variant", part, known.variants)
    _one_of("dataset", choices.dataset, known.datasets)
    _one_of("target", choices.target, TARGETS)
    _one_of("arrivals", choices.arrivals, ARRIVALS)
    _one_of("shape", choices.shape, (LEVEL, *SHAPES))
    for name in choices.scenarios:
        _one_of("scenario", name, known.scenarios)
    if not choices.scenarios:
        raise ChoiceError("No scenario is chosen, so there is nothing to do. Tick one of the user classes.")
    if choices.arrivals != "closed" and choices.rate_per_s <= 0:
        raise ChoiceError(f"The rate is {choices.rate_per_s:g}, so no task would ever be due. Give one above 0.")
    if choices.is_remote and not choices.url.startswith(("http://", "https://")):
        raise ChoiceError(f"{choices.url!r} is no URL, so there is nothing to talk to. Give one, or another target.")
    if 0 < choices.window_s < 1:
        raise ChoiceError(
            f"A window of {choices.window_s:g} s holds next to nothing, so no test was started. Give a second or more."
        )
    _can_write(choices, known)
    return _shaped(choices) if choices.is_shaped else choices


def _shaped(choices: Choices) -> Choices:
    """With the length over which the shape is drawn."""
    length = choices.window_s or _SHAPE_S
    if length < _SHAPE_LEAST_S or choices.users < _SHAPE_LEAST_USERS:
        raise ChoiceError(
            f"The shape {choices.shape} over {length:g} s with {choices.users} user(s) would hardly move, so "
            f"no test was started. Give it a window of {_SHAPE_LEAST_S:g} s and {_SHAPE_LEAST_USERS} users or more."
        )
    return replace(choices, window_s=length)


def _one_of(field: str, value: str, names: Any) -> None:
    if value not in names:
        raise ChoiceError(f"There is no {field} {value!r}, so no test was started. Choose among: {', '.join(names)}.")


def _can_write(choices: Choices, known: KnownNames) -> None:
    """Where a variant takes no writes, a scenario that writes would measure refusals."""
    writing = [name for name in choices.scenarios if name in known.writing]
    if writing and not choices.is_remote and readers_only([choices.variant]):
        problem, expected = refusal(writing[0], [choices.variant], set(known.scenarios) - set(known.writing))
        raise ChoiceError(f"{problem}; no test was started. Choose {expected}.")
