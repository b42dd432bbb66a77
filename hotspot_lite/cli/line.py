"""The command line as a whole, and the running of one command."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

import hotspot_lite
from hotspot_lite.cli import (
    agent,
    cash,
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
    sessions,
    sync,
    usage,
    worker,
)
from hotspot_lite.cli.text import Answer, show
from hotspot_lite.cli.verbs import Misused, Parser
from hotspot_lite.errors import HotspotError


def parser() -> argparse.ArgumentParser:
    """The command line, as `hotspot-lite --help` shows it."""
    top = Parser(prog="hotspot-lite", description=hotspot_lite.__doc__)
    nouns = top.add_subparsers(required=True, metavar="<noun>")
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
    sync.add_to(nouns)
    people.add_to(nouns)
    running.add_outside_to(nouns)
    router.add_to(nouns)
    queue.add_to(nouns)
    worker.add_to(nouns)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    args = parser().parse_args(argv)
    try:
        found = args.verb(args)
    except HotspotError as exc:
        _print_error(exc, args.json)
        return 2 if isinstance(exc, Misused) else 1
    except KeyboardInterrupt:
        return 130
    if isinstance(found, int):
        return found
    answer = found if isinstance(found, Answer) else Answer(found)
    if answer.data is not None:
        _print(_as_json(answer) if args.json else _as_text(answer))
    return answer.code


def _as_json(answer: Answer) -> str:
    return json.dumps(answer.data, indent=2)


def _as_text(answer: Answer) -> str:
    return show(answer.data) if answer.text is None else answer.text


def _print_error(error: HotspotError, as_json: bool) -> None:
    if as_json:
        _print(json.dumps({"error": error.says, "todo": error.todo}))
    else:
        print(f"hotspot-lite: {error}", file=sys.stderr)


def _print(text: str) -> None:
    if not text:
        return  # cron sends a letter for every line
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Whoever reads us (head, less) has seen enough. Python would complain once
        # more at exit, when it flushes.
        sys.stdout = None
