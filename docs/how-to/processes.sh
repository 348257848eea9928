#!/bin/bash
# One load process against two: how much each can do at most, and how late each sends at a given rate.
# From the repository after `make install`: docs/how-to/processes.sh [OUT]. It starts servers of its own, ends them, and
# prints a table of medians. RUNS (3) rounds, WINDOW (10) seconds, RATE (1000) tasks per second of the open loop,
# DATASET (small). With the defaults it takes about six minutes; nothing else should run meanwhile.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
bin=${BIN:-$repository/.venv/bin}
out=$(mkdir -p "${1:-runs/processes}" && cd "${1:-runs/processes}" && pwd)
runs=${RUNS:-3} window=${WINDOW:-10} rate=${RATE:-1000}

"$bin/chatbench" serve --variant spec --dataset "${DATASET:-small}" --servers 0 >"$out/served" 2>"$out/serve.log" &
server=$!
trap 'kill -TERM $server 2>/dev/null; wait $server 2>/dev/null || true' EXIT
until grep -q Ctrl-C "$out/served"; do
    kill -0 $server 2>/dev/null || { cat "$out/serve.log" >&2; exit 3; }
    sleep 0.2
done
set -a
eval "$(grep ^export "$out/served")"
set +a

load() { # name, processes, round, options of the load
    local folder=$out/$1-$2-$3 processes=$2
    shift 3
    [ "$processes" = 1 ] || set -- "$@" --processes "$processes"
    "$bin/locust" -f "$repository/scenarios/locustfile.py" Pagination --headless --only-summary --loglevel WARNING \
        --users 32 --spawn-rate 32 --warmup 2 --window "$window" --out "$folder" "$@" >"$folder.log" 2>&1 ||
        { cat "$folder.log" >&2; exit 3; }
}

for round in $(seq "$runs"); do
    order="1 2"
    [ $((round % 2)) = 1 ] || order="2 1"
    for processes in $order; do
        load null "$processes" "$round" --target null --arrivals closed
        load most "$processes" "$round" --arrivals closed
        load open "$processes" "$round" --rate "$rate"
    done
done

"$bin/python" - "$out" "$runs" "$rate" <<'PYTHON'
import sys
from pathlib import Path
from statistics import median

import orjson
from hdrh.histogram import HdrHistogram

out, runs, rate = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
NAMES = {"null": "no target, closed loop", "most": "direct, closed loop", "open": f"direct, {rate} tasks/s"}


def figures(folder):
    outcome = orjson.loads((folder / "outcome.json").read_bytes())
    tasks = {name: row for name, row in outcome["operations"].items() if name.startswith("task:")}
    generator, times = outcome["generator"], HdrHistogram(1, 3_600_000_000, 3)
    for row in tasks.values():
        times.decode_and_add(row["response"])
    return (
        sum(row["count"] for row in tasks.values()) / generator["window_s"],
        times.get_value_at_percentile(50) / 1000,
        times.get_value_at_percentile(99) / 1000,
        generator["send_lag_p99_us"] / 1000,
        generator["cpu_s"] / generator["window_s"],
    )


print("| load | processes | tasks/s | p50 ms | p99 ms | send lag p99 ms | cores of the load |")
print("|---|--:|--:|--:|--:|--:|--:|")
for name, said in NAMES.items():
    for processes in (1, 2):
        found = [figures(out / f"{name}-{processes}-{round}") for round in range(1, runs + 1)]
        tasks, *times, cores = map(median, zip(*found, strict=True))
        print(f"| {said} | {processes} | {tasks:,.0f} | {' | '.join(f'{one:.2f}' for one in times)} | {cores:.2f} |")
PYTHON
