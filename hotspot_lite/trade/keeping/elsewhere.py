"""Copies of backups on another machine: when one is due, which stay, what is told.

What was last seen there is in `far_copy`: pages and doctor ask it, not the other
machine. How a copy travels is the journey's matter (`carrying`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from peewee import fn

from hotspot_lite import store
from hotspot_lite.clock import length_text
from hotspot_lite.errors import GiveUp
from hotspot_lite.settings import Settings
from hotspot_lite.store import backup, sealed
from hotspot_lite.store.backup import DAY, HOUR, Backup
from hotspot_lite.store.sealed import Passphrase
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.keeping.backups import Places
from hotspot_lite.trade.models import FarCopy

NOT_THERE = "backup-not-elsewhere"
# Our key, the other machine's, and what is on its way, in the data folder.
FOLDER, OUTBOX = "elsewhere", "outbox"
PART = re.compile(r"hotspot-\d{8}T\d{6}Z\.zip\.age\.[0-9a-f]{8}\.part")


@dataclass(frozen=True)
class Terms:
    """What the settings say of copies elsewhere; `url` "": there are none."""

    url: str
    every_hours: int
    keep: int
    late_days: int


def terms(s: Settings) -> Terms:
    """As the settings are."""
    names = ("", "_hours", "_keep", "_late_days")
    return Terms(*(s[f"backup.elsewhere{name}"] for name in names))


def folder(s: Settings) -> Path:
    """Where the keys are, and what is on its way."""
    return s.data_dir / FOLDER


def needed_passphrase(where: Places) -> Passphrase:
    """What seals the copies. Raises HotspotError: in clear nothing leaves the box."""
    passphrase = where.passphrase()
    if passphrase is None:
        raise GiveUp(
            "Copies leave the box only encrypted, and there is no passphrase: a backup"
            " holds customers' phones and the box's keys.",
            "Write one into a file of one line and name the file: passphrase_file ="
            ' "/etc/hotspot-lite/passphrase" under [backup] in config.toml.',
        )
    return passphrase


def part_name(name: str, sum_: str) -> str:
    """The name of a copy while it is on its way; `sum_` tells two sealings apart."""
    return f"{name}.{sum_[:8]}.part"


# -- What is there -------------------------------------------------------------


def copies(there: Mapping[str, int]) -> list[Backup]:
    """The whole copies among the files of a folder, the newest first."""
    found = (backup.named(Path(name)) for name in there if name.endswith(sealed.ENDING))
    return sorted((one for one in found if one), key=lambda one: one.at, reverse=True)


def superfluous(there: Mapping[str, int], terms: Terms, now: int) -> list[str]:
    """The names of copies that are not kept; never of the newest."""
    found = copies(there)
    gone = found[terms.keep :] if terms.keep else backup.superfluous(found, now)
    return [one.path.name for one in gone]


def stale_parts(there: Mapping[str, int], current: str) -> list[str]:
    """What was cut off on its way and nobody goes on with."""
    return [name for name in there if PART.fullmatch(name) and name != current]


def seen(there: Mapping[str, int], url: str) -> None:
    """Note what a look at the other machine found."""
    found = copies(there)
    with store.atomic():
        FarCopy.delete().execute()
        for one in found:
            name = one.path.name
            FarCopy.create(name=name, place=url, at=one.at, size_bytes=there[name])


def known(terms: Terms) -> list[FarCopy]:
    """What was last seen there, the newest first."""
    rows = FarCopy.select().where(FarCopy.place == terms.url)
    return list(rows.order_by(FarCopy.at.desc()))


def newest_at(terms: Terms) -> int | None:
    """The moment that the newest copy there holds; None: none was seen."""
    rows = FarCopy.select(fn.MAX(FarCopy.at)).where(FarCopy.place == terms.url)
    found: int | None = rows.scalar()
    return found


# -- When, and what is told ----------------------------------------------------


def is_due(newest: Backup | None, terms: Terms, now: int) -> bool:
    """Whether the newest backup of the box should go there now."""
    if not terms.url or newest is None:
        return False
    last = newest_at(terms)
    if last is None or last > now:  # a clock that ran ahead must not stop it
        return True
    # Backups come a little early or late: half an hour doesn't count.
    return newest.at - last >= terms.every_hours * HOUR - HOUR // 2


def arrived(name: str, host: str, now: int) -> None:
    """A copy is there, whole."""
    conditions.observe(NOT_THERE, False, f"{name} is on {host}.", now)


def failed(says: str, now: int) -> None:
    """Something is wrong that waiting doesn't mend: the owner hears of it at once."""
    says = f"The backup was not copied to the other machine: {says}"
    conditions.observe(NOT_THERE, True, says, now)


def look(oldest: Backup | None, terms: Terms, now: int, why: str = "") -> None:
    """Tell the owner when no copy has come there for days; `why`, if it is known.

    `oldest` is the box's own oldest backup: since then there was something to copy.
    """
    if not terms.url:
        conditions.observe(NOT_THERE, False, "No copies go elsewhere.", now)
        return
    age = late_seconds(oldest, terms, now)
    if age is None or (not why and _is_told()):
        return  # what it says already may be the reason
    says = f"No backup has reached the other machine for {length_text(age)}. {why}"
    conditions.observe(NOT_THERE, True, says.strip(), now)


def late_seconds(oldest: Backup | None, terms: Terms, now: int) -> int | None:
    """How old the newest copy there is, if that is too old; None: it isn't."""
    since = newest_at(terms)
    if since is None:
        since = oldest.at if oldest else now
    return now - since if now - since > terms.late_days * DAY else None


def _is_told() -> bool:
    return any(one.name == NOT_THERE for one in conditions.wrong())
