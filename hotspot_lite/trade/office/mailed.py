"""The takings of a day, mailed at closing time: once to each address.

Marked before the mail leaves. Where nobody knows whether it did, it isn't sent again:
two mails of one day would be counted twice by who adds them up.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hotspot_lite import store
from hotspot_lite.trade.models import MailedReport
from hotspot_lite.trade.office import reports
from hotspot_lite.trade.office.reports import Span


def due(now: int, zone: str, hour: int, addresses: str) -> list[tuple[date, str]]:
    """The mails that are due: today's from `hour` on, each address once."""
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
    if local.hour < hour:
        return []
    day = local.date()
    asked = [text.strip() for text in addresses.split(",") if text.strip()]
    query = MailedReport.select(MailedReport.address).where(
        (MailedReport.day == day.isoformat()) & (MailedReport.state != "failed")
    )
    done = {row.address for row in query}
    return [(day, address) for address in dict.fromkeys(asked) if address not in done]


def begin(day: date, address: str, now: int) -> bool:
    """Mark it as leaving; False where it is, or has left, already."""
    key = (MailedReport.day == day.isoformat()) & (MailedReport.address == address)
    with store.atomic():
        row = MailedReport.get_or_none(key)
        if row is not None and row.state != "failed":
            return False
        MailedReport.replace(
            day=day.isoformat(), address=address, state="sending", at=now
        ).execute()
    return True


def ended(day: date, address: str, state: str, says: str, now: int) -> None:
    """It has left, or surely has not (`failed`: tried again)."""
    key = (MailedReport.day == day.isoformat()) & (MailedReport.address == address)
    MailedReport.update(state=state, says=says[:200], at=now).where(key).execute()


def text_of(day: date, zone: str, place: str, currency: str) -> tuple[str, str]:
    """Subject and text: what the day took, from the ledger, and by what."""
    span = Span(day, day, zone)
    whole = reports.named("takings-day").make(span).total
    assert whole is not None
    _, count, taken, back, net = whole
    subject = f"{place}: {currency} {net / 100:,.2f} on {day:%d.%m.%Y}"
    lines = [
        f"{place}, {day:%A %d.%m.%Y}",
        "",
        f"Payments    {count:>10,}",
        f"Taken       {taken / 100:>10,.2f}",
        f"Given back  {back / 100:>10,.2f}",
        f"Net         {net / 100:>10,.2f}",
    ]
    for name in ("takings-package", "takings-provider"):
        table = reports.named(name).make(span)
        lines += ["", table.title]
        lines += [
            f"  {row[4] / 100:>10,.2f}  {row[0]} ({row[1]})" for row in table.rows
        ]
    still_open = reports.named("exceptions").make(span).total
    if still_open is not None and still_open[2]:
        lines += ["", f"{still_open[2]} of today's exceptions wait for you."]
    return subject, "\n".join(lines) + "\n"
