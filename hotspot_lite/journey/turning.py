"""A customer's other time goes first: out with the old terms, in with the new."""

from __future__ import annotations

from hotspot_lite.journey.cutting import put_out
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.service import order, overstay


@huey.job("hotspot-sessions")
def turn(customer_id: int) -> None:
    """End the customer's sessions, and call for the time that runs now."""
    if here.has_router():
        online = here.router().active()
        whose = overstay.owners(online)
        mine = [
            one
            for one in online
            if one.user in whose and whose[one.user].id == customer_id
        ]
        put_out(mine)
    order.turned(customer_id, here.now())
