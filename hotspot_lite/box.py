"""Opens this box for a process: settings, database, queue, clock and key.

Every process begins here, and nothing is opened before it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hotspot_lite import discreet, jobs, settings, store
from hotspot_lite.clock import Clock
from hotspot_lite.errors import HotspotError
from hotspot_lite.settings import Settings
from hotspot_lite.store import migrations
from hotspot_lite.trade.house import preferences

KEY_BYTES = 32
# An open page says so each few seconds.
WATCHED_SECONDS = 15
# What is done seldom while nobody looks, and at once when somebody begins to.
WATCHED_JOBS = ("router-data.sample", "dashboard.show")


@dataclass(frozen=True)
class Box:
    """An opened box. `key` makes the callback URLs and form tokens; never shown."""

    settings: Settings
    clock: Clock
    key: bytes = field(repr=False)
    environ: Mapping[str, str] | None = field(default=None, repr=False)

    def fresh(self) -> Settings:
        """The settings as a process that starts now would have them.

        Raises BadInput where they became wrong: then none would start.
        """
        return settings.load(self.environ, preferences.read())

    def mark_watched(self) -> None:
        """Somebody of the staff looks at the router's figures just now."""
        was_watched = self.is_watched()
        with contextlib.suppress(OSError):
            (self.settings.run_dir / "watched").touch()
        if not was_watched:
            _hurry(WATCHED_JOBS)

    def is_watched(self) -> bool:
        """Whether somebody did within the last seconds: then they are read often."""
        try:
            seen_at = (self.settings.run_dir / "watched").stat().st_mtime
        except OSError:
            return False
        return abs(time.time() - seen_at) < WATCHED_SECONDS


def open_box(environ: Mapping[str, str] | None = None) -> Box:
    """Open what the settings name. Raises HotspotError saying what to do."""
    first = settings.load(environ)
    if not migrations.is_current(first.database_file):
        raise HotspotError(
            f"The database {first.database_file} is missing or not up to date.",
            "Run: hotspot-lite db migrate",
        )
    store.open_file(first.database_file)
    jobs.open(first.run_dir)
    merged = settings.load(environ, preferences.read())
    discreet.install(merged)
    return Box(merged, clock(merged, store.newest_fact_at()), key(merged), environ)


def clock(found: Settings, floor: int) -> Clock:
    """The box's clock; before `floor`, in seconds since 1970, it surely isn't."""
    trusted = found["box.clock"] == "trusted"
    return Clock(found.run_dir / "clock.json", trusted, floor)


def make(found: Settings) -> list[str]:
    """Make or bring up to date all that a box keeps; the migrations that ran.

    Safe to repeat: it makes what is missing and changes nothing else.
    """
    make_folders(found)
    old_umask = os.umask(0o007)
    try:
        _make_key(_key_file(found))
    finally:
        os.umask(old_umask)
    return migrations.migrate(found.database_file)


def make_folders(found: Settings) -> None:
    """Make the folders of a box where they are missing."""
    old_umask = os.umask(0o007)
    try:
        for folder in (found.data_dir, found.data_dir / "spool", found.run_dir):
            folder.mkdir(parents=True, exist_ok=True)
        # setgid: FreeRADIUS and we share the files by the folder's group.
        found.data_dir.chmod(0o2770)
        (found.data_dir / "spool").chmod(0o2770)
    finally:
        os.umask(old_umask)


def key(found: Settings) -> bytes:
    """The box's own secret. Raises HotspotError where it is missing."""
    try:
        return _key_file(found).read_bytes()
    except FileNotFoundError:
        raise HotspotError(
            "The box has no key yet.", "Run: hotspot-lite db migrate"
        ) from None


def echo(key: bytes, nonce: str) -> str:
    """What this box answers to a call of itself: only it could, and it kept nothing."""
    return hmac.new(key, f"echo {nonce}".encode(), hashlib.sha256).hexdigest()


def _hurry(names: Sequence[str]) -> None:
    try:
        jobs.hurry(names)
    except Exception as exc:
        if not store.is_busy(exc):  # that costs the page a minute's age, no more
            raise


def _key_file(found: Settings) -> Path:
    return found.data_dir / "box.key"


def _make_key(path: Path) -> None:
    try:
        fileno = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(fileno, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
