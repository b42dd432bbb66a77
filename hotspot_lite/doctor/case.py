"""What one examination has before it: settings, database, queue, as far as they open.

Looking must not make anything worse: a damaged file isn't opened for writing, and no
file is made that the box's own processes would make with other rights.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from peewee import PeeweeException

from hotspot_lite import jobs, machine, settings, store
from hotspot_lite.clock import Clock
from hotspot_lite.doctor.files import state_of
from hotspot_lite.doctor.supervision import Supervision
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.machine import Machine
from hotspot_lite.settings import Settings
from hotspot_lite.trade.house import preferences
from hotspot_lite.wires.reach import Way

ROOT = machine.ROOT


@dataclass
class Case:
    """One examination. `database` is fit, missing, closed, damaged or pending."""

    detailed: bool = False
    logs: bool = False
    now: float = field(default_factory=time.time)
    found: Settings | None = None
    refused: HotspotError | None = None  # why the settings could not be loaded
    database: str = "missing"
    database_says: str = ""
    queue: str = "missing"  # fit, missing or damaged
    queue_says: str = ""
    watchers: Supervision | None = None  # asked once
    root: Path = field(default_factory=lambda: ROOT)  # of /proc, /sys, /etc
    machine: Machine | None = None  # looked at once
    way_to_daraja: Way | None = None
    _scratch: tempfile.TemporaryDirectory[str] | None = None

    @property
    def settings(self) -> Settings:
        """The settings; only checks that need them are called where there are any."""
        assert self.found is not None
        return self.found

    @property
    def clock(self) -> Clock:
        """The box's clock, read as its processes read it."""
        found = self.settings
        floor = store.newest_fact_at() if self.database == "fit" else 0
        trusted = found["box.clock"] == "trusted"
        return Clock(found.run_dir / "clock.json", trusted, floor)

    def has(self, needs: str) -> bool:
        """Whether there is what a check needs: "", "settings", "database", "queue"."""
        if needs == "settings":
            return self.found is not None
        if needs == "database":
            return self.database == "fit"
        if needs == "queue":
            return self.database == "fit" and self.queue in ("fit", "missing")
        return True

    def close(self) -> None:
        """Let go of the files."""
        store.close()
        if jobs.rows.run.database and not jobs.rows.run.is_closed():
            jobs.rows.run.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    def scratch(self) -> Path:
        """A folder that goes with this examination."""
        self._scratch = tempfile.TemporaryDirectory(prefix="hotspot-doctor-")
        return Path(self._scratch.name)


def open_case(detailed: bool = False, logs: bool = False) -> Case:
    """Open what can be opened; never raises for what is wrong with the box."""
    case = Case(detailed, logs)
    try:
        case.found = settings.load()
    except HotspotError as exc:
        case.refused = exc
        return case
    case.database, case.database_says = state_of(case.found.database_file)
    if case.database == "fit":
        _open_database(case)
    if case.database == "fit":
        _open_queue(case)
    return case


def _open_database(case: Case) -> None:
    try:
        store.open_file(case.settings.database_file)
        stored = preferences.read()
    except (HotspotError, PeeweeException) as exc:
        case.database, case.database_says = "closed", str(exc)
        return
    try:
        case.found = settings.load(None, stored)
    except BadInput as exc:
        case.refused = exc  # the rest is looked at without the stored ones


def _open_queue(case: Case) -> None:
    folder = case.settings.run_dir
    case.queue, case.queue_says = state_of(folder / "queue.db", is_ours=False)
    if case.queue == "fit":
        try:
            jobs.open(folder)
            return
        except PeeweeException as exc:
            case.queue, case.queue_says = "damaged", str(exc)
    # Not made here: root's queue.db would be closed to the worker.
    jobs.open(case.scratch())
