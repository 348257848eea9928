"""Every scenario with the cockpit around it; started by `chatbench ui`, which answers at the other end of the wire."""

import importlib
import pkgutil
import sys
from typing import Any

import locust.stats
from locust import events
from locust.env import Environment

import scenarios.catalog
from harness.experiment import MAINTENANCE
from harness.ui.page.desk import Desk
from harness.ui.page.form import add_fields
from harness.ui.page.routes import add_pages
from scenarios import live_statistics
from scenarios.conductor import Conductor
from scenarios.user import ChatUser

_SWITCH_S = 0.0005

# the page's thread and the load's share one interpreter: at Python's 5 ms the load would wait whenever the page works
sys.setswitchinterval(_SWITCH_S)
live_statistics.install()
locust.stats.PERCENTILES_TO_CHART = [0.5, 0.95, 0.99]
locust.stats.PERCENTILES_TO_STATISTICS = [0.95, 0.99]


def _users() -> dict[str, Any]:
    """Every scenario's class; maintenance needs jobs, which a test by hand has none of."""
    names = [found.name for found in pkgutil.iter_modules(scenarios.catalog.__path__) if found.name != MAINTENANCE]
    modules = [importlib.import_module(f"scenarios.catalog.{name}") for name in names]
    return {
        kind.__name__: kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, ChatUser) and kind is not ChatUser
    }


def _on_init(environment: Environment, **_: Any) -> None:
    desk = Desk(environment)
    # between the desk's two ends: it goes where the first says, and the second gives the form its choice back
    environment.events.test_start.add_listener(desk.before_start)
    Conductor(environment)
    environment.events.test_start.add_listener(desk.after_start)
    if environment.web_ui is not None:
        add_pages(environment.web_ui, desk)


globals().update(_users())
events.init_command_line_parser.add_listener(lambda parser, **_: add_fields(parser))
events.init.add_listener(_on_init)
