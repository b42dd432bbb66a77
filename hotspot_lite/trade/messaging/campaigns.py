"""A message to many: written down whole, then sent a few at a time, none twice.

Every recipient is a row of `message` before the first one leaves. A row is `sending`
before it leaves, so what a dead worker left in that state becomes `uncertain` and is
never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from peewee import fn

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit, events
from hotspot_lite.trade.messaging import deliveries
from hotspot_lite.trade.messaging.delivery_words import DELIVERED
from hotspot_lite.trade.messaging.drafts import (
    MOST_SUBJECT,
    Draft,
    House,
    recipients_of,
)
from hotspot_lite.trade.models import Campaign, Message, OptedOut

KIND = "campaign"
ROWS_AT_ONCE = 100
CANCELLED, OPTED_OUT = "Cancelled.", "Opted out."


def start(draft: Draft, house: House, who: str, now: int) -> Campaign:
    """Write down a message to each, and the job that sends them. Raises BadInput.

    In one transaction: there are never messages of half an audience.
    """
    house.check(draft)
    with store.atomic():
        campaign: Campaign = store.create(
            Campaign,
            name=draft.name.strip()[:60] or draft.text.strip()[:40],
            audience=draft.audience,
            search=draft.search.strip(),
            channel=draft.channel,
            subject=draft.subject.strip()[:MOST_SUBJECT],
            text=draft.text,
            who=who,
            made_at=now,
        )
        rows = (
            {
                "kind": KIND,
                "phone": one.address,
                "text": house.letter(draft, one),
                "made_at": now,
                "campaign": campaign.id,
                "channel": draft.channel,
            }
            for one in recipients_of(draft, now)
        )
        count = 0
        while some := list(islice(rows, ROWS_AT_ONCE)):
            Message.insert_many(some).execute()
            count += len(some)
        if not count:
            raise BadInput("Nobody is in that group.", "Choose another.", "audience")
        put(campaign.id)
        audit.note(who, "message to many", f"{campaign.name}: {count}", now)
    return campaign


def put(campaign_id: int, delay_seconds: float = 0.0) -> None:
    """Put the job that sends the next few."""
    jobs.put(
        "default.send_some",
        once=f"campaign {campaign_id}",
        delay_seconds=delay_seconds,
        campaign_id=campaign_id,
    )


# -- Sending -------------------------------------------------------------------


def take_up(campaign_id: int, most: int) -> list[Message]:
    """The next few that are to be sent; none where it is over or cancelled.

    What an earlier run left in the middle becomes uncertain: one run at a time. Those
    that were tried least go first, so that one full mailbox keeps nobody waiting.
    """
    this = Message.campaign == campaign_id
    with store.atomic():
        Message.update(state="uncertain", says="Cut off while sending.").where(
            this & (Message.state == "sending")
        ).execute()
        _let_go(campaign_id)
        waiting = Message.select().where(this & (Message.state == "waiting"))
        return list(waiting.order_by(Message.tries, Message.id).limit(most))


def _let_go(campaign_id: int) -> None:
    """Those that wait and are not to leave any more fail: the campaign was cancelled
    or their reader opted out, maybe while the gateway had them."""
    waiting = (Message.campaign == campaign_id) & (Message.state == "waiting")
    stopped = OptedOut.select(OptedOut.address)
    Message.update(state="failed", says=OPTED_OUT).where(
        waiting & Message.phone.in_(stopped)
    ).execute()
    if Campaign.get_by_id(campaign_id).state != "sending":
        Message.update(state="failed", says=CANCELLED).where(waiting).execute()


def claim(message: Message) -> bool:
    """Mark one as leaving; False where it was cancelled meanwhile."""
    this = (Message.id == message.id) & (Message.state == "waiting")
    change = Message.update(state="sending", tries=Message.tries + 1)
    return bool(change.where(this).execute())


def settle(
    message: Message, state: str, now: int, provider_id: str = "", says: str = ""
) -> None:
    """What became of one: sent, uncertain, failed, or waiting for another try."""
    change = {"state": state, "provider_id": provider_id, "says": says[:200]}
    if state in ("sent", "uncertain"):
        change["sent_at"] = now  # type: ignore[assignment]
    with store.atomic():
        Message.update(change).where(Message.id == message.id).execute()
        if provider_id:
            deliveries.catch_up(message.id, provider_id, now)


def go_on(campaign_id: int, delay_seconds: float, now: int) -> None:
    """The end of a run: the next one is put, or the campaign is done and told."""
    this = (Campaign.id == campaign_id) & (Campaign.state == "sending")
    with store.atomic():
        _let_go(campaign_id)
        if counts(campaign_id).waiting:
            put(campaign_id, delay_seconds)
        elif Campaign.update(state="done", done_at=now).where(this).execute():
            campaign, sums = Campaign.get_by_id(campaign_id), counts(campaign_id)
            told = {
                "title": "Messages sent",
                "says": f"{campaign.name}: {sums}.",
                "is_good": not sums.failed,
            }
            events.announce("campaign_done", told, now)
        jobs.finish()


def quiet_seconds(now: int, zone: str, quiet_from: int, quiet_until: int) -> int:
    """How long the night still lasts, in seconds; 0 in the day."""
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
    awake = (local.hour - quiet_until) % 24 < (quiet_from - quiet_until) % 24
    if quiet_from == quiet_until or awake:
        return 0
    hours = (quiet_until - local.hour) % 24
    return hours * 3600 - local.minute * 60 - local.second


# -- What came of it -----------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """How many messages of a campaign are in each state.

    Those of which the provider said so, `delivered` and `undelivered`, are sent too.
    """

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    delivered: int = 0
    undelivered: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.sent + self.failed + self.uncertain

    def __str__(self) -> str:
        more = [
            f"{count} {name}"
            for name, count in (
                ("delivered", self.delivered),
                ("not delivered", self.undelivered),
                ("failed", self.failed),
                ("uncertain", self.uncertain),
            )
            if count
        ]
        return ", ".join([f"{self.sent} sent", *more])


def counts(campaign_id: int) -> Counts:
    """The sums of a campaign; those just leaving count as waiting."""
    query = Message.select(Message.state, fn.COUNT()).where(
        Message.campaign == campaign_id
    )
    rows: Any = query.group_by(Message.state).tuples()
    found: dict[str, int] = dict(rows)
    leaving = found.pop("sending", 0)
    arrived, lost = _told(campaign_id)
    waiting = found.pop("waiting", 0) + leaving
    return Counts(waiting=waiting, **found, delivered=arrived, undelivered=lost)


def _told(campaign_id: int) -> tuple[int, int]:
    query = Message.select(Message.delivery, fn.COUNT()).where(
        Message.campaign == campaign_id
    )
    rows: Any = query.group_by(Message.delivery).tuples()
    told = dict(rows)
    told.pop("", 0)
    arrived = told.pop(DELIVERED, 0)
    return arrived, sum(told.values())


# What the provider said afterwards.
TOLD = {
    "delivered": Message.delivery == DELIVERED,
    "undelivered": Message.delivery.startswith("failed"),
}


def newest(most: int = 30) -> list[Campaign]:
    """The campaigns, the newest first."""
    return list(Campaign.select().order_by(Campaign.id.desc()).limit(most))


def messages_of(campaign_id: int, state: str = "", most: int = 200) -> list[Message]:
    """The messages of a campaign, those of one state if it is named.

    A state is a message's, or one of TOLD.
    """
    query = Message.select().where(Message.campaign == campaign_id)
    if state:
        query = query.where(TOLD.get(state, Message.state == state))
    return list(query.order_by(Message.id).limit(most))


def each_of(campaign_id: int) -> Iterator[Message]:
    """Every message of a campaign, a few at a time from the disk."""
    last = 0
    while True:
        mine = (Message.campaign == campaign_id) & (Message.id > last)
        some = list(Message.select().where(mine).order_by(Message.id).limit(500))
        yield from some
        if not some:
            return
        last = some[-1].id


def cancel(campaign_id: int, who: str, now: int) -> int:
    """Send no more of it; how many did not leave."""
    this = (Campaign.id == campaign_id) & (Campaign.state == "sending")
    with store.atomic():
        if not Campaign.update(state="cancelled", done_at=now).where(this).execute():
            return 0
        left = (Message.campaign == campaign_id) & (Message.state == "waiting")
        count = Message.update(state="failed", says=CANCELLED).where(left).execute()
        audit.note(who, "message to many", f"{campaign_id} cancelled", now)
    return int(count)


def again(campaign_id: int, who: str, now: int) -> int:
    """Send those that failed or were cancelled once more; how many. Never uncertain
    ones, which may have arrived, nor those whose reader opted out."""
    failed = (Message.campaign == campaign_id) & (Message.state == "failed")
    willing = Message.phone.not_in(OptedOut.select(OptedOut.address))
    with store.atomic():
        change = Message.update(state="waiting", says="", tries=0)
        count = change.where(failed & willing).execute()
        if count:
            begun = Campaign.update(state="sending", done_at=None)
            begun.where(Campaign.id == campaign_id).execute()
            put(campaign_id)
            audit.note(who, "message to many", f"{campaign_id}: {count} again", now)
    return int(count)
