"""Moving house: the box becomes one that stood elsewhere, and what was here is kept.

Settings of the machine itself (folders, ports it listens on) stay as they are here.
What the old box had still to do it may have done after the export, so nobody is
prompted, paid back or written to again by it: `recovered`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from peewee import PeeweeException

from hotspot_lite import settings, store
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.settings import Settings
from hotspot_lite.store import backup, house, restoring
from hotspot_lite.store.house import House
from hotspot_lite.trade.house import audit, events
from hotspot_lite.trade.keeping import recovered

# What belongs to the machine, and not to the business on it.
OF_THE_MACHINE = frozenset(
    {
        *("box.data_dir", "box.run_dir", "box.clock", "backup.dir"),
        *("web.host", "web.port", "live.host", "live.port"),
        *("radius.host", "radius.server"),
    }
)
TRADED = ("payment", "subscription", "voucher", "customer")


@dataclass(frozen=True)
class Moved:
    """What was done: where the old data is, and in words."""

    aside: Path | None
    says: str


def settings_to_go(found: Settings) -> str:
    """config.toml with all that file and environment set here, for another box."""
    own = ("environment", "file")
    values = {
        name: found[name]
        for name in settings.BY_NAME
        if found.origin(name) in own and name not in OF_THE_MACHINE
    }
    return settings.as_toml(values)


def traded(ledger: Path) -> str:
    """What a database already holds of customers and money; "" if nothing."""
    if not ledger.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{ledger}?mode=rw", uri=True)) as found:
            # Of the fixed names above, whatever step the database is at.
            there = {
                name: int(found.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608
                for (name,) in found.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                ).fetchall()
                if name in TRADED
            }
    except sqlite3.Error as exc:
        return f"a database that can't be read ({exc})"
    words = [f"{count} {name}s" for name, count in there.items() if count]
    return ", ".join(sorted(words))


def settings_that_come(found: Settings, folder: Path) -> str:
    """config.toml for this box: the old box's, but the machine's own as here.

    Raises BadInput for what this version does not know, before anything is changed.
    """
    theirs = settings.load({"HOTSPOT_CONFIG": str(folder / house.CONFIG)})
    values = {
        name: theirs[name]
        for name in settings.BY_NAME
        if theirs.origin(name) == "file" and name not in OF_THE_MACHINE
    }
    ours = {n: found[n] for n in OF_THE_MACHINE if found.origin(n) == "file"}
    return settings.as_toml(values | ours)


def move_in(
    found: Settings, config_file: Path, came: House, folder: Path, now: int
) -> Moved:
    """Put what `house.unpacked` gave in place; nothing may have the database open.

    What was here (database, key, settings, spool) is kept whole in one folder. A power
    cut leaves the old box, or one without a database: then import again. Raises
    BadInput where the settings don't fit or can't be written. Whatever it raises, what
    was here is then as it was.
    """
    text = settings_that_come(found, folder)
    _may_write(config_file)
    data_dir = found.data_dir
    told: list[Moved] = []

    def prepare(ledger: Path, _: Path | None) -> None:
        aside = _keep(data_dir, config_file, before)
        store.open_file(ledger)
        try:
            at = max(now, came.at, store.newest_fact_at())
            told.append(Moved(aside, _tell(came, aside, at)))
        finally:
            store.close()
        _write(config_file, text, data_dir)

    before = set(restoring.set_aside(data_dir))
    try:
        restoring.put_in_place(folder, data_dir, prepare)
    except BaseException as exc:
        _move_back(data_dir, config_file, before)
        if not isinstance(exc, (OSError, sqlite3.Error, PeeweeException)):
            raise
        raise HotspotError(
            f"It broke off, and what was here is as it was: {exc}.",
            "Make room in box.data_dir, and try again.",
        ) from exc
    for name in house.loose_files(folder):
        _bring(folder / name, data_dir / name, data_dir)
    return told[0]


def left_to_do(now_in_force: Settings, config_file: Path) -> Iterator[str]:
    """What a person must still do, each as one sentence."""
    s = now_in_force
    yield (
        "Leave the old box off: two boxes with one key would sell and answer for each"
        " other."
    )
    if hidden := [n for n in settings.BY_NAME if _hides(s, n)]:
        yield (
            f"The environment here goes before the settings that came: {hidden[0]}"
            f" and {len(hidden) - 1} more. See: hotspot-lite setting get"
        )
    if s["router.host"]:
        yield (
            f"The router {s['router.host']} knows the old box by its address. Give this"
            " machine the same one, or run: hotspot-lite router apply --username admin"
            " (RADIUS, login page, the API user's address), then: hotspot-lite router"
            " test"
        )
    if s["radius.server"] == "freeradius" and s["radius.secret"]:
        yield (
            "FreeRADIUS here has yet to hear of the secret: run ./install.sh again, or"
            f" hotspot-lite radius config --out {config_file.parent / 'raddb'}"
        )
    if s["mpesa.callback_url"]:
        yield (
            f"M-Pesa calls {s['mpesa.callback_url']}: have that tunnel or name lead to"
            " this machine. If the address changes, set mpesa.callback_url and run:"
            " hotspot-lite mpesa register"
        )
    if s["paystack.secret_key"]:
        yield "Paystack's webhook must lead here: see its address in their dashboard."
    for name in ("backup.copy_to", "backup.passphrase_file", "router.ca_file"):
        if s[name] and not Path(s[name]).exists():
            yield f"{s[name]} ({name}) is not on this machine: bring it here."
    if s["backup.elsewhere"]:
        yield (
            "The key for copies elsewhere stayed on the old box. Here run: hotspot-lite"
            " backup key, and hotspot-lite backup elsewhere --trust"
        )
    yield "Then: systemctl start hotspot-lite.target, and: hotspot-lite doctor"


# -- How -----------------------------------------------------------------------


def _hides(s: Settings, name: str) -> bool:
    return s.origin(name) == "environment" and name not in OF_THE_MACHINE


def _tell(came: House, aside: Path | None, at: int) -> str:
    says = f"This is now the box that was exported at {as_text(came.at)}."
    with store.atomic():
        doubtful = recovered.doubt_what_was_to_do(at)
        if doubtful:
            says += (
                f" {doubtful} things that it had still to do may have been done"
                " there, and are not repeated: see the exceptions list."
            )
        if aside:
            says += f" What was here is kept whole in {aside}."
        events.announce("moved-in", {"title": "Moved in", "says": says}, at)
        audit.note("cli", "import --all", f"made by {came.version}", at)
    return says


def _keep(data_dir: Path, config_file: Path, before: set[Path]) -> Path | None:
    """Copy key and settings to where the database was moved; None: nothing was."""
    now_there = [one for one in restoring.set_aside(data_dir) if one not in before]
    old = [path for path in (data_dir / backup.KEY, config_file) if path.exists()]
    if not now_there and not old:
        return None
    aside = (
        now_there[0] if now_there else Path(tempfile.mkdtemp("", "aside-", data_dir))
    )
    for path in old:
        shutil.copy2(path, aside / path.name)
        (aside / path.name).chmod(0o600)
        restoring.own_as(data_dir, aside / path.name)
        backup.sync(aside / path.name)
    for name in house.loose_files(data_dir):
        _bring(data_dir / name, aside / name, data_dir)
    restoring.own_as(data_dir, aside)
    return aside


def _move_back(data_dir: Path, config_file: Path, before: set[Path]) -> None:
    """It went wrong in the middle (a full disk): what was here is here again."""
    aside = next((a for a in restoring.set_aside(data_dir) if a not in before), None)
    if aside is None or (data_dir / backup.LEDGER).exists():
        return
    if (aside / config_file.name).exists():
        _write(config_file, (aside / config_file.name).read_text("utf-8"), data_dir)
    for name in house.loose_files(aside):
        _bring(aside / name, data_dir / name, data_dir)
    tails = [backup.KEY, *(f"{backup.LEDGER}{end}" for end in ("-wal", "-shm", ""))]
    for name in tails:
        if (aside / name).exists():
            (aside / name).replace(data_dir / name)
    backup.sync(data_dir)
    shutil.rmtree(aside, ignore_errors=True)


def _bring(file: Path, to: Path, data_dir: Path) -> None:
    if not to.parent.exists():
        to.parent.mkdir(mode=0o770)
        restoring.own_as(data_dir, to.parent)
    file.chmod(0o660)
    restoring.own_as(data_dir, file)
    file.replace(to)
    backup.sync(to.parent)


def _may_write(config_file: Path) -> None:
    folder = config_file.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise BadInput(
            f"The settings can't be written to {config_file}.",
            "Run this as root; install hotspot-lite here first.",
        )


def _write(config_file: Path, text: str, data_dir: Path) -> None:
    fileno, name = tempfile.mkstemp(prefix=".config-", dir=config_file.parent)
    part = Path(name)
    try:
        with os.fdopen(fileno, "w", encoding="utf-8") as file:
            file.write(text)
        if config_file.exists():
            before = config_file.stat()
            part.chmod(before.st_mode & 0o777)
            with suppress(PermissionError):  # not root: it stays ours
                os.chown(part, before.st_uid, before.st_gid)
        else:
            restoring.own_as(data_dir, part)
        backup.sync(part)
        part.replace(config_file)
        backup.sync(config_file.parent)
    finally:
        part.unlink(missing_ok=True)
