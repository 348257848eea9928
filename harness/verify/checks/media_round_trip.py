"""Media come back as they were sent, with every field of MessageMedia, in order."""

from typing import Any
from uuid import uuid4

import orjson

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site
from reference_server.records import Draft

#: Every field, with text that an encoding could damage and numbers at the ends of their range.
_WHOLE: dict[str, Any] = {
    "url": "https://media.example.com/ünï/%E2%98%83?a=1&b='\"\\",
    "thumbnail": "https://media.example.com/thumb.jpg",
    "type": "video",
    "filename": "Ferien — שלום 🎬.mp4",
    "mimeType": "video/mp4",
    "size": 100 * 1024 * 1024,
    "width": 2**31 - 1,
    "height": 1,
    "duration": 0,
}
_BARE: dict[str, Any] = {"url": "https://media.example.com/bare.mp4", "type": "video"}


async def check(site: Site) -> Finding:
    ann, bob = await site.newcomers(2)
    conversation = (await site.chat.open_conversation(ann, bob))["id"]
    sent = [_WHOLE, _BARE, {**_WHOLE, "width": 0}]
    answer = await site.chat.send(ann, conversation, Draft(id=uuid4(), type="video", media=sent))
    page = await site.chat.newest_page(bob, conversation, limit=5)
    gallery = await site.chat.media_gallery(bob, conversation, kind="video", limit=5)
    seen = {"send": [answer.message], "newest page": page.rows, "gallery": gallery.rows}
    problems = [
        f"{where} answers {[read(row['media']) for row in rows]}"
        for where, rows in seen.items()
        if [read(row["media"]) for row in rows] != [sent]
    ]
    return from_problems(problems, f"3 items, all {len(_WHOLE)} fields, equal in {', '.join(seen)}")


def read(media: Any) -> Any:
    """The media of a row, whose JSON comes as text."""
    return orjson.loads(media) if isinstance(media, str | bytes) else media
