"""The newest page through a ChatUser, against pgbench and against Locust's own PostgreSQL user."""

import asyncio
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from datasets.shape import Dataset
from harness.benchmarks.pgbench import pgbench
from harness.benchmarks.result import Result
from reference_server.variant import load_variant

_LOCUSTFILE = Path(__file__).with_name("locustfile.py")
#: The same for every peer. Few leave the cores waiting for wake-ups; docs/decisions.md has the ratio at 2 to 64.
_CONNECTIONS = 64
#: pgbench runs two threads, so Python gets two processes (Locust's --processes).
_PROCESSES = 2
#: A hot conversation, but not the longest.
_ORDINAL = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class PageBench:
    """Where and what is asked."""

    dsn: str
    redis: str
    dataset: Dataset
    seconds: int
    #: Interleaved repeats of each pair.
    repeats: int

    @property
    def conversation(self) -> str:
        return str(self.dataset.conversation_id(_ORDINAL))

    @property
    def member(self) -> str:
        return str(self.dataset.user_id(self.dataset.members(_ORDINAL)[0]))

    @property
    def sql(self) -> str:
        return load_variant("spec").queries["newest_page"].text.strip().rstrip(";")


async def pages(bench: PageBench) -> list[Result]:
    """Interleaved repeats; each ratio is the median of the repeats' ratios, which a machine's bad minute sways least.

    A page of 1 is the hardest line, so it has a repeat more; bare asyncpg and Locust's user need fewer.
    """
    results: list[Result] = []
    for limit, repeats in ((1, bench.repeats + 1), (50, bench.repeats)):
        ours, by_pgbench, by_asyncpg, by_locust = [], [], [], []
        for repeat in range(repeats):
            ours.append(await chat_user(bench, limit))
            by_pgbench.append(await _pgbench(bench, limit))
            if repeat > 0:
                by_asyncpg.append(await _bare_driver(bench, limit))
            if limit == 1 and repeat > 1:
                by_locust.append(await _locust_postgres(bench))
        results.append(_ratio(f"page{limit}_vs_pgbench", ours, by_pgbench, "pgbench -M prepared, 1/s"))
        # what the driver leaves us: the rest of the way to pgbench is its decoding of rows
        results.append(_ratio(f"page{limit}_vs_asyncpg", ours, by_asyncpg, "bare asyncpg on uvloop, 1/s"))
        if by_locust:
            results.append(_ratio(f"page{limit}_vs_locust_postgres", ours, by_locust, "locust.contrib.postgres, 1/s"))
    return results


def _ratio(name: str, ours: list[float], theirs: list[float], peer: str) -> Result:
    """Of the repeats that both had: the last ones of whichever had more."""
    paired = zip(ours[-len(theirs) :], theirs, strict=True)
    ratio = median(mine / other for mine, other in paired)
    unit = f"ratio of pages/s (ours {median(ours):,.0f}/s)"
    return Result(name=name, value=ratio, unit=unit, peer=peer, peer_value=median(theirs))


async def chat_user(bench: PageBench, limit: int, *options: str) -> float:
    """Pages per second of a closed loop through a ChatUser."""
    with tempfile.TemporaryDirectory() as folder:
        await _locust(
            bench,
            *("NewestPage", "--variant", "spec", "--dataset", bench.dataset.name, "--arrivals", "closed"),
            *("--users", str(_CONNECTIONS), "--spawn-rate", "100", "--processes", str(_PROCESSES)),
            *("--connections", str(_CONNECTIONS // _PROCESSES)),
            *("--warmup", "1", "--window", str(bench.seconds), "--page-size", str(limit), "--out", folder),
            *options,
        )
        outcome = orjson.loads((Path(folder) / "outcome.json").read_bytes())
    count: int = outcome["operations"]["newest_page"]["count"]
    return count / float(outcome["generator"]["window_s"])


async def _pgbench(bench: PageBench, limit: int) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        text = re.sub(r"--.*", "", bench.sql).replace("$1", ":conversation").replace("$2", ":member")
        # one line: pgbench ends a statement at a line's semicolon
        script.write(" ".join(text.replace("$3", str(limit)).split()) + ";\n")
        script.flush()
        said = await pgbench(
            bench.dsn,
            *("-n", "-M", "prepared", "-T", str(bench.seconds), "-f", script.name),
            *("-c", str(_CONNECTIONS), "-j", str(_PROCESSES)),
            *("-D", f"conversation={bench.conversation}", "-D", f"member={bench.member}"),
        )
    match = re.search(r"tps = ([\d.]+)", said)
    assert match, said
    return float(match.group(1))


async def _bare_driver(bench: PageBench, limit: int) -> float:
    return sum(await asyncio.gather(*(_bare_process(bench, limit) for _ in range(_PROCESSES))))


async def _bare_process(bench: PageBench, limit: int) -> float:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "harness.benchmarks.bare_driver"),
        *(bench.sql, bench.conversation, bench.member, str(limit), str(_CONNECTIONS // _PROCESSES), str(bench.seconds)),
        env={**os.environ, "CHATBENCH_POSTGRES": bench.dsn},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return float(said)


async def _locust_postgres(bench: PageBench) -> float:
    said = await _locust(
        bench,
        *("LocustPostgres", "--users", str(_CONNECTIONS), "--spawn-rate", "100", "--processes", str(_PROCESSES)),
        *("--run-time", f"{bench.seconds}s", "--json"),
    )
    entry = next(entry for entry in _printed(said) if entry["num_requests"])
    duration = float(entry["last_request_timestamp"]) - float(entry["start_time"])
    return int(entry["num_requests"]) / duration


def _printed(said: str) -> Iterator[dict[str, Any]]:
    """The entries of every list that was printed: with several processes each prints its own, workers empty ones."""
    decoder, place = json.JSONDecoder(), said.find("[")
    while place >= 0:
        entries, place = decoder.raw_decode(said, place)
        yield from entries
        place = said.find("[", place)


async def _locust(bench: PageBench, *arguments: str) -> str:
    literal = bench.sql.replace("$1", f"'{bench.conversation}'").replace("$2", f"'{bench.member}'").replace("$3", "1")
    environment: Mapping[str, str] = {
        "CHATBENCH_POSTGRES": bench.dsn,
        "CHATBENCH_REDIS": bench.redis,
        "CHATBENCH_BENCH_CONVERSATION": bench.conversation,
        "CHATBENCH_BENCH_MEMBER": bench.member,
        "CHATBENCH_BENCH_SQL": literal,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "locust", "-f", str(_LOCUSTFILE), *arguments),
        *("--headless", "--only-summary", "--loglevel", "ERROR"),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"locust failed: {complaint.decode()[-800:]}")
    return said.decode()
