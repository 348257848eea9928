"""Parameters of a shape: what decides how rows of any number are spread; the built-in one and measured ones."""

from dataclasses import dataclass

from datasets.quantiles import Quantiles

#: Relative traffic by hour of the day (UTC) and by weekday from Monday; the shape of a consumer chat.
_BY_HOUR = (
    0.35, 0.2, 0.12, 0.1, 0.1, 0.15, 0.35, 0.7, 0.95, 1.0, 1.05, 1.15,
    1.25, 1.15, 1.05, 1.05, 1.1, 1.25, 1.45, 1.6, 1.7, 1.65, 1.3, 0.75,
)  # fmt: skip
_BY_WEEKDAY = (0.95, 0.95, 1.0, 1.0, 1.15, 1.1, 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadCurve:
    """When messages are sent."""

    #: relative traffic by hour of the day, UTC, from midnight
    by_hour: tuple[float, ...] = _BY_HOUR
    #: and by weekday, from Monday
    by_weekday: tuple[float, ...] = _BY_WEEKDAY
    #: natural logarithm of the growth per year: two thirds of three years' traffic fall into the last
    growth_per_year: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """How rows are spread. The defaults are the built-in sizes' shape; None: its own law, for which no table stands."""

    name: str = "built_in"
    users_per_message: float = 0.02
    conversations_per_message: float = 0.05
    blocks_per_message: float = 0.01
    #: messages of a conversation; None: a Zipf law by rank
    conversation_lengths: Quantiles | None = None
    #: with it the longest conversation of a million messages holds about 24,000
    zipf_exponent: float = 0.8
    #: bytes of a message's text; None: as the phrase book has them
    text_bytes: Quantiles | None = None
    #: of the texts that `text_bytes` makes
    bytes_per_character: float = 1.0
    #: share of messages that carry media, and share of those that carry text too
    media_share: float = 0.03
    captioned_share: float = 0.6
    #: of image, video and file among media messages
    media_kinds: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3)
    #: share of members with something unread in a conversation, of those who received something; None: three tails,
    #: rarer ones longer
    unread_share: float | None = None
    #: messages that such a member has not read
    unread_counts: Quantiles | None = None
    years: float = 3.0
    load: LoadCurve = LoadCurve()


BUILT_IN = Shape()
