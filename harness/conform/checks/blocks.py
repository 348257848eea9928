"""Where one has blocked the other, neither sends; what was stored before is still answered."""

from uuid import UUID

from harness.conform.errors import Deviation
from harness.conform.site import CREATED, DONE, OK, Site, draft

_FORBIDDEN = 403


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    path = f"/v1/conversations/{await site.conversation(ann, bob)}/messages"
    before = draft("before the block")
    await site.got("POST", path, ann, json=before, status=CREATED)
    for _ in range(2):
        site.expect(await site.ask("PUT", f"/v1/blocks/{ann}", bob), DONE, "PUT /v1/blocks/{id}")
    await _status(site, bob, ann, by_me=True, me=False)
    await _status(site, ann, bob, by_me=False, me=True)
    for sender, what in ((ann, "the blocked"), (bob, "the blocking")):
        refused = await site.ask("POST", path, sender, json=draft("no"))
        site.expect(refused, _FORBIDDEN, f"a send of {what} user")
    if (again := (await site.ask("POST", path, ann, json=before)).status) not in (OK, CREATED):
        raise Deviation(f"a retry of what was sent before the block answered {again}, expected 200")
    listed = [row["user_id"] for row in await site.page(bob, "/v1/blocks", schema="BlockPage")]
    if listed != [str(ann)]:
        raise Deviation(f"/v1/blocks lists {len(listed)} users, expected the one who is blocked")
    site.expect(await site.ask("DELETE", f"/v1/blocks/{ann}", bob), DONE, "DELETE /v1/blocks/{id}")
    await _status(site, bob, ann, by_me=False, me=False)
    await site.got("POST", path, ann, json=draft("after the block"), status=CREATED)
    return "403 both ways while it lasts; a retry from before is answered; then 201 again"


async def _status(site: Site, user: UUID, other: UUID, *, by_me: bool, me: bool) -> None:
    found = await site.got("GET", f"/v1/blocks/{other}", user, schema="BlockStatus")
    if (found["blocked_by_me"], found["blocks_me"]) != (by_me, me):
        raise Deviation(f"/v1/blocks/{{id}} says {found}, expected blocked_by_me={by_me}, blocks_me={me}")
