"""Fan-out over several server processes: every delivery is counted."""

from pathlib import Path
from typing import Any

import orjson


def test_every_device_of_every_receiver_gets_each_message_once_over_two_servers(chatbench: Any, folder: Path) -> None:
    done = chatbench(
        *("run", "--variant", "spec", "--scenario", "fanout", "--dataset", "tiny", "--target", "server"),
        *("--servers", "2", "--receivers", "40", "--devices", "2", "--users", "4", "--rate", "40"),
        *("--warmup", "0.5", "--window", "2", "--out", "fanout"),
    )
    assert done.returncode == 0, done.stderr
    trial = orjson.loads((folder / "fanout" / "trials.jsonl").read_bytes().splitlines()[0])
    deliveries = trial["deliveries"]
    assert deliveries["expected"] == 2 * trial["operations"]["send"]["count"]
    assert (deliveries["received"], deliveries["lost"], deliveries["duplicated"]) == (deliveries["expected"], 0, 0)
