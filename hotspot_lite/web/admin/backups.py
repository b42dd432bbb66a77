"""The owner's page of backups: what is there, one more now, one to take away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPError, HTTPResponse, static_file

from hotspot_lite import jobs
from hotspot_lite.clock import length_text
from hotspot_lite.store import sealed
from hotspot_lite.store.backup import HOUR, Backup
from hotspot_lite.trade.house import audit, conditions
from hotspot_lite.trade.keeping import backups, elsewhere, recovery
from hotspot_lite.trade.models import FarCopy
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.admin.desk import Desk
from hotspot_lite.web.admin.login import admits

# It seals on its own, so that this process needs no memory for it.
SEAL = (sys.executable, "-m", "hotspot_lite", "backup", "seal")
CHUNK = 64 * 1024
SHOWN = (
    *(backups.NONE_MADE, backups.NO_COPY, elsewhere.NOT_THERE),
    recovery.CONDITION,
)


class Backups(Desk):
    """For the owner only: a backup is the whole box, with every customer in it."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            ("/admin/backups", "GET", self.newest),
            ("/admin/backups", "POST", self.make),
            ("/admin/backups/seen", "POST", self.seen),
            ("/admin/backups/<name>", "GET", self.take_away),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits()
    def newest(self, person: Person) -> HTTPResponse:
        """GET /admin/backups?after=…: all of them; looks again for one after."""
        there, after = self._places().all(), pages.whole("after")
        terms = elsewhere.terms(self.box.settings)
        return self.page(
            "backups",
            person,
            rows=[self._row(one) for one in there],
            hours=self._hours_apart(there),
            copies=self._places().copies or terms.url,
            far=[self._far_row(one) for one in elsewhere.known(terms)],
            host=urlsplit(terms.url).hostname or "",
            is_sealed=bool(self._places().passphrase_file),
            wrong=[one for one in conditions.wrong() if one.name in SHOWN],
            is_restored=any(c.name == recovery.CONDITION for c in conditions.wrong()),
            refresh=2 if after and (not there or there[0].at < after) else 0,
        )

    @admits()
    def make(self, person: Person) -> HTTPResponse:
        """POST /admin/backups: by a job; back to look for it."""
        jobs.put("log-rotation.backup_now", once=person.name, who=person.name)
        audit.note(person.name, "backup", "wanted", self.now())
        return pages.go_to(f"/admin/backups?after={self.now()}")

    @admits()
    def seen(self, person: Person) -> HTTPResponse:
        """POST /admin/backups/seen: what was restored has been read."""
        recovery.seen(person.name, self.now())
        return pages.go_to("/admin/backups")

    @admits()
    def take_away(self, person: Person, name: str) -> HTTPResponse:
        """GET /admin/backups/<file name>: the file. 404 for one that isn't listed.

        With a passphrase it leaves sealed; 500, and nothing of it, where that fails.
        """
        for one in self._places().all():
            if one.path.name == name:
                audit.note(person.name, "backup", f"downloaded {name}", self.now())
                words = self._places().passphrase_file
                if words and not name.endswith(sealed.ENDING):
                    return _sealed(one, words)
                file = static_file(name, str(one.path.parent), download=name)
                file.set_header("Cache-Control", "no-store")
                return file
        raise HTTPError(404)

    def _far_row(self, one: FarCopy) -> dict[str, Any]:
        return {"name": one.name, **self._shown(one.at, one.size_bytes)}

    def _shown(self, at: int, size_bytes: int) -> dict[str, str]:
        local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.zone()))
        return {
            "at": local.strftime("%d.%m.%Y %H:%M"),
            "age": length_text(max(0, self.now() - at)),
            "size": f"{size_bytes / 1024:,.0f} KB",
        }

    def _row(self, one: Backup) -> dict[str, Any]:
        where = self._places()
        return {
            "name": one.path.name,
            **self._shown(one.at, one.size_bytes),
            "where": "this box" if one.path.parent == where.home else where.copies,
        }

    def _hours_apart(self, there: Sequence[Backup]) -> int:
        home = [one for one in there if one.path.parent == self._places().home]
        return (
            round(backups.apart_seconds(home[0], self._places()) / HOUR) if home else 1
        )

    def _places(self) -> backups.Places:
        return backups.places_of(self.box.settings)


class _Leaving:
    """What a sealing process writes, begun; closed, it ends."""

    def __init__(self, path: Path, passphrase_file: str) -> None:
        words = [*SEAL, str(path), "--passphrase-file", passphrase_file]
        # No word of it is a visitor's: the path is one that we listed.
        self._process = subprocess.Popen(  # noqa: S603
            words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        self._pipe = self._process.stdout
        self.first = self._pipe.read(CHUNK)

    def __iter__(self) -> Iterator[bytes]:
        piece = self.first
        while piece:
            yield piece
            piece = self._pipe.read(CHUNK)

    def close(self) -> None:
        """Stop it, whether it is done or the visitor went away."""
        self._pipe.close()
        self._process.kill()
        self._process.wait()


def _sealed(one: Backup, passphrase_file: str) -> HTTPResponse:
    leaving = _Leaving(one.path, passphrase_file)
    if not leaving.first:
        leaving.close()
        raise HTTPError(500, "It could not be encrypted. Run: hotspot-lite doctor")
    return HTTPResponse(
        leaving,
        content_type="application/octet-stream",
        content_disposition=f'attachment; filename="{one.path.name}.age"',
        cache_control="no-store",
    )
