"""A token's user signs up once, under a name of their own; again changes nothing."""

from uuid import uuid4

from harness.conform.errors import Deviation, NotRun
from harness.conform.site import DONE, Site, name_of

_CONFLICT = 409


async def check(site: Site) -> str:
    if site.sign_up_command is not None:
        raise NotRun("users come from --sign-up-command")
    user = uuid4()
    first = await site.ask("PUT", "/v1/users/me", user, json={"username": name_of(user)})
    if first.status != DONE:
        raise Deviation(
            f"PUT /v1/users/me answered {first.shown}, expected 204. Where users come from elsewhere, give a "
            "--sign-up-command"
        )
    try:
        again = await site.ask("PUT", "/v1/users/me", user, json={"username": name_of(user)})
        site.expect(again, DONE, "the same user again")
        taken = await site.ask("PUT", "/v1/users/me", uuid4(), json={"username": name_of(user)})
        site.expect(taken, _CONFLICT, "another user under the same name")
    finally:
        await site.ask("DELETE", "/v1/users/me", user)
    return "204, again 204, a taken name 409"
