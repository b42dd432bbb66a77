"""Every noun of the command line."""

from __future__ import annotations

import argparse

import hotspot_lite
from hotspot_lite.cli import (
    agent,
    cash,
    clock,
    discounts,
    exceptions,
    house,
    importing,
    log,
    message,
    mpesa,
    people,
    queue,
    report,
    router,
    running,
    sales,
    serving,
    sessions,
    setting,
    sync,
    usage,
    worker,
)
from hotspot_lite.cli.verbs import Parser

AFTER_HELP = """\
hotspot-lite <noun> --help lists its verbs; hotspot-lite <noun> <verb> --help has an
example. --json after a verb is for scripts.

exit codes: 0 done; 1 it failed and said why, or found something amiss; 2 the command
line is wrong; 3 what was asked about does not run. Of doctor: 0 well, 1 warnings,
2 broken.
"""


def parser() -> argparse.ArgumentParser:
    """The command line, as `hotspot-lite --help` shows it."""
    top = Parser(
        prog="hotspot-lite",
        description=hotspot_lite.__doc__,
        epilog=AFTER_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    nouns = top.add_subparsers(required=True, metavar="<noun>")
    serving.add_to(nouns)
    running.add_to(nouns)
    log.add_to(nouns)
    sales.add_to(nouns)
    discounts.add_to(nouns)
    cash.add_to(nouns)
    agent.add_to(nouns)
    exceptions.add_to(nouns)
    sessions.add_to(nouns)
    mpesa.add_to(nouns)
    usage.add_to(nouns)
    message.add_to(nouns)
    report.add_to(nouns)
    importing.add_to(nouns)
    house.add_to(nouns)
    clock.add_to(nouns)
    sync.add_to(nouns)
    people.add_to(nouns)
    running.add_outside_to(nouns)
    setting.add_to(nouns)
    router.add_to(nouns)
    queue.add_to(nouns)
    worker.add_to(nouns)
    return top
