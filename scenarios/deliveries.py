"""Deliveries: each message a receiver's every device should get, what came, what was lost and what came twice."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scenarios.histograms import HIGHEST_US, LOWEST_US, encode, new_histogram

#: A delivery slower than this is counted as late (it is received all the same).
LATE_US = 1_000_000
#: While a test runs, a delivery that is missing for longer counts as lost; it may still come.
OVERDUE_S = 5.0
_NS_PER_US = 1_000
_NS_PER_S = 1_000_000_000


@dataclass(slots=True, kw_only=True)
class _Expected:
    due_ns: int
    devices: set[int] = field(default_factory=set)


class Deliveries:
    """Deliveries of one process: senders and receivers share its clock, so latency needs no second host's."""

    def __init__(self) -> None:
        self._expected: dict[str, _Expected] = {}
        self._latency, self._resumed_latency = new_histogram(), new_histogram()
        self._received = self._duplicated = self._late = self._resumed = self._repeated = 0
        self._devices_by_message: Counter[str] = Counter()
        #: Messages that some device still misses, in the order in which they were due.
        self._incomplete: dict[str, _Expected] = {}
        self.recording = False

    def expect(self, message: str, *, due_ns: int, devices: int) -> None:
        """Announce before sending: the delivery can overtake the sender's own answer."""
        if self.recording:
            self._expected[message] = self._incomplete[message] = _Expected(due_ns=due_ns)
            self._devices_by_message[message] = devices

    def forget(self, message: str) -> None:
        """The send failed, so nothing is owed; a message that has arrived was sent, whatever its sender was told."""
        expected = self._expected.get(message)
        if expected and not expected.devices:
            del self._expected[message], self._devices_by_message[message], self._incomplete[message]

    def received(self, message: str, device: int, at_ns: int, *, resumed: bool = False) -> None:
        """`resumed`: it came because the device had asked what it missed, so what it knows may come again.

        How long that took is how long the device was away: it is kept apart, and never late.
        """
        expected = self._expected.get(message)
        if expected is None:
            return  # sent outside the window
        if device in expected.devices:
            self._repeated += resumed
            self._duplicated += not resumed
            return
        expected.devices.add(device)
        if len(expected.devices) == self._devices_by_message[message]:
            del self._incomplete[message]
        latency_us = (at_ns - expected.due_ns) // _NS_PER_US
        self._received += 1
        self._resumed += resumed
        self._late += latency_us > LATE_US and not resumed
        latency = self._resumed_latency if resumed else self._latency
        latency.record_value(min(max(latency_us, LOWEST_US), HIGHEST_US))

    @property
    def outstanding(self) -> int:
        return self._devices_by_message.total() - self._received

    def counts(self) -> dict[str, int]:
        """What is known so far; `lost` is what has been missing for long."""
        overdue_ns = time.perf_counter_ns() - int(OVERDUE_S * _NS_PER_S)
        overdue = {message: one for message, one in self._incomplete.items() if one.due_ns < overdue_ns}
        return {
            "expected": self._devices_by_message.total(),
            "received": self._received,
            "lost": sum(self._devices_by_message[message] - len(one.devices) for message, one in overdue.items()),
            "duplicated": self._duplicated,
            "late": self._late,
        }

    def result(self) -> dict[str, Any] | None:
        expected = self._devices_by_message.total()
        if not expected:
            return None
        return {
            "expected": expected,
            "received": self._received,
            "lost": expected - self._received,
            "duplicated": self._duplicated,
            "late": self._late,
            "latency": encode(self._latency),
            "resumed": self._resumes(),
        }

    def _resumes(self) -> dict[str, Any] | None:
        """Of the received; None where no device had been away."""
        if not self._resumed and not self._repeated:
            return None
        return {
            "received": self._resumed,
            "repeated": self._repeated,
            "latency": encode(self._resumed_latency),
        }


def delivered(counted: Mapping[str, Any], reconnects: Mapping[str, Any] | None) -> str:
    """A result in a sentence; `reconnects`: their row of the operations, where there was an outage."""
    resumed = counted["resumed"]
    again = f" ({resumed['received']} by a resume, which repeated {resumed['repeated']})" if resumed else ""
    received = f"{counted['expected']} expected, {counted['received']} received{again}"
    said = f"Deliveries: {received}, {counted['lost']} lost, {counted['duplicated']} duplicated."
    return f"{said} Reconnects: {reconnects['count']}, {reconnects['errors']} refused." if reconnects else said
