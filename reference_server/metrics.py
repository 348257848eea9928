"""Metrics: the instruments of one server process, and what it knows anyway, for Prometheus."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from reference_server.database import PoolState

#: Seconds: a page takes a millisecond, a queue behind a slow disk seconds.
BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What the server knows anyway, read when somebody asks."""

    #: Of each database.
    pools: Callable[[], Sequence[PoolState]]
    #: Frames that wait in each device's outbox.
    waiting_frames: Callable[[], list[int]]
    #: How often the fan-out's connection was lost.
    fanout_losses: Callable[[], int]


class ServerMetrics:
    """The instruments of one process, in a registry of their own."""

    def __init__(self, variant: str) -> None:
        self.registry = CollectorRegistry()
        own = self.registry
        self.requests = Counter(
            "chatbench_server_requests", "Requests that were answered", ["method", "route", "status"], registry=own
        )
        self.seconds = Histogram(
            "chatbench_server_request_seconds", "Time to answer", ["method", "route"], buckets=BUCKETS, registry=own
        )
        self.in_flight = Gauge("chatbench_server_requests_in_flight", "Requests being answered", registry=own)
        self.sockets = Gauge("chatbench_server_sockets_open", "Open WebSockets", registry=own)
        self.closed = Counter(
            "chatbench_server_sockets_closed",
            "WebSockets that ended, by close code",
            ["code"],
            registry=own,
        )
        self.frames = Counter("chatbench_server_frames_sent", "Frames sent to devices, by kind", ["type"], registry=own)
        self.received = Counter("chatbench_server_frames_received", "Frames that devices sent", registry=own)
        info = Gauge("chatbench_server_info", "Always 1; what this process serves", ["variant"], registry=own)
        info.labels(variant).set(1)
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def watch(self, watched: Watched) -> None:
        """Tell the state of these from now on."""
        self.registry.register(StateCollector(watched))


class StateCollector(Collector):
    """Gauges that are read, not kept."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        connections = GaugeMetricFamily(
            "chatbench_server_connections", "Connections to PostgreSQL", labels=["database", "state"]
        )
        waiting = GaugeMetricFamily(
            "chatbench_server_connections_waiting", "Requests that wait for a connection", labels=["database"]
        )
        limit = GaugeMetricFamily(
            "chatbench_server_connections_limit", "The most connections that are opened", labels=["database"]
        )
        for pool in self._watched.pools():
            connections.add_metric([pool.database, "idle"], pool.idle)
            connections.add_metric([pool.database, "busy"], pool.open - pool.idle)
            waiting.add_metric([pool.database], pool.waiting)
            limit.add_metric([pool.database], pool.limit)
        frames = self._watched.waiting_frames()
        yield from (connections, waiting, limit)
        yield GaugeMetricFamily(
            "chatbench_server_outbox_frames", "Frames that wait for slow devices, all together", sum(frames)
        )
        yield GaugeMetricFamily(
            "chatbench_server_outbox_fullest", "Frames that wait for the slowest device", max(frames, default=0)
        )
        yield CounterMetricFamily(
            "chatbench_server_fanout_losses", "Lost connections of the fan-out", self._watched.fanout_losses()
        )
