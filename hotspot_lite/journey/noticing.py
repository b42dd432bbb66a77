"""What should have happened by now and has not: put before a person."""

from __future__ import annotations

from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.reckoning import overdue, silence


@huey.job("default", every_seconds=lambda: 20.0, durable=False)
def notice() -> None:
    """Open and close exceptions by the clock; an unbelievable one tells nothing."""
    reading = here.clock()
    if reading.believed:
        overdue.look(reading.at)


@huey.job("default", every_seconds=lambda: 300.0, durable=False)
def listen() -> None:
    """Notice that nothing is heard: no payments, or no callbacks for prompts."""
    reading = here.clock()
    if not reading.believed:
        return
    for name, wanted, look in (
        ("no-payments", "money.silence", silence.payments),
        ("callback-rate", "mpesa.callback_url", silence.callbacks),
    ):
        heard = look(reading.at)
        is_wrong = heard.is_wrong and bool(here.settings[wanted])
        conditions.observe(name, is_wrong, heard.says, reading.at)
