"""Media come back as they were sent, and the gallery shows those of one type, newest first."""

from typing import Any

from harness.conform.errors import Deviation
from harness.conform.site import CREATED, Site, draft

_FIELDS = {"mimeType": "image/png", "size": 1_234, "width": 640, "height": 480, "filename": "a.png"}


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    pictures = [await _send(site, ann, conversation, "image", number) for number in range(3)]
    await _send(site, ann, conversation, "file", 9)
    await site.say(ann, conversation, "text between")
    path = f"/v1/conversations/{conversation}/media"
    gallery = [row async for page in site.walk(bob, path, limit=2) for row in page]
    if [row["id"] for row in gallery] != [row["id"] for row in reversed(pictures)]:
        raise Deviation(f"the gallery of images shows {len(gallery)} messages, expected the 3 images, newest first")
    if gallery[0]["media"] != pictures[-1]["media"]:
        raise Deviation("the gallery's media are not those that were sent")
    files = await site.page(bob, f"{path}?type=file")
    if [row["type"] for row in files] != ["file"]:
        raise Deviation("the gallery of files does not show the one file")
    return "3 images and a file"


async def _send(site: Site, user: Any, conversation: str, kind: str, number: int) -> Any:
    media = [{"url": f"https://example.org/{number}", "type": kind, **_FIELDS}]
    body = draft("", type=kind, media=media)
    path = f"/v1/conversations/{conversation}/messages"
    stored = await site.got("POST", path, user, status=CREATED, json=body, schema="Message")
    if stored["media"] != media:
        raise Deviation(f"media came back as {stored['media']!r:.120}, not as sent")
    return stored
