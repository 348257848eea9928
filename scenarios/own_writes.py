"""Read your writes: how often a sender does not see the own message at once, and how long until it shows."""

from typing import Any

from scenarios.histograms import HIGHEST_US, LOWEST_US, encode, new_histogram


class OwnWrites:
    """The looks of one process after its sends."""

    def __init__(self) -> None:
        self._looks = self._misses = self._never = 0
        self._shown_after = new_histogram()
        self.recording = False

    def seen(self) -> None:
        """The first look had it."""
        self._looks += self.recording

    def missed(self, shown_after_us: int | None) -> None:
        """The first look did not; a later one did after so long since the send was answered, or none did (None)."""
        if not self.recording:
            return
        self._looks += 1
        self._misses += 1
        if shown_after_us is None:
            self._never += 1
        else:
            self._shown_after.record_value(min(max(shown_after_us, LOWEST_US), HIGHEST_US))

    def result(self) -> dict[str, Any] | None:
        """In the form of trials.jsonl; None where nobody looked."""
        if not self._looks:
            return None
        return {
            "looks": self._looks,
            "misses": self._misses,
            "never": self._never,
            "shown_after": encode(self._shown_after),
        }
