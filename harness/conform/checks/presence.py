"""A heartbeat makes a user online, going offline ends it and leaves when they were last seen; in the order asked."""

from uuid import uuid4

from harness.conform.errors import Deviation
from harness.conform.site import DONE, Site


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    stranger = uuid4()
    site.expect(await site.ask("POST", "/v1/presence/heartbeat", bob), DONE, "POST /v1/presence/heartbeat")
    asked = [stranger, bob, ann]
    found = await site.got("POST", "/v1/presence/lookup", ann, json={"user_ids": asked}, schema="PresenceList")
    if [row["user_id"] for row in found["items"]] != [str(one) for one in asked]:
        raise Deviation("the lookup does not answer for each user in the order asked")
    if [row["online"] for row in found["items"]] != [False, True, False]:
        raise Deviation(f"after a heartbeat the lookup says online: {[row['online'] for row in found['items']]}")
    site.expect(await site.ask("POST", "/v1/presence/offline", bob), DONE, "POST /v1/presence/offline")
    found = await site.got("POST", "/v1/presence/lookup", ann, json={"user_ids": [bob]}, schema="PresenceList")
    if found["items"][0]["online"]:
        raise Deviation("a user who went offline is still online")
    seen = await site.got("GET", f"/v1/users/{bob}/last-seen", ann, schema="LastSeen")
    if seen["last_seen"] is None:
        raise Deviation("nobody knows when a user who went offline was last seen")
    return "online, offline, last seen"
