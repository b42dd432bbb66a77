"""Backups on the command line: made, listed, checked, restored."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from hotspot_lite import box, serve, settings
from hotspot_lite.box import open_box
from hotspot_lite.cli import elsewhere
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.settings import Settings
from hotspot_lite.store import backup, copies, restoring, sealed
from hotspot_lite.store.sealed import Passphrase
from hotspot_lite.trade.keeping import backups, recovery
from hotspot_lite.trade.keeping.backups import Places


def backup_make(args: Args) -> dict[str, Any]:
    """Back up the box now, also while it runs."""
    opened = open_box()
    where, now = _places(opened.settings), opened.clock.at()
    if args.to:
        home = opened.settings.data_dir
        made = copies.make_to(home, args.to, now, where.passphrase())
    else:
        made = backups.make(opened.settings.data_dir, where, now)
    return _row(made)


def backup_list(args: Args) -> dict[str, Any]:
    """List the backups, the newest first."""
    return {"backups": [_row(one) for one in _places(_settings()).all()]}


def backup_check(args: Args) -> dict[str, str]:
    """Say whether a backup could be restored, changing nothing."""
    if wrong := copies.check(args.file, _passphrase(args), _settings().data_dir):
        raise HotspotError(f"{args.file}: {wrong}", "Choose another backup.")
    return {"backup": str(args.file), "says": "It is whole and can be restored."}


def backup_restore(args: Args) -> dict[str, Any]:
    """Put a backup in the place of the database; what was there is kept aside."""
    found = _settings()
    if not args.elsewhere:
        return _restored(args, found)
    restoring.must_be_stopped(found.database_file)
    box.make_folders(found)
    with backup.scratch(found.data_dir) as work:
        args.file = elsewhere.fetched(found, str(args.file), work).path
        return _restored(args, found)


def _restored(args: Args, found: Settings) -> dict[str, Any]:
    one, passphrase = _one(args.file), _passphrase(args)
    restoring.must_be_stopped(found.database_file)
    box.make_folders(found)
    # No database says yet how late it must be at least.
    now = box.clock(found, one.at).at()
    done = recovery.restore(one, found.data_dir, "", now, passphrase, args.as_it_was)
    return {
        "restored": one.path.name if args.elsewhere else str(one.path),
        "aside": str(done.aside or ""),
        "says": done.says,
    }


def backup_seal(args: Args) -> int:
    """Write a backup to standard output, encrypted: for a pipe to ssh or a file."""
    passphrase = passphrase_of(args, _settings())
    if passphrase is None:
        raise BadInput(
            "There is no passphrase.",
            "Name its file: --passphrase-file FILE, or backup.passphrase_file in"
            " config.toml.",
        )
    if sys.stdout.isatty():
        raise BadInput("That is no text for a screen.", "Write it: … > FILE")
    try:
        with args.file.open("rb") as source:
            sealed.seal(source, sys.stdout.buffer, passphrase)
            sys.stdout.buffer.flush()
    except OSError as exc:
        raise HotspotError(f"It can't be written: {exc.strerror}.", "") from exc
    return 0


def db_check(args: Args) -> dict[str, Any]:
    """Check the database once after a start of the machine; restore it if broken."""
    done = serve.check_database()
    return {"says": done.says if done else "The database is whole."}


def _settings() -> Settings:
    # Of environment and file: what the database holds can't be relied on here.
    return settings.load()


def _places(found: Settings) -> Places:
    return backups.places_of(found)


def passphrase_of(args: Args, found: Settings) -> Passphrase | None:
    """What `--passphrase-file` names, else the setting; None: neither."""
    if args.passphrase_file:
        return sealed.passphrase_of(args.passphrase_file)
    return backups.places_of(found).passphrase()


def takes_passphrase(verb: argparse.ArgumentParser) -> None:
    """Let a verb be told where the passphrase is, never what it is."""
    about = "the file with the passphrase; else backup.passphrase_file"
    verb.add_argument(
        "--passphrase-file", type=Path, default=None, metavar="FILE", help=about
    )


def _passphrase(args: Args) -> Passphrase | None:
    return passphrase_of(args, _settings()) if _is_sealed(args.file) else None


def _is_sealed(path: Path) -> bool:
    with suppress(OSError):
        return sealed.is_sealed(path)
    return False


def _one(path: Path) -> backup.Backup:
    known = {one.path.resolve(): one for one in backup.found(path.parent)}
    if path.resolve() in known:
        return known[path.resolve()]
    if not path.exists():
        raise BadInput(f"There is no file {path}.", "Run: hotspot-lite backup list")
    return backup.Backup(path, int(path.stat().st_mtime))


def _row(one: backup.Backup) -> dict[str, Any]:
    return {"at": as_text(one.at), "bytes": one.size_bytes, "file": str(one.path)}


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    noun = add_noun(nouns, "backup", "backups of the box")
    make = add_verb(noun, "make", backup_make)
    make.add_argument("--to", type=Path, default=None, metavar="DIR", help="to there")
    add_verb(noun, "list", backup_list)
    for name, verb in (
        ("check", backup_check),
        ("restore", backup_restore),
        ("seal", backup_seal),
    ):
        one = add_verb(noun, name, verb)
        one.add_argument("file", type=Path, help="as `backup list` shows it")
        takes_passphrase(one)
        if name == "restore":
            about = "FILE is the name of a copy on the other machine: fetch it first"
            one.add_argument("--elsewhere", action="store_true", help=about)
            one.add_argument(
                "--as-it-was",
                action="store_true",
                help="forget what was sold, used and told since",
            )
    elsewhere.add_to(noun)
