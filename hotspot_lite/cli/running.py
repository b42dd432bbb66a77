"""Running the box: its processes, database, settings and FreeRADIUS."""

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


def serve(args: Args) -> None:
    """Run the box: all processes, or the one named."""
    from hotspot_lite import serve as serving

    if args.role:
        serving.run(args.role)
    else:
        serving.run_all()


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


def setting_get(args: Args) -> dict[str, Any]:
    """Show settings and where each comes from; secrets are not shown."""
    found = open_box().settings
    names = [args.name] if args.name else list(settings.BY_NAME)
    rows = []
    for name in names:
        value = found[name]
        if settings.BY_NAME[name].secret and value:
            value = "(secret)"
        rows.append({"name": name, "value": value, "from": found.origin(name)})
    return rows[0] if args.name else {"settings": rows}


def setting_set(args: Args) -> dict[str, str]:
    """Change a setting in the database; environment and file go before it."""
    from hotspot_lite.trade.house import preferences

    opened = open_box()
    preferences.change(args.name, args.value, "cli", opened.clock.now().at)
    return {"name": args.name, "from": "database"}


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    run = add_verb(nouns, "serve", serve)
    run.add_argument("role", nargs="?", choices=("web", "worker", "live", "radius"))
    play = add_verb(nouns, "demo", demo)
    play.add_argument("--once", action="store_true", help="exit after one sale")
    play.add_argument(
        "--drill",
        action="store_true",
        help="a payday evening in five minutes: a crowd, mishaps, the books",
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
    radius.add_argument("--out", type=Path, required=True, metavar="DIR")
    radius.add_argument("--user", default="", help="drop to this user (as root)")
    radius.add_argument("--group", default="")
    setting = add_noun(nouns, "setting", "settings")
    add_verb(setting, "get", setting_get).add_argument("name", nargs="?")
    change = add_verb(setting, "set", setting_set)
    change.add_argument("name")
    change.add_argument("value")
