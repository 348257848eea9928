"""Only a genuine, unexpired bearer token lets a request in; anything else is answered 401."""

import contextlib
from uuid import UUID, uuid4

from harness.conform.errors import Deviation, NotRun
from harness.conform.site import OK, Site

_UNAUTHORIZED = 401
_REQUESTS = (("GET", "/v1/conversations"), ("GET", "/v1/unread"), ("POST", "/v1/presence/heartbeat"))


async def check(site: Site) -> str:
    user = (await site.newcomers(1))[0]
    site.expect(await site.ask("GET", "/v1/unread", user), OK, "a request with a genuine token")
    wrong = await _wrong_headers(site, user)
    problems = [
        f"{method} {path} with {what} answered {answer.status}"
        for what, headers in wrong.items()
        for method, path in _REQUESTS
        if (answer := await site.ask(method, path, headers=headers)).status != _UNAUTHORIZED
    ]
    if problems:
        raise Deviation("; ".join(problems) + ", expected 401")
    return f"401 to {', '.join(wrong)}"


async def _wrong_headers(site: Site, user: UUID) -> dict[str, dict[str, str]]:
    token = await site.tokens.token(user)
    last = "A" if token[-5] != "A" else "B"
    wrong = {
        "no token": {},
        "a scheme that is not bearer": {"Authorization": f"Basic {token}"},
        "words that are no token": {"Authorization": "Bearer nonsense"},
        "a forged signature": {"Authorization": f"Bearer {token[:-5]}{last}{token[-4:]}"},
    }
    with contextlib.suppress(NotRun):
        expired = await site.tokens.token(uuid4(), expires_in_s=-60)
        wrong["an expired token"] = {"Authorization": f"Bearer {expired}"}
    return wrong
