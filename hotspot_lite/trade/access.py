"""Access: whether the device that paid is online by our doing, apart from the money."""

from __future__ import annotations

from hotspot_lite import jobs, store
from hotspot_lite.clock import as_text
from hotspot_lite.trade import events, subscriptions
from hotspot_lite.trade.models import Subscription


def to_admit(subscription_id: int, now: int) -> Subscription | None:
    """The subscription, if its device is still to be put online; None if not."""
    found = store.get(Subscription, subscription_id)
    if not found.mac or found.access == "admitted":
        return None
    if found.ended_at is not None or not subscriptions.seconds_left(found, now):
        return None
    return found


def admitted(subscription: Subscription, router: dict[str, object], now: int) -> None:
    """The router shows the device in /ip/hotspot/active."""
    with store.atomic():
        Subscription.update(access="admitted", access_says="", admitted_at=now).where(
            Subscription.id == subscription.id
        ).execute()
        body = {"subscription": for_event(subscription), "router": router}
        events.announce("user_provisioned", body, now)
        jobs.finish()


def failed(subscription_id: int, error: str, now: int) -> None:
    """The router could not be brought to it; RADIUS admits all the same."""
    subscription = Subscription.get_by_id(subscription_id)
    with store.atomic():
        Subscription.update(access="failed", access_says=error).where(
            Subscription.id == subscription_id
        ).execute()
        shown = for_event(subscription)
        del shown["end_time"]
        body = {"subscription": shown, "router_id": 1, "error": error}
        events.announce("provisioning_failed", body, now)


def not_yet_admitted(now: int) -> list[Subscription]:
    """Running subscriptions whose device we could not put online yet."""
    query = Subscription.select().where(
        Subscription.ended_at.is_null()
        & Subscription.access.in_(("waiting", "failed"))
        & (Subscription.starts_at.is_null() | (Subscription.starts_at <= now))
        & (Subscription.expires_at.is_null() | (Subscription.expires_at > now))
    )
    return list(query)


def for_event(subscription: Subscription) -> dict[str, object]:
    """A subscription as the provisioning events show it (facts/events.md)."""
    return {
        "id": subscription.id,
        "user_id": subscription.customer.id,
        "username": subscription.customer.username,
        "package": subscription.plan_name,
        "end_time": as_text(subscription.expires_at),
    }
