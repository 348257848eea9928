#!/bin/bash
# A database, a master and three workers, each in a network namespace of its own, as five machines would be.
# As root, from the repository after `make install`: docs/how-to/three-workers.sh [OUT]. It needs ip (iproute2) and
# runuser (util-linux), makes its own servers from chatbench's wheels, and removes everything.
# POSTGRES_PROGRAMS names another PostgreSQL's bin folder, such as /usr/lib/postgresql/15/bin.
# KILL=1 kills a worker in the middle of the window; RATE (150) and WINDOW (6) are tasks and seconds.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
bin=${BIN:-$repository/.venv/bin}
[ "$(id -u)" = 0 ] || { echo "Network namespaces are made by root. Nothing was started. Call it with sudo." >&2; exit 2; }
for program in ip runuser "$bin/chatbench"; do
    command -v "$program" >/dev/null || { echo "$program is missing. Nothing was started. Install iproute2 and util-linux; \`make install\` makes chatbench." >&2; exit 3; }
done
mapfile -t programs < <("$bin/python" -c "
from harness.stack.accounts import server_account
from harness.stack.binaries import postgres_programs, valkey_program
account = server_account()
print(account.name, postgres_programs(account), valkey_program(account), sep='\n')")
account=${programs[0]} postgres=${POSTGRES_PROGRAMS:-${programs[1]}} valkey=${programs[2]}
out=$(mkdir -p "${1:-runs/three-workers}" && cd "${1:-runs/three-workers}" && pwd)
lab=$(mktemp -d /tmp/chatbench-lab-XXXXXX)
chmod 755 "$lab"
tag=cb$$
hub=10.77.0.1
password=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
started=()

clean() {
    for pid in "${started[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do timeout 20 tail --pid="$pid" -f /dev/null || true; done
    runuser -u "$account" -- "$postgres/pg_ctl" -D "$lab/data" -m immediate stop >/dev/null 2>&1 || true
    for name in db master w1 w2 w3; do ip netns delete "$tag-$name" 2>/dev/null || true; done
    rm -rf "$lab"
}
trap clean EXIT

within() { local name=$1; shift; exec ip netns exec "$tag-$name" "$@"; }

# machines: a bridge in the database's, a pair of interfaces for each other
ip netns add "$tag-db"
ip -n "$tag-db" link set lo up
ip -n "$tag-db" link add br0 type bridge
ip -n "$tag-db" address add "$hub/24" dev br0
ip -n "$tag-db" link set br0 up
number=10
for name in master w1 w2 w3; do
    number=$((number + 1))
    ip netns add "$tag-$name"
    ip -n "$tag-$name" link add eth0 type veth peer name "to-$name" netns "$tag-db"
    ip -n "$tag-db" link set dev "to-$name" master br0 up
    ip -n "$tag-$name" address add "10.77.0.$number/24" dev eth0
    ip -n "$tag-$name" link set eth0 up
    ip -n "$tag-$name" link set lo up
done

# the database's machine: PostgreSQL and Valkey on its address
install -d -o "$account" "$lab/data"
echo "$password" >"$lab/password"
chmod 644 "$lab/password"
runuser -u "$account" -- "$postgres/initdb" -D "$lab/data" -A scram-sha-256 -U postgres -E UTF8 --locale=C --pwfile="$lab/password" --no-sync >"$lab/initdb.log"
rm "$lab/password"
cat >>"$lab/data/postgresql.conf" <<CONF
listen_addresses = '$hub'
unix_socket_directories = '$lab/data'
shared_preload_libraries = 'pg_stat_statements'
max_connections = 100
CONF
echo "host all all 10.77.0.0/24 scram-sha-256" >>"$lab/data/pg_hba.conf"
ip netns exec "$tag-db" runuser -u "$account" -- "$postgres/pg_ctl" -D "$lab/data" -l "$lab/data/log" -w start >/dev/null
(within db "$valkey" --bind "$hub" --port 6379 --requirepass "$password" --save "" --dir "$lab") >"$lab/valkey.log" &
started+=($!)
(cd "$lab" && within db "$bin/chatbench" serve --variant spec --dataset tiny --servers 0 \
    --postgres "postgresql://postgres:$password@$hub/postgres" --redis "redis://:$password@$hub:6379/5") >"$lab/served" 2>"$lab/serve.log" &
started+=($!)
for _ in $(seq 900); do grep -q Ctrl-C "$lab/served" && break; sleep 0.2; done
grep -q Ctrl-C "$lab/served" || { cat "$lab/serve.log"; exit 3; }
set -a
eval "$(grep ^export "$lab/served")"
set +a

count() {
    ip netns exec "$tag-db" "$postgres/psql" -XAtq "$CHATBENCH_POSTGRES" -c "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements
        WHERE query LIKE '%messages AS newest%' AND query NOT LIKE '%pg_stat%' AND query NOT LIKE 'EXPLAIN%'
        AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
}
before=$(count)

# the workers: only the master's address, and what serve printed
for name in w1 w2 w3; do
    (within "$name" timeout 240 "$bin/locust" -f "$repository/scenarios/locustfile.py" Pagination \
        --worker --master-host 10.77.0.11 --worker-name "$name") >"$out/$name.log" 2>&1 &
    started+=($!)
done
victim=$!

# the master: the load, of all workers together
touch "$out/master.log"
if [ -n "${KILL:-}" ]; then
    (for _ in $(seq 600); do grep -qE "users spawned|Spawning is complete" "$out/master.log" && break; sleep 0.2; done; sleep 4; pkill -KILL -P "$victim"; kill -KILL "$victim") 2>/dev/null &
fi
code=0
ip netns exec "$tag-master" timeout 240 "$bin/locust" -f "$repository/scenarios/locustfile.py" Pagination --headless --only-summary \
    --master --expect-workers 3 --expect-workers-max-wait 120 --users 12 --spawn-rate 12 --rate "${RATE:-150}" \
    --warmup 1 --window "${WINDOW:-6}" --out "$out" >"$out/master.log" 2>&1 || code=$?

"$bin/python" - "$out/outcome.json" $(($(count) - before)) <<'PYTHON'
import json, sys
outcome = json.load(open(sys.argv[1]))
window, warmup = outcome["operations"]["newest_page"]["count"], outcome["unrecorded"].get("newest_page", 0)
print(f"newest pages: {window} in the window + {warmup} in the warm-up = {window + warmup}; the database counted {sys.argv[2]}")
for worker in outcome["workers"]:
    fate = f"lost, last heard at {worker['lost_s']:.1f} s" if worker["lost_s"] is not None else f"{worker['calls']} calls"
    print(f"{worker['name']}: {fate} ({worker['reported_calls']} told while it ran)")
PYTHON
exit $code
