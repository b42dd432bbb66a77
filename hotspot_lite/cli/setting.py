"""Settings: see them, change them, and have the running processes take them up."""

from __future__ import annotations

import time
from typing import Any

from hotspot_lite import renewal, settings
from hotspot_lite.box import Box, open_box
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.renewal import Running

# The worker gives its jobs 30 s to end, and its supervisor a little more.
ANEW_SECONDS = 60.0
APPLY = "sudo hotspot-lite setting apply"


def get(args: Args) -> dict[str, Any]:
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


def change(args: Args) -> Answer:
    """Change a setting, as the admin page does; `setting apply` then puts it in use."""
    from hotspot_lite.trade.house import preferences

    opened = open_box()
    origin = opened.settings.origin(args.name)
    if origin in ("environment", "file"):
        where = "config.toml" if origin == "file" else "the environment"
        raise BadInput(
            f"{args.name} is set in {where}, which goes before this.",
            "Change it there, then run: sudo ./install.sh",
            field=args.name,
        )
    preferences.change(args.name, args.value, "cli", opened.clock.now().at)
    without = [one.role for one in _processes(open_box()) if args.name in one.waits_for]
    text = f"{args.name} is changed."
    if without:
        text += f" Not in use yet by: {', '.join(without)}. Run: {APPLY}"
    if args.name.startswith("radius.") and "radius" not in without:
        text += " For FreeRADIUS run: sudo ./install.sh"
    data = {"name": args.name, "from": "database", "not_in_use_by": without}
    return Answer(data, text)


def apply(args: Args) -> Answer:
    """Start anew the processes that run by older settings; who is online stays so."""
    opened = open_box()
    before = _processes(opened)
    late = [one for one in before if one.waits_for]
    if not late:
        says = "All settings are in use." if before else "No process of the box runs."
        return Answer({"anew": []}, says)
    asked = renewal.end(late)
    if len(asked) < len(late):
        alone = ", ".join(one.role for one in late if not one.is_watched)
        raise HotspotError(
            f"Nobody watches over {alone}, so it was not ended.",
            "End it and start it again by hand: hotspot-lite serve",
        )
    roles = sorted(one.role for one in asked)
    if not _are_back(opened, roles):
        raise HotspotError(
            f"Asked to start anew: {', '.join(roles)}; not all are back.",
            "See: hotspot-lite doctor",
        )
    return Answer({"anew": roles}, f"Started anew: {', '.join(roles)}.")


def _processes(opened: Box) -> list[Running]:
    return renewal.running(opened.settings, opened.key)


def _are_back(opened: Box, roles: list[str]) -> bool:
    ends = time.monotonic() + ANEW_SECONDS
    while time.monotonic() < ends:
        now = _processes(opened)
        if not any(one.waits_for for one in now) and set(roles) <= {
            one.role for one in now
        }:
            return True
        time.sleep(0.1)
    return False


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    setting = add_noun(nouns, "setting", "settings")
    add_verb(setting, "get", get).add_argument(
        "name", nargs="?", help="like box.name; without: all"
    )
    one = add_verb(setting, "set", change)
    one.add_argument("name", help="like box.name")
    one.add_argument("value", help="the new value")
    add_verb(setting, "apply", apply)
