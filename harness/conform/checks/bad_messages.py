"""A message that breaks a rule of its type is refused with 422, and nothing is stored."""

from typing import Any

from harness.conform.errors import Deviation
from harness.conform.site import Site, draft

_INVALID = 422
_PICTURE = {"url": "https://example.org/a.png", "type": "image"}
_WRONG: dict[str, dict[str, Any]] = {
    "an empty text": draft(""),
    "an unknown type": draft("x", type="poem"),
    "a text with media": draft("x", media=[_PICTURE]),
    "an image without media": draft("", type="image"),
    "a file of another type than its message": draft("", type="image", media=[{**_PICTURE, "type": "video"}]),
    "a URL that is none": draft("", type="image", media=[{**_PICTURE, "url": "no url"}]),
    "an id that is none": draft("x", id="seven"),
    "an unknown field": draft("x", colour="red"),
    "content of more than 64 KiB": draft("x" * 65_537),
}


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    path = f"/v1/conversations/{await site.conversation(ann, bob)}/messages"
    statuses = {what: (await site.ask("POST", path, ann, json=body)).status for what, body in _WRONG.items()}
    problems = [f"{what}: {status}" for what, status in statuses.items() if status != _INVALID]
    if problems:
        raise Deviation("; ".join(problems) + "; expected 422")
    if stored := await site.page(ann, path):
        raise Deviation(f"{len(stored)} of {len(_WRONG)} refused messages are on the page")
    return f"{len(_WRONG)} refused, none stored"
