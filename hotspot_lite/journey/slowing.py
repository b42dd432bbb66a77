"""Fair use and happy hours: the speed of who is online becomes another."""

from __future__ import annotations

from hotspot_lite.errors import GiveUp
from hotspot_lite.journey.cutting import put_out
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Session, Subscription
from hotspot_lite.trade.service import speeds, subscriptions
from hotspot_lite.trade.service.subscriptions import SETTLE_SECONDS


@huey.job("hotspot-sessions", every_seconds=lambda: 20.0, durable=False)
def fair_use() -> None:
    """Change the speed of whom it is due; an unbelievable clock has no day."""
    reading = here.clock()
    if reading.believed:
        speeds.apply_due(reading.at, str(here.settings["box.timezone"]))


def _failed(error: str, subscription_id: int) -> None:
    says = (
        f"Subscription {subscription_id} keeps its speed until its next login: {error}"
    )
    told = {"title": "Speed not changed", "says": says, "is_good": False}
    events.announce("rate_not_changed", told, here.now())


@huey.job("hotspot-sessions", failed=_failed)
def change_rate(subscription_id: int) -> None:
    """Tell the router the speed of now, for each of its sessions.

    A router that refuses to change a session ends it instead, and the device comes in
    anew at that speed.
    """
    time = Subscription.get_by_id(subscription_id)
    for session in speeds.sessions_of(subscription_id):
        try:
            here.change_rate(
                session.username, session.ip, session.acct_session_id, time.rate
            )
        except GiveUp:
            _begin_anew(session, time)


def _begin_anew(session: Session, time: Subscription) -> None:
    online = here.router().active(mac=session.mac)
    put_out([one for one in online if one.user == session.username])
    subscriptions.call_for_access(time, SETTLE_SECONDS)
