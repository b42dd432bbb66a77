"""How one purchase stands, in the words of the page that waits for it.

Money and access are told apart: received is received, whatever the router does.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hotspot_lite.trade.goods import fair, happy
from hotspot_lite.trade.grants import free
from hotspot_lite.trade.models import Payment, Subscription
from hotspot_lite.trade.money import payments, prompts
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import confirming
from hotspot_lite.web.language import Words, data_text
from hotspot_lite.web.portal.visitor import Visitor

# Steps at which nothing has been paid, and something is still to be done.
OPEN = ("asking", "pin", "page")
UNPAID = (*OPEN, "checking", "failed", "returned")
# When a prompt that comes has come; what to do is shown from then on.
LATE_SECONDS = 25
# The page looks often while something is about to happen, then ever less.
FAST_SECONDS, SLOW_SECONDS, REST_SECONDS = 2, 10, 60
PROMPT_SECONDS, HOPE_SECONDS = 120, 1800
# Access takes a moment; after this long the router is not answering.
ADMIT_SECONDS = 8


@dataclass(frozen=True)
class Left:
    """What is left of one subscription, at the place's own time."""

    id: int
    plan: str
    seconds: int
    until: str
    data_bytes: int | None
    is_online: bool
    is_later: bool
    is_unused: bool
    slowed_by: str = ""  # the rule of fair use, while the speed is slower by it


@dataclass(frozen=True)
class Stand:
    """How a purchase stands. `step`: asking, pin, page (of the provider's, at
    `page_url`), checking (told as paid, the provider is asked), failed, returned (given
    back), making, admitting, router, ready (no device), online, over.
    `refresh_seconds` 0: nothing more will happen.
    """

    step: str
    refresh_seconds: int
    ref: str
    plan: str
    price_cents: int
    phone: str = ""
    provider: str = ""
    kind: str = "prompt"
    page_url: str = ""
    is_late: bool = False
    is_voucher: bool = False
    code: str = ""
    paid_at: str = ""
    left: Left | None = None
    login: tuple[str, str] | None = None

    @property
    def title(self) -> str:
        """The key of the page's heading."""
        if self.step in OPEN and self.kind == "redirect":
            return "hosted.title"
        if self.step in OPEN:
            return "wait.title"
        if self.step in ("checking", "returned"):
            return f"wait.{self.step}_title"
        if self.step in ("failed", "online"):
            return f"{self.step}.title"
        is_paid = self.paid_at and self.step != "over"
        return "paid.title" if is_paid else "status.title"

    def failure(self, t: Words) -> str:
        """Why it failed, in plain words."""
        if self.kind == "redirect":
            return t("hosted.failed")
        key = f"failed.r{self.code}"
        return t(key if t.has(key) else "failed.other")

    def as_dict(self, t: Words) -> dict[str, object]:
        """For JSON: no phone number, no password, no id of the provider."""
        return {
            "step": self.step,
            "title": t(self.title),
            "says": self.failure(t) if self.step == "failed" else "",
            "is_paid": self.step not in UNPAID,
            "is_online": self.step == "online",
            "seconds_left": self.left.seconds if self.left else None,
            "refresh_seconds": self.refresh_seconds,
        }


def of_payment(payment: Payment, now: int, zone: str) -> Stand:
    """How a payment stands, up to its device being online."""
    age = now - prompts.begun_at(payment)
    told: dict[str, object] = {
        "ref": payment.ref,
        "plan": payments.terms(payment).name,
        "price_cents": payment.amount_cents,
        "phone": mask(payment.phone),
        "code": payment.result_code,
        "provider": payment.provider,
        "kind": payment.kind,
        "page_url": payment.redirect_url,
    }
    if payment.state == "paid":
        subscription = Subscription.get_or_none(Subscription.payment == payment)
        if subscription is None and payments.is_given_back(payment):
            return Stand(step="returned", refresh_seconds=0, **told)  # type: ignore[arg-type]
        told["paid_at"] = clock_text(payment.paid_at, zone)
        return _of_time(subscription, payment.paid_at, told, now, zone)
    told["refresh_seconds"] = _refresh(age)
    if payment.state == "failed":
        # A success may still come: M-Pesa reports failures that were none.
        told["refresh_seconds"] = SLOW_SECONDS if age < PROMPT_SECONDS else 0
        return Stand(step="failed", **told)  # type: ignore[arg-type]
    step = "asking" if payment.state == "asked" else "pin"
    if payment.kind == "redirect":
        step = "page" if payment.redirect_url else "asking"
    if confirming.awaited(payment) is not None:
        step = "checking"
    return Stand(step=step, is_late=age >= LATE_SECONDS, **told)  # type: ignore[arg-type]


def of_voucher(subscription: Subscription, now: int, zone: str) -> Stand:
    """How the time of a voucher stands."""
    told: dict[str, object] = {
        "ref": "",
        "plan": subscription.plan_name,
        "price_cents": subscription.price_cents,
        "is_voucher": subscription.voucher is not None,
    }
    since = subscription.called_at or subscription.made_at
    return _of_time(subscription, since, told, now, zone)


def _of_time(
    subscription: Subscription | None,
    since: int | None,
    told: dict[str, object],
    now: int,
    zone: str,
) -> Stand:
    age = now - (since or now)
    told["refresh_seconds"] = _refresh(age)
    if subscription is None:
        return Stand(step="making", **told)  # type: ignore[arg-type]
    customer = subscription.customer
    told["left"] = left_of(subscription, now, zone)
    if not free.is_free(subscription):
        told["login"] = (customer.username, customer.secret)
    step = _step(subscription, now, age)
    if step in ("online", "over", "ready"):
        told["refresh_seconds"] = REST_SECONDS if step == "online" else 0
    return Stand(step=step, **told)  # type: ignore[arg-type]


def _step(subscription: Subscription, now: int, age_seconds: int) -> str:
    is_over = not subscriptions.seconds_left(subscription, now)
    if subscription.ended_at is not None or is_over:
        return "over"
    if subscription.access == "admitted":
        return "online"
    if subscription.access == "none":
        return "ready"
    is_later = (subscription.starts_at or 0) > now
    if is_later:
        return "ready"
    is_slow = subscription.access == "failed" or age_seconds >= ADMIT_SECONDS
    return "router" if is_slow else "admitting"


def _refresh(age_seconds: int) -> int:
    if age_seconds < PROMPT_SECONDS:
        return FAST_SECONDS
    return SLOW_SECONDS if age_seconds < HOPE_SECONDS else REST_SECONDS


def left_of(subscription: Subscription, now: int, zone: str) -> Left:
    """What is left of a subscription."""
    limit = subscription.data_bytes
    starts_at = subscription.starts_at
    return Left(
        id=subscription.id,
        plan=subscription.plan_name,
        seconds=subscriptions.seconds_left(subscription, now),
        until=clock_text(subscription.expires_at, zone, now),
        data_bytes=(
            None if limit is None else max(0, limit - subscription.data_used_bytes)
        ),
        is_online=subscription.access == "admitted",
        is_later=starts_at is not None and starts_at > now,
        is_unused=starts_at is None,
        slowed_by=subscription.fair if _is_slow(subscription) else "",
    )


def _is_slow(subscription: Subscription) -> bool:
    """Whether its speed is that of fair use, and not that of happy hours."""
    hours, rule = happy.of(subscription.happy), fair.of(subscription.fair)
    if not subscription.full_rate or rule is None:
        return False
    is_happy = hours is not None and hours.rate == subscription.rate != rule.rate
    return not is_happy


def connect_form(stand: Stand, who: Visitor) -> tuple[str, str] | None:
    """The login for a button that posts it to the router: RADIUS admits at once.

    None where it would not help, or where there is no router to post it to.
    """
    may_help = stand.step in ("router", "ready") and stand.left is not None
    if not may_help or not who.login_url or (stand.left and stand.left.is_later):
        return None
    return stand.login


def clock_text(at: int | None, zone: str, now: int | None = None) -> str:
    """HH:MM at the place; with its date where it isn't today. "" for None."""
    if at is None:
        return ""
    here = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    if now is None:
        return here.strftime("%H:%M")
    today = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).date()
    return here.strftime("%H:%M" if here.date() == today else "%d.%m. %H:%M")


def data_words(size_bytes: int | None, t: Words) -> str:
    """A package's data, or that there is no limit."""
    if size_bytes is None:
        return t("plan.no_limit")
    return t("plan.data", data=data_text(size_bytes))


def voucher_ref(subscription: Subscription, key: bytes) -> str:
    """The end of a voucher's waiting page: it can't be guessed from the id."""
    return f"v-{subscription.id}-{_seal(subscription.id, key)}"


def by_voucher_ref(ref: str, key: bytes) -> Subscription | None:
    """The subscription of a voucher's waiting page, or None."""
    _, _, rest = ref.partition("v-")
    number, _, seal = rest.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        return None
    if not hmac.compare_digest(_seal(int(number), key).encode(), seal.encode()):
        return None
    return Subscription.get_or_none(Subscription.id == int(number))


def _seal(subscription_id: int, key: bytes) -> str:
    told = f"voucher page {subscription_id}".encode()
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:32]
