"""The command line as a whole, and the running of one command."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from hotspot_lite.cli import serving
from hotspot_lite.cli.text import Answer, show
from hotspot_lite.cli.verbs import Misused
from hotspot_lite.errors import HotspotError


def parser() -> argparse.ArgumentParser:
    """The command line, as `hotspot-lite --help` shows it."""
    # Imported here: a process that stays would keep all verbs, 2 MiB, and uses one.
    from hotspot_lite.cli import nouns

    return nouns.parser()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    words = sys.argv[1:] if argv is None else argv
    line = serving.parser() if words[:1] == ["serve"] else parser()
    args = line.parse_args(words)
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
