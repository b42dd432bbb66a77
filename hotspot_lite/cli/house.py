"""The whole box into one file, and out of it on another machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hotspot_lite import box, settings
from hotspot_lite.box import open_box
from hotspot_lite.cli.backup import passphrase_of, takes_passphrase
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, Misused, add_verb
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.store import house, restoring, room
from hotspot_lite.trade.keeping import backups, moving


def export_all(args: Args) -> Answer:
    """Write everything the box is to one file: database, key and settings."""
    if not args.all:
        raise Misused("Only the whole box is exported.", "Say so: --all FILE")
    opened = open_box()
    s = opened.settings
    runs = restoring.whoever_has_it_open(s.database_file)
    passphrase = passphrase_of(args, s)
    text = moving.settings_to_go(s)
    size = s.database_file.stat().st_size
    room.need(s.data_dir, size, room.limits(s), "The export's copy of the database")
    made = house.pack(s.data_dir, text, args.file, opened.clock.at(), passphrase)
    notes = []
    if runs:
        notes.append(
            "The box runs: what it sells from now on is not in it. To move for good,"
            " stop it first (systemctl stop hotspot-lite.target) and export then."
        )
    if passphrase is None:
        notes.append(
            "It is not encrypted, and holds every key and customer: keep it as you keep"
            " money, or name a --passphrase-file."
        )
    data = {
        "file": str(args.file),
        "bytes": args.file.stat().st_size,
        "at": as_text(made.at),
        "encrypted": passphrase is not None,
        "notes": notes,
    }
    text = "\n".join([f"The whole box is in {args.file}.", *notes])
    return Answer(data, f"{text}\nOn the new box: hotspot-lite import --all FILE")


def import_all(args: Args) -> Answer:
    """Become the box that was exported to a file; with dry_run only look."""
    found = settings.load()
    config_file = Path(os.environ.get("HOTSPOT_CONFIG", settings.CONFIG_FILE))
    restoring.must_be_stopped(found.database_file)
    there = moving.traded(found.database_file)
    if there and not args.replace and not args.dry_run:
        raise BadInput(
            f"This box has something to lose: {there}.",
            "With --replace it is put aside whole, and the other takes its place.",
        )
    passphrase = passphrase_of(args, found)
    box.make_folders(found)
    with house.unpacked(args.file, passphrase, found.data_dir) as (came, folder):
        if args.dry_run:
            moving.settings_that_come(found, folder)
            return _looked_at(came, there)
        now = box.clock(found, came.at).at()
        moved = moving.move_in(found, config_file, came, folder, now)
    opened = open_box()
    todo = list(moving.left_to_do(opened.settings, config_file))
    todo += _backed_up(opened)
    data = {"says": moved.says, "aside": str(moved.aside or ""), "todo": todo}
    lines = [moved.says, "Now by hand:", *(f"- {one}" for one in todo)]
    return Answer(data, "\n".join(lines))


def _looked_at(came: house.House, there: str) -> Answer:
    says = f"It is whole: a box of {as_text(came.at)}, made by {came.version}."
    if there:
        says += f" This box has {there}: --replace would put them aside."
    return Answer({"says": says, "here": there, "dry_run": True}, says)


def _backed_up(opened: box.Box) -> list[str]:
    """At once: until then the newest backup here is of the box that was here."""
    s = opened.settings
    try:
        backups.make(s.data_dir, backups.places_of(s), opened.clock.at())
    except HotspotError as exc:
        return [str(exc)]
    return []


def add_to(nouns: Any) -> None:
    """Put the command on the command line; `import --all` is with the other imports."""
    one = add_verb(nouns, "export", export_all)
    one.add_argument("file", type=Path, help="to make; on a stick")
    one.add_argument("--all", action="store_true", help="everything the box is")
    takes_passphrase(one)
