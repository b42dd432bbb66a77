"""Reads all of a router that the rules of `onboarding` ask for; keeps it as files."""

from __future__ import annotations

import json
import os
from pathlib import Path

from hotspot_lite.errors import GiveUp
from hotspot_lite.onboarding import MENUS, Seen
from hotspot_lite.onboarding.seen import Row
from hotspot_lite.wires.routeros import Router

MOST_COPIES = 10
COPY = "hsl-before"


def look(router: Router, now: int | None) -> Seen:
    """The router as it is. `now` None: our own clock isn't believed, so no skew.

    A menu that this version hasn't, or that this user may not read, is left out.
    Raises TryAgain where the router is lost, GiveUp where it lets nobody in.
    """
    router.resource()  # whoever can't read this can read nothing: say why
    rows: dict[str, list[Row]] = {}
    for menu, properties in MENUS.items():
        try:
            rows[menu] = router.rows(menu, *properties)
        except GiveUp:
            continue
    skew = None if now is None else router.clock().at - now
    return Seen(rows, skew)


def keep_copy(seen: Seen, folder: Path, now: int) -> Path:
    """What was read, as a file that only we can read; the oldest of many go."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"router-{now}.json"
    fileno = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fileno, "w", encoding="utf-8") as file:
        json.dump({menu: list(map(dict, r)) for menu, r in seen.rows.items()}, file)
        file.flush()
        os.fsync(file.fileno())
    for old in sorted(folder.glob("router-*.json"))[:-MOST_COPIES]:
        old.unlink()
    return path


def keep_backup(router: Router) -> list[str]:
    """The router's own backup and export in its own memory; the names of the files.

    Where it refuses (its flash is full, or these rights don't do), there are fewer.
    """
    orders = {
        f"{COPY}.backup": (
            "/system/backup/save",
            {"name": COPY, "dont-encrypt": "yes"},
        ),
        f"{COPY}.rsc": ("/export", {"file": COPY}),
    }
    kept = []
    for name, (command, words) in orders.items():
        try:
            router.run(command, words)
        except GiveUp:
            continue
        kept.append(name)
    return kept
