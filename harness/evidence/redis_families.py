"""Redis by key family: how many keys, and how much memory, from all names and a sample of sizes."""

from collections import defaultdict
from typing import Any

from redis.asyncio import Redis

#: Longest prefix first; schema-report §3.
FAMILIES = ("unread:total", "unread:conv", "last_msg", "online", "chatbench")
_OTHER = "other"
_SAMPLE = 50
_MOST_KEYS = 200_000


def family_of(key: str) -> str:
    return next((family for family in FAMILIES if key.startswith(f"{family}:")), _OTHER)


async def redis_families(url: str) -> dict[str, dict[str, Any]]:
    """Family → keys, sampled, bytes_per_key (mean of the sample), memory_bytes (extrapolated)."""
    client: Redis = Redis.from_url(url)
    try:
        names: dict[str, list[bytes]] = defaultdict(list)
        count = 0
        async for key in client.scan_iter(count=5_000):
            names[family_of(key.decode(errors="replace"))].append(key)
            count += 1
            if count >= _MOST_KEYS:
                break
        return {family: await _sampled(client, keys) for family, keys in sorted(names.items())}
    finally:
        await client.aclose()


async def _sampled(client: Redis, keys: list[bytes]) -> dict[str, Any]:
    sample = keys[:: max(1, len(keys) // _SAMPLE)][:_SAMPLE]
    pipe = client.pipeline(transaction=False)
    for key in sample:
        pipe.memory_usage(key)
    sizes = [size for size in await pipe.execute() if size is not None]
    per_key = sum(sizes) / len(sizes) if sizes else None
    return {
        "keys": len(keys),
        "sampled": len(sizes),
        "bytes_per_key": per_key,
        "memory_bytes": None if per_key is None else round(per_key * len(keys)),
    }
