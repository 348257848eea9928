"""Pages show the newest message first, and older pages go on from there."""

from harness.conform.errors import Deviation
from harness.conform.site import Site

_MESSAGES = 12


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    sent = [
        (await site.say(ann if number % 3 else bob, conversation, str(number)))["id"] for number in range(_MESSAGES)
    ]
    walk = site.walk(bob, f"/v1/conversations/{conversation}/messages", limit=5)
    seen = [row["id"] for row in [row async for page in walk for row in page]]
    # rows that are missing or come twice are page_cursors' to tell
    shown = [one for one in dict.fromkeys(seen) if one in sent]
    if shown != [one for one in reversed(sent) if one in shown]:
        places = [sent.index(one) for one in shown]
        raise Deviation(f"messages sent in the order 0 to {_MESSAGES - 1} are shown as {places}")
    return f"{_MESSAGES} messages, newest first"
