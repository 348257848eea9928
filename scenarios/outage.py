"""Outage: a stretch of the window in which most receivers' devices have lost their line; all come back together."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Outage:
    """Times are seconds from the window's start."""

    begins_s: float
    ends_s: float
    #: Of the receivers that lose all their devices, from 0 to 1.
    share: float
    #: How long it takes from the end until the last device has begun to come back.
    within_s: float = 1.0
