"""Is there a backup, is it fresh, is it whole, and is there one off this card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.files import is_shut
from hotspot_lite.doctor.finding import Finding, note, ok, size, span
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.store import backup, sealed
from hotspot_lite.store.backup import DAY, HOUR
from hotspot_lite.trade.keeping import elsewhere
from hotspot_lite.trade.keeping.backups import Places, apart_seconds, places_of
from hotspot_lite.wires import sftp_keys
from hotspot_lite.wires.sftp_place import place_of
from hotspot_lite.wires.sftp_run import must_be_installed

# Hourly while anything happens, daily else; twice that is a fault.
LATE_SECONDS = 2 * DAY
REMEDY = "Run: hotspot-lite backup make"


def newest(case: Case) -> Iterator[Finding]:
    """The newest backup on the box: its age, and with --detailed whether it's whole."""
    if is_shut(case.settings.data_dir):
        return  # HL-PRE-07 says so
    there = backup.found(_places(case).home)
    if not there and _age_of_the_box(case) < LATE_SECONDS:
        yield note("HL-BAK-01", "No backup yet: the worker makes one each hour.")
        return
    if not there:
        yield Finding(
            "HL-BAK-01",
            "warning",
            "There is no backup yet.",
            "If the card dies, who has paid and who has time is lost.",
            f"{REMEDY}. The worker makes one each hour.",
        )
        return
    age = int(case.now) - there[0].at
    if age > LATE_SECONDS:
        yield Finding(
            "HL-BAK-01",
            "warning",
            f"The newest backup is {span(age)} old.",
            "If the card dies, what happened since is lost.",
            f"{REMEDY}. If that works, see: hotspot-lite queue failed",
        )
        return
    says = f"{len(there)} backups, the newest {span(max(0, age))} old"
    if case.detailed and (wrong := backup.check(there[0].path)):
        yield Finding(
            "HL-BAK-01",
            "broken",
            f"The newest backup can't be restored: {wrong}",
            "The card may be dying.",
            f"{REMEDY}, to another disk with --to, and change the card.",
        )
        return
    apart = apart_seconds(there[0], _places(case))
    each = "" if apart == HOUR else f", one in {span(apart)} as backup.daily_mib says"
    yield ok("HL-BAK-01", f"{says}, {size(there[0].size_bytes)}{each}")


def copied(case: Case) -> Iterator[Finding]:
    """Whether a copy is on another disk."""
    where = _places(case)
    if where.copies and is_shut(Path(where.copies)):
        yield note("HL-BAK-02", f"Only root may look into {where.copies}.")
        return
    try:
        passphrase = where.passphrase()
    except BadInput as exc:
        yield Finding(
            "HL-BAK-02",
            "warning",
            exc.says,
            "No copy leaves the box while it can't be encrypted.",
            exc.todo,
        )
        return
    if not where.copies and case.settings["backup.elsewhere"]:
        yield ok("HL-BAK-02", "no copies on another disk; another machine has them")
        return
    if not where.copies:
        yield note(
            "HL-BAK-02",
            "Backups are on this box's own disk only.",
            "They are lost with the card.",
            "Plug in a stick and set backup.copy_to to its folder, or have another"
            " machine keep copies: backup.elsewhere.",
        )
        return
    there = backup.found(Path(where.copies))
    if there and case.now - there[0].at <= LATE_SECONDS:
        clear = sum(one.path.suffix != sealed.ENDING for one in there)
        if passphrase and clear:
            yield note(
                "HL-BAK-02",
                f"{clear} older copies in {where.copies} are not encrypted.",
                "Whoever finds the stick reads them.",
                "Delete the files there that end in .zip.",
            )
            return
        yield ok("HL-BAK-02", f"{len(there)} backups in {where.copies}")
        return
    yield Finding(
        "HL-BAK-02",
        "warning",
        f"No fresh backup is in {where.copies}.",
        "If the card dies, what happened since is lost.",
        "Plug the stick in, or mend backup.copy_to.",
    )


def sent(case: Case) -> Iterator[Finding]:
    """Whether another machine has a fresh copy; nobody is asked, only what is known."""
    terms = elsewhere.terms(case.settings)
    if not terms.url or is_shut(elsewhere.folder(case.settings)):
        return
    lost = "If the box burns or is stolen, what happened since is lost."
    if missing := _missing(case):
        yield Finding("HL-BAK-03", "warning", missing.says, lost, missing.todo)
        return
    if case.database != "fit":
        return
    rows, home = elsewhere.known(terms), backup.found(_places(case).home)
    now, oldest = int(case.now), home[-1] if home else None
    if late := elsewhere.late_seconds(oldest, terms, now):
        says = f"No backup has reached the other machine for {span(late)}."
        todo = "Run: hotspot-lite backup elsewhere --send"
        yield Finding("HL-BAK-03", "warning", says, lost, todo)
    elif not rows:
        yield note("HL-BAK-03", "No copy is on the other machine yet: it comes soon.")
    else:
        age = span(max(0, now - rows[0].at))
        host = place_of(terms.url).host
        yield ok("HL-BAK-03", f"{len(rows)} copies on {host}, the newest {age} old")


def _missing(case: Case) -> HotspotError | None:
    """What is to be done before the first copy can leave; None: nothing."""
    place = place_of(case.settings["backup.elsewhere"])
    try:
        must_be_installed()
        sftp_keys.must_be_ready(elsewhere.folder(case.settings), place.known_as)
        elsewhere.needed_passphrase(_places(case))
    except HotspotError as exc:
        return exc
    return None


def _age_of_the_box(case: Case) -> float:
    """Seconds since it was set up; 0 where we may not look."""
    try:
        made_at = (case.settings.data_dir / backup.KEY).stat().st_mtime
    except OSError:
        return 0
    return case.now - made_at


def _places(case: Case) -> Places:
    return places_of(case.settings)
