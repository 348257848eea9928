"""The dashboard asks for metrics that exist, by labels that they have; the how-to lists every metric."""

import re
from pathlib import Path
from uuid import UUID

import numpy as np
import orjson
import pytest

from reference_server.database import PoolState
from reference_server.metrics import ServerMetrics, Watched
from scenarios.load_metrics import LoadMetrics

DOCS = Path(__file__).resolve().parents[2] / "docs"
DASHBOARD = orjson.loads((DOCS / "dashboards" / "chatbench.json").read_bytes())
HOW_TO = (DOCS / "how-to" / "dashboards.md").read_text(encoding="utf-8")
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
_NAME = re.compile(r"\b(?:chatbench|process|python)_\w+")
_LABELS = re.compile(r"\b(?:by|without) \(([^)]*)\)|{(?!{)([^}]*)}")


def known() -> dict[str, set[str]]:
    """Name of a sample → its labels, of both registries, each metric used once."""
    load = LoadMetrics(deliveries=lambda: {"received": 1})
    load.take({"send": (np.array([10]), {"conflict": 1}), "task:talk": (np.array([10]), {})})
    server = ServerMetrics("spec")
    pool = PoolState(database="main", limit=3, open=2, idle=1, waiting=0)
    server.watch(Watched(pools=lambda: [pool], waiting_frames=lambda: [1], fanout_losses=lambda: 0))
    server.requests.labels("GET", "/v1/unread", "200").inc()
    server.seconds.labels("GET", "/v1/unread").observe(0.1)
    server.frames.labels("typing").inc()
    server.closed.labels("1000").inc()
    found: dict[str, set[str]] = {}
    for registry in (load.registry, server.registry):
        for sample in (one for family in registry.collect() for one in family.samples):
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


KNOWN = known()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_names_only_metrics_and_labels_that_exist(expression):
    names = _NAME.findall(expression)
    assert names
    assert not set(names) - KNOWN.keys()
    # Prometheus adds these two itself
    labels = {"instance", "job"}.union(*(KNOWN[name] for name in names))
    asked = {
        re.split(r"[=!]", part)[0].strip()
        for found in _LABELS.findall(expression)
        for part in "".join(found).split(",")
        if part.strip()
    }
    assert asked <= labels


def test_every_legend_names_a_label_that_its_expression_keeps():
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            labels = {"instance"}.union(*(KNOWN[name] for name in _NAME.findall(target["expr"])))
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= labels


def test_every_panel_has_its_own_number_and_place_and_a_unit():
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert all(panel["fieldConfig"]["defaults"]["unit"] for panel in DASHBOARD["panels"] if panel["type"] != "row")


def ours() -> list[str]:
    """Without what prometheus_client adds to a counter or a histogram."""
    plain = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in KNOWN if name.startswith("chatbench_")}
    return sorted(plain - {name.removesuffix("_total") for name in plain if name.endswith("_total")})


@pytest.mark.parametrize("name", ours())
def test_the_how_to_lists_the_metric(name):
    assert f"`{name}`" in HOW_TO


def test_the_how_to_lists_no_metric_that_is_none():
    listed = set(re.findall(r"^\| `(chatbench_\w+)`", HOW_TO, re.MULTILINE))
    assert listed == set(ours())


def test_no_label_may_hold_an_id():
    assert not {"user", "user_id", "id", "conversation"} & set().union(*KNOWN.values())
    assert str(UUID(int=0)) not in str(KNOWN)
