"""Messages to many: written, looked at with real names, sent, and watched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput
from hotspot_lite.sms_text import parts
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.messaging import audiences, campaigns, deliveries, drafts
from hotspot_lite.trade.messaging.drafts import Draft, House
from hotspot_lite.trade.models import Campaign, Message, OptedOut
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import admits
from hotspot_lite.web.payments import csv_line
from hotspot_lite.web.waiting import clock_text

FIELDS = ("name", "audience", "search", "channel", "text", "subject")
STATES = {name: name for name in ("waiting", "sent", "failed", "uncertain")} | {
    "delivered": "delivered",
    "undelivered": "not delivered",
}
COLUMNS = ("to", "state", "says", "sent_at", "delivery", "delivered_at")


class Messages(Desk):
    """The owner's messages to many."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            ("/admin/messages", "GET", self.newest),
            ("/admin/messages", "POST", self.write),
            ("/admin/messages/<campaign_id:int>", "GET", self.one),
            ("/admin/messages/<campaign_id:int>.csv", "GET", self.as_csv),
            ("/admin/messages/<campaign_id:int>/cancel", "POST", self.cancel),
            ("/admin/messages/<campaign_id:int>/again", "POST", self.again),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("manager")
    def newest(self, person: Person) -> HTTPResponse:
        """GET /admin/messages: the campaigns, and a form for another."""
        return self._page(person, {"channel": "sms", "text": ""})

    @admits("manager")
    def write(self, person: Person) -> HTTPResponse:
        """POST /admin/messages {…, do}: `look` shows it filled in, `send` sends it."""
        typed = {name: pages.form(name, 2000) for name in FIELDS}
        draft = Draft(**typed)
        try:
            if pages.form("do", 8) == "send":
                made = campaigns.start(draft, self._house(), person.name, self.now())
                return pages.go_to(f"/admin/messages/{made.id}")
            sample = drafts.preview(draft, self._house(), self.now())
        except BadInput as exc:
            return self._page(person, typed, 422, exc)
        return self._page(person, typed, sample=self._sample(draft, sample))

    @admits("manager")
    def one(self, person: Person, campaign_id: int) -> HTTPResponse:
        """GET /admin/messages/<id>?state=…: what became of each."""
        campaign = self._campaign(campaign_id)
        state = pages.query("state")
        state = state if state in STATES else ""
        found = campaigns.messages_of(campaign_id, state)
        return self.page(
            "campaign",
            person,
            one=self._line(campaign),
            rows=[self._row(message) for message in found],
            states=STATES,
            state=state,
            refresh=3 if campaign.state == "sending" else 0,
        )

    @admits("manager")
    def as_csv(self, person: Person, campaign_id: int) -> HTTPResponse:
        """GET /admin/messages/<id>.csv: what became of each, for a spreadsheet."""
        campaign = self._campaign(campaign_id)
        headers = pages.ALWAYS | {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="messages-{campaign.id}.csv"',
            "Cache-Control": "no-store",
        }
        return HTTPResponse(_lines(campaign), 200, headers)

    @admits("manager")
    def cancel(self, person: Person, campaign_id: int) -> HTTPResponse:
        """POST /admin/messages/<id>/cancel: send no more of it."""
        campaigns.cancel(self._campaign(campaign_id).id, person.name, self.now())
        return pages.go_to(f"/admin/messages/{campaign_id}")

    @admits("manager")
    def again(self, person: Person, campaign_id: int) -> HTTPResponse:
        """POST /admin/messages/<id>/again: those that failed once more."""
        campaigns.again(self._campaign(campaign_id).id, person.name, self.now())
        return pages.go_to(f"/admin/messages/{campaign_id}")

    def _page(
        self,
        person: Person,
        typed: dict[str, str],
        status: int = 200,
        problem: BadInput | None = None,
        sample: dict[str, Any] | None = None,
    ) -> HTTPResponse:
        found = campaigns.newest()
        return self.page(
            "messages",
            person,
            status,
            problem,
            values=typed,
            sample=sample,
            audiences=list(audiences.AUDIENCES.values()),
            channels=drafts.CHANNELS,
            words=drafts.WORDS,
            plans=[plan.name for plan in catalogue.on_sale()],
            campaigns=[self._line(one) for one in found],
            opted_out=OptedOut.select().count(),
            has_mail=bool(self.box.settings["mail.host"]),
            has_url=bool(self.box.settings["web.public_url"]),
            reports_to=deliveries.url(self.box.settings, self.box.key),
            refresh=0,
        )

    def _sample(self, draft: Draft, sample: drafts.Sample) -> dict[str, Any]:
        count, alphabet = parts(sample.longest)
        minutes = -(-sample.count // int(self.box.settings["sms.per_minute"]))
        return {
            "count": sample.count,
            "first": [
                (mask(to) if draft.channel == "sms" else to, text)
                for to, text in sample.first
            ],
            "parts": count,
            "alphabet": alphabet,
            "sum": count * sample.count,
            "minutes": minutes,
            "is_sms": draft.channel == "sms",
        }

    def _line(self, campaign: Campaign) -> dict[str, Any]:
        local = datetime.fromtimestamp(campaign.made_at, UTC).astimezone(
            ZoneInfo(self.zone())
        )
        audience = audiences.AUDIENCES.get(campaign.audience)
        return {
            "id": campaign.id,
            "name": campaign.name,
            "to": audience.title if audience else campaign.audience,
            "search": campaign.search,
            "channel": drafts.CHANNELS[campaign.channel],
            "text": campaign.text,
            "state": campaign.state,
            "who": campaign.who,
            "at": local.strftime("%d.%m. %H:%M"),
            "counts": campaigns.counts(campaign.id),
        }

    def _row(self, message: Message) -> dict[str, str]:
        at = message.delivered_at
        when = f" {clock_text(at, self.zone(), self.now())}" if at else ""
        return {
            "to": _address(message),
            "state": message.state,
            "says": message.says,
            "delivery": f"{message.delivery}{when}",
            "text": message.text,
        }

    def _campaign(self, campaign_id: int) -> Campaign:
        found: Campaign | None = Campaign.get_or_none(Campaign.id == campaign_id)
        if found is None:
            raise HTTPError(404)
        return found

    def _house(self) -> House:
        s = self.box.settings
        return House(s["box.name"], s["web.public_url"], self.box.key)


def _lines(campaign: Campaign) -> Iterator[bytes]:
    """The file, line by line: the whole would not fit a Pi."""
    yield "\ufeff".encode()
    yield csv_line(COLUMNS)
    for one in campaigns.each_of(campaign.id):
        yield csv_line(
            (
                _address(one),
                one.state,
                one.says,
                as_text(one.sent_at),
                one.delivery,
                as_text(one.delivered_at),
            )
        )


def _address(message: Message) -> str:
    is_sms = message.channel == "sms"
    return mask(message.phone) if is_sms else str(message.phone)
