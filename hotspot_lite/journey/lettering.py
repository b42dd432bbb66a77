"""Letters that write themselves: with a sale, by the clock, after an outage."""

from __future__ import annotations

from hotspot_lite.journey.hall import here, huey
from hotspot_lite.journey.writing import is_night
from hotspot_lite.trade.grants import making_good, owed
from hotspot_lite.trade.messaging.drafts import House


@huey.job("default", every_seconds=lambda: 60.0, durable=False)
def write_due() -> None:
    """Tell whose time is soon over, is over, or runs while the router is away.

    Not at night: by morning it is old. An unbelievable clock tells nobody anything.
    """
    reading = here.clock()
    if reading.believed and not is_night():
        owed.write_due(house(), reading.at)


@huey.job("default")
def write_of_sale(subscription_id: int) -> None:
    """Write the receipt, and a welcome to whom was away."""
    currency = str(here.settings["box.currency"])
    owed.write_of_sale(subscription_id, currency, house(), here.now())


@huey.job("default")
def make_good(made_id: int) -> None:
    """Give the next few their time of an outage back."""
    making_good.give_some(made_id, house(), here.now())


def house() -> House:
    """What the texts are filled in with."""
    s = here.settings
    lang = str(s["box.language"])
    return House(s["box.name"], s["web.public_url"], here.box.key, lang)
