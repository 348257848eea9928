"""A socket ends with its token, by close code 4401."""

from harness.conform.errors import Deviation
from harness.conform.site import Site

_EXPIRED = 4401
_LIFE_S = 2


async def check(site: Site) -> str:
    user = (await site.newcomers(1))[0]
    async with site.device(user, expires_in_s=_LIFE_S) as device:
        code = await device.close_code()
    if code != _EXPIRED:
        raise Deviation(f"a token of {_LIFE_S} s expired, and the socket {_said(code)}, expected close code 4401")
    return f"closed by 4401 when a token of {_LIFE_S} s expired"


def _said(code: int | None) -> str:
    return "stayed open" if code is None else f"closed by {code}"
