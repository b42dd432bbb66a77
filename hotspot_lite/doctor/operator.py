"""Whether M-Pesa lets us give money back and ask about receipts."""

from __future__ import annotations

from collections.abc import Iterator

from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, ok
from hotspot_lite.settings import operator as needed
from hotspot_lite.trade.models import Inquiry
from hotspot_lite.trade.takings import confirming

# Results that say: not the matter is wrong, but who asks (facts/mpesa.md 1.7).
REFUSED = ("21", "2001", "8006")
SETUP = "Make an API operator in the M-Pesa portal and set these three settings."


def operator(case: Case) -> Iterator[Finding]:
    """The API operator: set up whole, wanted by a setting, refused lately."""
    s = case.settings
    names = needed.missing(s)
    if not names:
        yield from _lately()
        return
    missing = ", ".join(names) + " is empty."
    if s["mpesa.confirm"] == confirming.STATUS:
        says = f"mpesa.confirm is require_status, but M-Pesa can't be asked: {missing}"
        impact = "A query has to agree instead, as with verify_query."
        yield Finding("HL-MON-07", "warning", says, impact, SETUP)
    elif s["mpesa.initiator"] or s["mpesa.security_credential"]:
        says = f"The API operator is set by half: {missing}"
        impact = "Refunds are noted by hand; claimed receipts are not asked about."
        yield Finding("HL-MON-07", "note", says, impact, SETUP)


def _lately() -> Iterator[Finding]:
    newest = (
        Inquiry.select()
        .where(Inquiry.state == "answered")
        .order_by(Inquiry.answered_at.desc())
        .first()
    )
    if newest is None or newest.code not in REFUSED:
        yield ok("HL-MON-07", "M-Pesa takes reversals and questions about receipts")
        return
    yield Finding(
        "HL-MON-07",
        "warning",
        f"M-Pesa refuses the API operator: {newest.says}",
        "Nothing is reversed and no receipt is confirmed. Its password runs out every"
        " 90 days.",
        "Set a new password in the M-Pesa portal and mpesa.security_credential anew.",
    )
