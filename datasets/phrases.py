"""What people write and send: a phrase book and a pool of media, made once with Faker and sampled from."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from faker import Faker

#: Arabic and Hebrew run right to left; Japanese and Chinese take three bytes a character
LOCALES = ("en_US", "de_DE", "es_ES", "fr_FR", "ru_RU", "ja_JP", "zh_CN", "ar_AA", "he_IL")
LOCALE_WEIGHTS = (0.5, 0.1, 0.1, 0.1, 0.06, 0.04, 0.03, 0.04, 0.03)
EMOJI = ("😀", "😂", "❤️", "👍", "🎉", "🙏", "😢", "🔥", "👩‍👩‍👧", "🇧🇷", "☕", "🤷🏽‍♀️")
PHRASES = 4096
NAMES = 2048
MEDIA_PER_KIND = 256
MEDIA_KINDS = ("image", "video", "file")
_FORMATS = {
    "image": (("jpg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp")),
    "video": (("mp4", "video/mp4"), ("webm", "video/webm")),
    "file": (("pdf", "application/pdf"), ("zip", "application/zip"), ("txt", "text/plain")),
}
_BOOK_SEED = 20_260_101


@dataclass(frozen=True, kw_only=True, slots=True)
class PhraseBook:
    """Arrow arrays to sample from."""

    #: message texts, in random order, lengths heavy-tailed
    phrases: Any
    #: names of people, and the same as they appear in a username
    names: Any
    handles: Any
    #: JSON texts, MEDIA_PER_KIND for each of MEDIA_KINDS in turn
    media: Any


def _phrase(fakers: list[Faker], rng: np.random.Generator) -> str:
    faker = fakers[rng.choice(len(fakers), p=LOCALE_WEIGHTS)]
    kind = rng.random()
    emoji = EMOJI[rng.integers(len(EMOJI))]
    if kind < 0.06:  # noqa: PLR2004 - the mix of messages is data
        return emoji * int(rng.integers(1, 4))
    length = int(np.clip(rng.lognormal(1.85, 0.75), 1, 120))
    text = str(faker.sentence(nb_words=length, variable_nb_words=False))
    if kind < 0.2:  # noqa: PLR2004
        return f"{text} {emoji}"
    if kind < 0.24:  # noqa: PLR2004
        return f"{text} https://example.com/{rng.integers(1 << 40):x}?utm_source=chat"
    return text


def _media_item(kind: str, rng: np.random.Generator) -> dict[str, Any]:
    """A MessageMedia of schema-report.md §1.2."""
    suffix, mime_type = _FORMATS[kind][rng.integers(len(_FORMATS[kind]))]
    key = f"{rng.integers(1 << 60):015x}"
    item: dict[str, Any] = {
        "url": f"https://media.example.com/{key}.{suffix}",
        "type": kind,
        "filename": f"{kind}-{key[:6]}.{suffix}",
        "mimeType": mime_type,
        "size": int(rng.lognormal(12.5, 1.2)) + 1,
    }
    if kind != "file":
        item |= {"thumbnail": f"https://media.example.com/{key}-thumb.jpg", "width": 1280, "height": 720}
    if kind == "video":
        item["duration"] = int(rng.integers(2, 180))
    return item


def _handle(name: str) -> str:
    return "".join(c for c in name.lower() if c.isascii() and c.isalnum()) or "user"


@lru_cache(maxsize=1)
def phrase_book() -> PhraseBook:
    rng = np.random.default_rng(_BOOK_SEED)
    fakers = [Faker(locale) for locale in LOCALES]
    for faker in fakers:
        faker.seed_instance(_BOOK_SEED)
    names = [str(fakers[rng.choice(len(fakers), p=LOCALE_WEIGHTS)].name()) for _ in range(NAMES)]
    media = [
        orjson.dumps([_media_item(kind, rng) for _ in range(rng.choice((1, 2, 3), p=(0.8, 0.13, 0.07)))]).decode()
        for kind in MEDIA_KINDS
        for _ in range(MEDIA_PER_KIND)
    ]
    return PhraseBook(
        phrases=pa.array([_phrase(fakers, rng) for _ in range(PHRASES)], pa.string()),
        names=pa.array(names, pa.string()),
        handles=pa.array([_handle(name) for name in names], pa.string()),
        media=pa.array(media, pa.string()),
    )
