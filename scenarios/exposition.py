"""Exposition: the load's metrics at a port, where Locust is asked to; otherwise nothing here is in anybody's way."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from locust.env import Environment
from prometheus_client import start_http_server

from scenarios import live_statistics
from scenarios.health import Health
from scenarios.load_metrics import LoadMetrics
from scenarios.recorder import Recorder
from scenarios.user import ChatUser

#: Processes of one machine take the next free port each.
_PORTS = 64
_LOOKS = 5
_log = logging.getLogger("chatbench")


def add_metrics_options(parser: Any) -> None:
    """Called with Locust's parser."""
    parser.add_argument(
        "--metrics-port",
        type=int,
        default=0,
        env_var="CHATBENCH_METRICS_PORT",
        include_in_web_ui=False,
        help="answer Prometheus at /metrics there, further processes at the next free ports (default: off)",
    )
    parser.add_argument(
        "--metrics-host",
        default="127.0.0.1",
        env_var="CHATBENCH_METRICS_HOST",
        include_in_web_ui=False,
        help="address of --metrics-port, which asks nobody for a token",
    )


def expose(environment: Environment) -> None:
    """Where a port was asked for. In gevent's thread, whose patched sockets answer beside everything else there."""
    options = environment.parsed_options
    port = getattr(options, "metrics_port", 0)
    if not port:
        return
    metrics = LoadMetrics(users=lambda: int(environment.runner.user_count), deliveries=_deliveries)
    taken = _listen(metrics, options.metrics_host, port)
    if taken is None:
        _log.warning("Ports %s to %s are taken, so this process tells no metrics.", port, port + _PORTS - 1)
        return
    live_statistics.listeners.append(metrics.take)
    Recorder.on_send_lag = staticmethod(metrics.take_send_lag)
    Health.on_loop_lag = staticmethod(metrics.take_loop_lag)
    _log.info("Metrics: http://%s:%s/metrics", options.metrics_host, taken)


def _listen(metrics: LoadMetrics, host: str, first: int) -> int | None:
    for port in range(first, first + _PORTS):
        try:
            start_http_server(port, host, metrics.registry)
        except OSError:
            continue
        return port
    return None


def _deliveries() -> Mapping[str, int]:
    """The engine's thread goes on meanwhile, so that a look may find its dictionaries changing: look again."""
    for _ in range(_LOOKS):
        with suppress(RuntimeError):
            return ChatUser.session.deliveries.counts() if hasattr(ChatUser, "session") else {}
    return {}
