"""What a message to many says, to whom, and with what its words are filled in."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hotspot_lite.errors import BadInput
from hotspot_lite.sms_text import plain
from hotspot_lite.trade.messaging import audiences
from hotspot_lite.trade.messaging.audiences import Recipient

CHANNELS = {"sms": "SMS", "email": "E-mail"}
# What may stand in a text in braces, and what it becomes.
WORDS = {
    "place": "the name of your place",
    "login": "the customer's login",
    "package": "the package bought last",
    "stop": "the link by which one gets no more of these",
}
_BRACES = re.compile(r"\{([^{}]*)\}")
MOST_LETTERS, MOST_SUBJECT = 1000, 120


@dataclass(frozen=True)
class Draft:
    """What somebody wants to send, to whom."""

    name: str
    audience: str
    search: str
    channel: str
    text: str
    subject: str = ""

    def check(self) -> None:
        """Raises BadInput for what can't be sent, with the field."""
        audience = audiences.named(self.audience)
        if audience.wants and not self.search.strip():
            raise BadInput(f"Say which {audience.wants}.", field="search")
        if self.channel not in CHANNELS:
            raise BadInput("It can be sms or email.", field="channel")
        if audience.of is None:
            audiences.read_address(self.search, self.channel)
        if len(self.text.strip()) < 3:
            raise BadInput("Write a text.", field="text")
        if len(self.text) > MOST_LETTERS:
            raise BadInput(f"At most {MOST_LETTERS} letters.", field="text")
        if self.channel == "email" and not self.subject.strip():
            raise BadInput("An e-mail wants a subject.", field="subject")
        for word in _BRACES.findall(self.text):
            if word not in WORDS:
                known = ", ".join(f"{{{one}}}" for one in WORDS)
                raise BadInput(
                    f"Nothing can be filled in for {{{word[:20]}}}.",
                    f"There are {known}.",
                    field="text",
                )


@dataclass(frozen=True)
class House:
    """What the texts are filled in with: the place's name, where it is reached.

    `key` is the box's: it makes the links by which people opt out. `lang` is for those
    whose language nobody knows.
    """

    place: str
    public_url: str
    key: bytes
    lang: str = "en"

    def fill(self, text: str, to: Recipient) -> str:
        """The text for one recipient."""
        known = {
            "place": self.place,
            "login": to.login,
            "package": to.package,
            "stop": self.stop_link(to.address),
        }
        return _BRACES.sub(lambda found: known.get(found[1], found[0]), text)

    def letter(self, draft: Draft, to: Recipient) -> str:
        """What one gets. In an SMS without typographic signs, which cost a part."""
        text = self.fill(draft.text, to)
        return plain(text) if draft.channel == "sms" else text

    def check(self, draft: Draft) -> None:
        """Raises BadInput for a draft that this place can't fill in."""
        draft.check()
        if "{stop}" in draft.text and not self.public_url:
            raise BadInput(
                "{stop} would lead nowhere: web.public_url is not set.",
                "Set it to how browsers reach the portal, or leave {stop} out.",
                field="text",
            )

    def stop_link(self, address: str) -> str:
        """The link by which an address opts out."""
        return f"{self.public_url}/stop/{stop_token(self.key, address)}"


def stop_token(key: bytes, address: str) -> str:
    """The end of an address's own link: made from the box's key, not kept.

    Ten letters: SMS are paid by length, and who guesses one stops advertisements.
    """
    made = hmac.new(key, f"stop {address}".encode(), hashlib.sha256).hexdigest()
    return made[:10]


@dataclass(frozen=True)
class Sample:
    """What a draft comes to: how many get it, and the first few texts as they'd be."""

    count: int
    first: tuple[tuple[str, str], ...]  # address, text
    longest: str


def preview(draft: Draft, house: House, now: int, most: int = 3) -> Sample:
    """Fill in a draft without sending it. Raises BadInput."""
    house.check(draft)
    count, longest = 0, ""
    first: list[tuple[str, str]] = []
    for one in recipients_of(draft, now):
        count += 1
        text = house.letter(draft, one)
        longest = max(longest, text, key=len)
        if len(first) < most:
            first.append((one.address, text))
    return Sample(count, tuple(first), longest)


def recipients_of(draft: Draft, now: int) -> Iterator[Recipient]:
    """Who gets it."""
    yield from audiences.recipients(draft.audience, draft.search, draft.channel, now)
