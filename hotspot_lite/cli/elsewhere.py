"""Copies on another machine, on the command line: the key, trust, looking, fetching."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from hotspot_lite import box, settings
from hotspot_lite.box import Box, open_box
from hotspot_lite.cli.verbs import Args, add_verb
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.settings import Settings
from hotspot_lite.store import backup
from hotspot_lite.store.backup import Backup
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.keeping import elsewhere
from hotspot_lite.wires import sftp, sftp_keys
from hotspot_lite.wires.sftp_place import Place, place_of

FETCHED = "fetched"
LOOK_SECONDS, MOVE_SECONDS = 30.0, 1800.0
LINUX = (
    "there, as the user of backup.elsewhere: append the line above to"
    ' ~/.ssh/authorized_keys, best with `restrict,command="internal-sftp" ` before it'
)
ROUTEROS = (
    "RouterOS 7.12 or newer: copy it there as the file box.pub, make a user of its own"
    " (a group with the policies ssh, ftp, read and write) and run:"
    " /user/ssh-keys/import public-key-file=box.pub user=THAT-USER"
)


def backup_key(args: Args) -> dict[str, str]:
    """Make the key that signs this box in on another machine; show what goes there."""
    kind = "rsa" if args.rsa else "ed25519"
    found = _settings()
    box.make_folders(found)
    line = sftp_keys.make(elsewhere.folder(found), kind)
    if args.rsa and not line.startswith("ssh-rsa "):
        raise BadInput(
            "This box has a key of another kind already.",
            f"Delete {elsewhere.folder(found) / sftp_keys.KEY} first.",
        )
    return {"key": line, "linux": LINUX, "routeros": ROUTEROS}


def backup_elsewhere(args: Args) -> dict[str, Any]:
    """Look at the copies on the other machine; trust it; send one now."""
    found = _settings()
    if args.trust is not None:
        return _trust(found, args.trust)
    if args.send:
        return _send()
    far = _far(found, LOOK_SECONDS)
    there = far.listing()
    if _database() is not None:
        elsewhere.seen(there, found["backup.elsewhere"])
    return {
        "copies": [
            {
                "at": as_text(one.at),
                "bytes": there[one.path.name],
                "name": str(one.path),
            }
            for one in elsewhere.copies(there)
        ]
    }


def backup_fetch(args: Args) -> dict[str, Any]:
    """Bring a copy back from the other machine: the newest, or the one named."""
    found = _settings()
    folder = args.to or elsewhere.folder(found) / FETCHED
    one = fetched(found, args.name, folder)
    return {"file": str(one.path), "at": as_text(one.at), "bytes": one.size_bytes}


def fetched(found: Settings, name: str, folder: Path) -> Backup:
    """A copy from the other machine, in `folder`; "": the newest. Raises HotspotError.

    It comes whole or not at all.
    """
    far = _far(found, MOVE_SECONDS)
    there = far.listing()
    rows = elsewhere.copies(there)
    wanted = [one for one in rows if name in ("", one.path.name)]
    if not wanted:
        what = f"no copy {name}" if name else "no copy"
        raise BadInput(
            f"There is {what} on {far.place.host}.",
            "See: hotspot-lite backup elsewhere",
        )
    return _brought(far, wanted[0], there[wanted[0].path.name], folder)


def _brought(far: sftp.Far, one: Backup, size_bytes: int, folder: Path) -> Backup:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with backup.scratch(folder) as work:
            came = work / one.path.name
            far.get(one.path.name, came)
            if came.stat().st_size != size_bytes:
                raise HotspotError("The copy did not come whole.", "Fetch it again.")
            came.chmod(0o600)
            backup.sync(came)
            came.replace(folder / came.name)
        backup.sync(folder)
    except OSError as exc:
        raise backup.unwritable(folder, exc) from exc
    return Backup(folder / one.path.name, one.at)


def _trust(found: Settings, expected: str) -> dict[str, str]:
    """Pin the key that the machine shows now, if it is the one that was expected."""
    place, keys = _place(found), elsewhere.folder(found)
    key, before = sftp_keys.shown_by(place), sftp_keys.pinned(keys, place.known_as)
    if expected and expected != key.fingerprint:
        raise BadInput(
            f"{place.host} shows the key {key.fingerprint}, not {expected}.",
            "Nothing was changed. Find out which machine answers there.",
        )
    sftp_keys.pin(keys, place.known_as, key)
    if (opened := _database()) is not None:
        what = f"{place.known_as} {key.fingerprint}"
        audit.note("cli", "backup elsewhere --trust", what, opened.clock.at())
    was = f" Before, it was {before.fingerprint}." if before and before != key else ""
    return {
        "trusted": str(place.known_as),
        "fingerprint": key.fingerprint,
        "says": f"From now on only a machine with this key gets copies.{was}",
        "compare": "on that machine: ssh-keygen -lf /etc/ssh/ssh_host_"
        f"{_short(key.kind)}_key.pub; if it differs, somebody is in between: empty"
        " backup.elsewhere and find out who",
    }


def _short(kind: str) -> str:
    return {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}.get(kind, "ecdsa")


def _send() -> dict[str, Any]:
    from hotspot_lite.journey import carrying

    opened = open_box()
    now = opened.clock.at()
    sent = carrying.send(opened.settings, now, MOVE_SECONDS)
    if sent is None:
        raise BadInput("There is no backup yet.", "Run: hotspot-lite backup make")
    says = "It is there now." if sent.is_new else "It was there already."
    return {"copy": sent.name, "says": says}


def _far(found: Settings, seconds: float) -> sftp.Far:
    return sftp.Far(_place(found), elsewhere.folder(found), time.monotonic() + seconds)


def _place(found: Settings) -> Place:
    return place_of(found["backup.elsewhere"])


def _settings() -> Settings:
    # On a new machine there is no database yet: then of environment and file alone.
    opened = _database()
    return opened.settings if opened else settings.load()


def _database() -> Box | None:
    try:
        return open_box()
    except HotspotError:
        return None


def add_to(noun: Any) -> None:
    """Put these verbs under `backup`."""
    key = add_verb(noun, "key", backup_key)
    key.add_argument("--rsa", action="store_true", help="for RouterOS before 7.12")
    look = add_verb(noun, "elsewhere", backup_elsewhere)
    _takes_trust(look)
    look.add_argument("--send", action="store_true", help="the newest backup, now")
    fetch = add_verb(noun, "fetch", backup_fetch)
    fetch.add_argument("name", nargs="?", default="", help="else the newest")
    fetch.add_argument("--to", type=Path, default=None, metavar="DIR", help="to there")


def _takes_trust(verb: argparse.ArgumentParser) -> None:
    about = "pin the key that the machine shows; with FINGERPRINT only that one"
    verb.add_argument(
        "--trust", nargs="?", const="", default=None, metavar="FINGERPRINT", help=about
    )
