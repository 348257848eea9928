"""Every scenario for plain Locust: `locust -f scenarios/locustfile.py Pagination --headless --users 8 …`."""

from typing import Any

from locust import events
from locust.env import Environment

from scenarios import live_statistics
from scenarios.catalog.blocks import Blocks
from scenarios.catalog.day import Day
from scenarios.catalog.fanout import Fanout
from scenarios.catalog.maintenance import Maintenance
from scenarios.catalog.own_writes import OwnWrites
from scenarios.catalog.pagination import Pagination
from scenarios.catalog.presence import Presence
from scenarios.catalog.unread import Unread
from scenarios.choosing import choose
from scenarios.conductor import Conductor
from scenarios.exposition import add_metrics_options, expose
from scenarios.mix_user import asked_mix, mix_user
from scenarios.options import add_options

__all__ = ["Blocks", "Day", "Fanout", "Maintenance", "OwnWrites", "Pagination", "Presence", "Unread"]

live_statistics.install()
_mix = asked_mix()
if _mix:
    globals()[_mix.class_name] = mix_user(_mix)


@events.init_command_line_parser.add_listener
def _on_parser(parser: Any, **_: Any) -> None:
    add_options(parser)
    add_metrics_options(parser)


@events.init.add_listener
def _on_init(environment: Environment, **_: Any) -> None:
    choose(environment, _mix)
    Conductor(environment, ends_tests=True)
    expose(environment)
