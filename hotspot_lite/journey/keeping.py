"""The box keeps itself: a backup each hour, and what nobody needs is cleared away."""

from __future__ import annotations

from datetime import datetime

from hotspot_lite import jobs
from hotspot_lite.journey import carrying
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.store.backup import forget_scratch
from hotspot_lite.trade.house import room
from hotspot_lite.trade.keeping import backups, elsewhere, tidying
from hotspot_lite.trade.office import exports, uploads

# Not on the hour, when reports and others' jobs begin.
BACKUP_MINUTE, TIDY_MINUTE = 17, 37


def _hourly(utc: datetime) -> bool:
    return utc.minute == BACKUP_MINUTE


def _hourly_too(utc: datetime) -> bool:
    return utc.minute == TIDY_MINUTE


@huey.job("log-rotation", minutes=_hourly)
def backup() -> None:
    """Back up if anything happened since the last time."""
    where = places()
    if backups.is_due(where, here.now()):
        backups.make(here.settings.data_dir, where, here.now())
        if room.standing() != "plenty":
            backups.thin_out(where)
    _have_carried()
    reading = here.clock()
    if reading.believed:
        carrying.tell_if_late(here.settings, reading.at)


@huey.job("log-rotation")
def backup_now(who: str) -> None:
    """Back up because `who` wants it."""
    backups.make(here.settings.data_dir, places(), here.now())
    _have_carried()


def _have_carried() -> None:
    """Put the job that brings the newest to the other machine, when one is due."""
    newest = carrying.newest_at_home(places())
    if elsewhere.is_due(newest, elsewhere.terms(here.settings), here.now()):
        jobs.put("log-rotation.carry", once="carry")


@huey.job("log-rotation", minutes=_hourly_too)
def tidy() -> None:
    """Delete what is older than it is kept, a little at a time.

    Not under a clock that isn't believed: three days ahead, everything is old.
    """
    reading = here.clock()
    if reading.believed:
        exports.forget_old(here.settings.data_dir / exports.FOLDER, reading.at)
        uploads.forget_old(here.settings.data_dir, reading.at)
        for folder in (here.settings.data_dir, places().home):
            forget_scratch(folder, reading.at)
        tidying.tidy(here.settings, reading.at, is_short=room.standing() != "plenty")


def places() -> backups.Places:
    """Where this box's backups are."""
    return backups.places_of(here.settings)
