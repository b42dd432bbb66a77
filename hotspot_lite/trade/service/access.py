"""Access: whether the device that paid is online by our doing, apart from the money."""

from __future__ import annotations

from collections.abc import Collection

from hotspot_lite import jobs, store
from hotspot_lite.clock import as_text
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Session, Subscription
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.service import subscriptions

# A session that ended longer ago is not taken up again: the customer has gone.
AGAIN_WITHIN_SECONDS = 120
# Interim updates are 300 s apart: a session was last heard of before the reboot.
REBOOT_WITHIN_SECONDS = 900
# Less time than this is not worth a login.
WORTH_SECONDS = 10


def to_admit(subscription_id: int, now: int) -> Subscription | None:
    """The subscription, if its device is still to be put online; None if not.

    Time that was put off since is called for again, for when it begins.
    """
    found = store.get(Subscription, subscription_id)
    if not found.mac or found.access == "admitted":
        return None
    if found.ended_at is not None or not subscriptions.seconds_left(found, now):
        return None
    wait_seconds = (found.starts_at or 0) - now
    if wait_seconds > 0:
        settled = wait_seconds + subscriptions.SETTLE_SECONDS
        subscriptions.call_for_access(found, settled)
        return None
    return found


def admitted(subscription: Subscription, router: dict[str, object], now: int) -> None:
    """The router shows the device in /ip/hotspot/active."""
    with store.atomic():
        store.change(
            Subscription,
            subscription.id,
            access="admitted",
            access_says="",
            admitted_at=now,
        )
        body = {"subscription": for_event(subscription), "router": router}
        events.announce("user_provisioned", body, now)
        if subscription.payment is not None:
            says = "The device is online."
            undecided.settle("no-access", subscription.payment, says, now)
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


def call_again(touched: Collection[int], now: int) -> list[int]:
    """Put those online again whose session the router ended though time is left.

    RADIUS gives a day at most at once (a wrong clock then gives away no more), so a
    week's package is logged out each day. `touched` are subscriptions that accounting
    told of; returns those whose access is called for.
    """
    if not touched:
        return []
    timed_out = (Session.cause == "Session-Timeout") & (
        Session.ended_at > now - AGAIN_WITHIN_SECONDS
    )
    cut_off = (
        Subscription.select()
        .join(Session)
        .where(Subscription.id.in_(list(touched)) & timed_out)
        .distinct()
    )
    left: list[Subscription] = [s for s in cut_off if _may_go_on(s, now)]
    with store.atomic():
        for subscription in left:
            Subscription.update(access="waiting").where(
                Subscription.id == subscription.id
            ).execute()
            subscriptions.call_for_access(
                subscription, delay_seconds=subscriptions.SETTLE_SECONDS
            )
    return [subscription.id for subscription in left]


def after_reboot(now: int) -> int:
    """Those whose session a reboot of the router ended wait for access again; how many.

    Nothing is called for: a device is put online when the router sees it again.
    """
    lost = (Session.cause == "NAS-Reboot") & (
        Session.ended_at > now - REBOOT_WITHIN_SECONDS
    )
    query = (
        Subscription.select()
        .join(Session)
        .where(lost & Subscription.ended_at.is_null())
        .distinct()
    )
    left = [s.id for s in query if _may_go_on(s, now) and not _has_session(s)]
    if left:
        with store.atomic():
            Subscription.update(access="waiting").where(
                Subscription.id.in_(left)
            ).execute()
    return len(left)


def _has_session(subscription: Subscription) -> bool:
    open_ = (Session.subscription == subscription) & Session.ended_at.is_null()
    return bool(Session.select().where(open_).exists())


def _may_go_on(subscription: Subscription, now: int) -> bool:
    if subscription.access != "admitted" or subscription.ended_at is not None:
        return False
    seconds = subscriptions.seconds_left(subscription, now)
    return seconds > WORTH_SECONDS and not subscriptions.is_data_used_up(subscription)


def not_yet_admitted(now: int) -> list[Subscription]:
    """Running subscriptions whose device we could not put online yet."""
    query = Subscription.select().where(
        Subscription.ended_at.is_null()
        & Subscription.access.in_(("waiting", "failed"))
        & (Subscription.starts_at.is_null() | (Subscription.starts_at <= now))
        & (Subscription.expires_at.is_null() | (Subscription.expires_at > now))
    )
    return [
        one
        for one in query
        if subscriptions.seconds_left(one, now)
        and not subscriptions.is_data_used_up(one)
    ]


def for_event(subscription: Subscription) -> dict[str, object]:
    """A subscription as the provisioning events show it (facts/events.md)."""
    return {
        "id": subscription.id,
        "user_id": subscription.customer.id,
        "username": subscription.customer.username,
        "package": subscription.plan_name,
        "end_time": as_text(subscription.expires_at),
    }
