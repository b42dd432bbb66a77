"""The box as a whole: its demo, examination, database, settings and FreeRADIUS."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import hotspot_lite
from hotspot_lite import box, settings
from hotspot_lite.box import open_box
from hotspot_lite.cli import backup
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, add_noun, add_verb


def demo(args: Args) -> int:
    """Run the whole box with the pretend town, and narrate one sale."""
    from hotspot_lite import demo as demonstration

    return demonstration.main(once=args.once, payday=args.drill)


def doctor(args: Args) -> Answer:
    """Examine the box: what is wrong, what it means and what to do."""
    from hotspot_lite import doctor as examining

    code, report = examining.main(args.detailed, args.logs, args.fix)
    return Answer(
        report, examining.text(report, args.detailed, sys.stdout.isatty()), code
    )


def version(args: Args) -> dict[str, str]:
    """Print the version."""
    return {"version": hotspot_lite.__version__}


def db_migrate(args: Args) -> dict[str, Any]:
    """Make the database and folders, or bring them up to date."""
    found = settings.load()
    return {"database": str(found.database_file), "applied": box.make(found)}


def radius_config(args: Args) -> dict[str, Any]:
    """Write FreeRADIUS's configuration into a folder."""
    from hotspot_lite.radius import config

    changed = config.write(
        args.out, open_box().settings, user=args.user, group=args.group
    )
    return {"folder": str(args.out), "changed": [path.name for path in changed]}


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    play = add_verb(nouns, "demo", demo)
    play.add_argument("--once", action="store_true", help="exit after one sale")
    play.add_argument(
        "--drill",
        action="store_true",
        help="a payday evening, about three minutes: a crowd, mishaps, the books",
    )
    examine = add_verb(nouns, "doctor", doctor)
    examine.add_argument("--detailed", action="store_true", help="all that was seen")
    examine.add_argument("--logs", action="store_true", help="with recent errors")
    examine.add_argument("--fix", action="store_true", help="do what is safe to do")
    add_verb(nouns, "version", version)
    database = add_noun(nouns, "db", "the database")
    add_verb(database, "migrate", db_migrate)
    add_verb(database, "check", backup.db_check)
    backup.add_to(nouns)


def add_outside_to(nouns: Any) -> None:
    """Put what is about settings and the things around the box on the command line."""
    radius = add_verb(add_noun(nouns, "radius", "FreeRADIUS"), "config", radius_config)
    radius.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="into it"
    )
    radius.add_argument("--user", default="", help="drop to this user (as root)")
    radius.add_argument("--group", default="", help="and to this group")
