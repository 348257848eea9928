"""A device that comes back with its last cursor gets what it missed, in order, then resume.done, then live events."""

from typing import Any

from harness.conform.device import Device
from harness.conform.errors import Deviation
from harness.conform.schemas import check_frame
from harness.conform.site import Site

_MISSED = 5


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    async with site.device(bob) as device:
        known = (await site.say(ann, conversation, "seen"))["id"]
        cursor = (await device.next("message.new"))["cursor"]
    missed = [(await site.say(ann, conversation, f"missed {number}"))["id"] for number in range(_MISSED)]
    async with site.device(bob, server=1, after=cursor) as device:
        frames, done = await _until_done(device)
        check_frame(done)
        # a resume may repeat what the device has
        got = [one for one in (frame["payload"]["id"] for frame in frames) if one != known]
        if got != missed:
            raise Deviation(
                f"of {_MISSED} missed messages, {sum(one in got for one in missed)} came, {len(got)} in all"
            )
        if not done["payload"]["complete"]:
            raise Deviation("resume.done says that the resume is not complete, and everything was sent")
        live = (await site.say(ann, conversation, "live"))["id"]
        if (await device.next("message.new"))["payload"]["id"] != live:
            raise Deviation("after resume.done came another message than the live one")
    return f"{_MISSED} missed messages in order, then live ones"


async def _until_done(device: Device) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    while True:
        frame = await device.any("message.new", "resume.done")
        if frame["type"] == "resume.done":
            return frames, frame
        frames.append(frame)
