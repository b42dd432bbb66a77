"""Reports are written to files here, away from everybody who waits for a page."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from hotspot_lite import papers
from hotspot_lite.errors import HotspotError
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.office import exports, mailed


def _export_failed(error: str, export_id: int) -> None:
    exports.failed(export_id, error)


@huey.job("default", failed=_export_failed)
def write_export(export_id: int) -> None:
    """Write the file of an export that somebody asked for."""
    s = here.settings
    writers = papers.writers(s["box.name"], s["box.currency"])
    exports.write(export_id, folder(), s["box.timezone"], writers, here.now())


def _each_quarter(utc: datetime) -> bool:
    return utc.minute % 15 == 3


@huey.job("default", minutes=_each_quarter, durable=False)
def mail_takings() -> None:
    """Mail today's takings at closing time, to each address once."""
    s, reading = here.settings, here.clock()
    if not reading.believed:
        return
    zone, hour = s["box.timezone"], s["report.mail_hour"]
    for day, address in mailed.due(reading.at, zone, hour, s["report.mail_to"]):
        if mailed.begin(day, address, reading.at):
            _mail(day, address)


def _mail(day: date, address: str) -> None:
    from hotspot_lite.wires import mail  # once a day

    s = here.settings
    subject, text = mailed.text_of(
        day, s["box.timezone"], s["box.name"], s["box.currency"]
    )
    try:
        surely = mail.send(here.mail_account(), mail.Mail(address, subject, text))
    except HotspotError as exc:
        mailed.ended(day, address, "failed", str(exc), here.now())
        conditions.observe(
            "mail", True, f"The takings were not mailed. {exc}", here.now()
        )
        return
    says = "" if surely else "Nobody knows whether it arrived."
    mailed.ended(day, address, "sent", says, here.now())
    conditions.observe("mail", False, "Mailed.", here.now())


def folder() -> Path:
    """Where the files are."""
    return here.settings.data_dir / exports.FOLDER
