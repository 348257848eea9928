"""/healthz answers 200, to anybody."""

from harness.conform.site import OK, Site


async def check(site: Site) -> str:
    for server, url in enumerate(site.urls):
        site.expect(await site.ask("GET", "/healthz", server=server), OK, f"{url}: GET /healthz")
    return "200"
