"""Fields: the numbers of the start form, each with its help, its default and its bounds; pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from harness.ui.errors import ChoiceError
from reference_server.validation import MAX_PAGE

Value = int | float
_DAY_S = 86_400
_MOST_START_S = 3_600.0
#: What a field of 32 bits would hold: ids are computed from it.
_SEED = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """One field; whole where its default is."""

    name: str
    default: Value
    help: str
    least: Value
    most: Value
    #: Whether the least itself is too little.
    above: bool = False
    #: What the form calls it, where that is not its name.
    label: str = ""

    def read(self, text: str) -> Value:
        """A ChoiceError says what it takes."""
        try:
            value: Value = int(text) if isinstance(self.default, int) else float(text)
        except ValueError:
            raise self._wrong(text) from None
        fits = math.isfinite(value) and self.least <= value <= self.most
        if not fits or (self.above and value == self.least):
            raise self._wrong(text)
        return value

    def _wrong(self, text: str) -> ChoiceError:
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        since = f"above {self.least:g} and up to" if self.above else f"from {self.least:g} to"
        given = f"is {text.strip()[:40]!r}" if text.strip() else "is empty"
        return ChoiceError(
            f"The field {self.label or self.name.replace('_', ' ')} {given}, so no test was started. It takes {kind} "
            f"{since} {self.most:,}."
        )


#: Locust's own two.
LOCUSTS = (
    Number(name="user_count", label="number of users", default=16, help="", least=1, most=20_000),
    Number(name="spawn_rate", label="ramp up", default=16.0, help="", least=0, most=20_000, above=True),
)
#: In the form's order.
OURS = (
    Number(name="servers", default=1, help="of ours to start, for target server", least=1, most=64),
    Number(name="rate", default=200.0, help="tasks/s of all users, in an open loop", least=0, most=1_000_000),
    Number(name="page_size", default=50, help="messages of a page", least=1, most=MAX_PAGE),
    Number(name="warmup", default=2.0, help="seconds of load before figures count", least=0, most=_DAY_S),
    Number(name="window", default=0.0, help="seconds that count; 0: until you stop it", least=0, most=_DAY_S),
    Number(name="receivers", default=100, help="Fanout: users who are written to", least=1, most=10_000),
    Number(name="devices", default=2, help="Fanout: sockets of each receiver", least=1, most=100),
    Number(name="connections", default=8, help="PostgreSQL connections", least=1, most=1_000),
    Number(name="seed", default=1, help="of arrivals and picks", least=0, most=_SEED),
    Number(name="dataset_seed", default=1, help="seed of the dataset", least=0, most=_SEED),
)


def read_numbers(form: Mapping[str, str]) -> dict[str, Value]:
    """Those that the form holds; the first that makes no sense is a ChoiceError."""
    numbers = {field.name: field.read(form[field.name]) for field in (*LOCUSTS, *OURS) if field.name in form}
    users, per_s = numbers.get("user_count", 0), numbers.get("spawn_rate", math.inf)
    if users / per_s > _MOST_START_S:
        raise ChoiceError(
            f"{users} users at {per_s:g} a second take {users / per_s / 3600:,.1f} hours to start, so no test was "
            "started. Give a faster ramp up: figures count once all users are there."
        )
    return numbers
