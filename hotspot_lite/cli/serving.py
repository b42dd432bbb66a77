"""Running the box's processes: the one verb that stays, so it loads no other."""

from __future__ import annotations

import argparse
from typing import Any

from hotspot_lite.cli.verbs import Args, Parser, add_verb

ROLES = ("web", "worker", "live", "radius")


def serve(args: Args) -> None:
    """Run the box: all processes, or the one named."""
    from hotspot_lite import serve as serving

    if args.role:
        serving.run(args.role)
    else:
        serving.run_all()


def add_to(nouns: Any) -> None:
    """Put this verb on the command line."""
    run = add_verb(nouns, "serve", serve)
    run.add_argument("role", nargs="?", choices=ROLES, help="without: all")


def parser() -> argparse.ArgumentParser:
    """The command line with this verb alone."""
    top = Parser(prog="hotspot-lite")
    add_to(top.add_subparsers(required=True, metavar="<noun>"))
    return top
