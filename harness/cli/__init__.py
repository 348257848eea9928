"""The command line: parse, prepare, run, judge, report; each command in a module of its own."""

from harness.cli.application import app

# each adds itself to the application, in the order in which --help lists them
# isort: off
from harness.cli.commands import doctor as doctor
from harness.cli.commands import listing as listing
from harness.cli.commands import import_data as import_data
from harness.cli.commands import profile as profile
from harness.cli.commands import seed as seed
from harness.cli.commands import verify as verify
from harness.cli.commands import audit as audit
from harness.cli.commands import serve as serve
from harness.cli.commands import conform as conform
from harness.cli.commands import ui as ui
from harness.cli.commands import run as run
from harness.cli.commands import compare as compare
from harness.cli.commands import report as report
from harness.cli.commands import history as history
from harness.cli.commands import clean as clean
from harness.cli.commands import new as new
# isort: on

__all__ = ["app"]
