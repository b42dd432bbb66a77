"""Messages that are written by themselves: which there are, and what they say.

The owner changes each text for each language, and says which are sent. What was not
changed is ours, below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.sms_text import plain
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Letter, LetterKind

LANGUAGES = {"en": "English", "sw": "Kiswahili"}
# Three parts of an SMS.
MOST_LETTERS = 459
_BRACES = re.compile(r"\{([^{}]*)\}")
# What may stand in braces, and what it becomes.
WORDS = {
    "place": "the name of your place",
    "package": "the package",
    "login": "the customer's login",
    "password": "its password",
    "amount": "what was paid",
    "receipt": "M-Pesa's receipt",
    "left": "the time or data that is left",
    "minutes": "the minutes that were added",
    "code": "the voucher",
    "stop": "the link by which one gets no more of these",
}


@dataclass(frozen=True)
class Kind:
    """One kind of letter. `amount` is a number of `unit` that decides when it is sent.

    A reader may opt out of those that are `stoppable`; the others belong to a sale.
    """

    name: str
    title: str
    says: str
    words: tuple[str, ...]
    texts: dict[str, str]
    needs: tuple[str, ...] = ()
    is_on: bool = False
    stoppable: bool = True
    unit: str = ""
    amount: int = 0
    limits: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Standing:
    """Whether a kind is sent, its amount, and the owner's texts by language."""

    kind: Kind
    is_on: bool
    amount: int
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, lang: str, otherwise: str = "en") -> str:
        """What it says in a language, or in `otherwise` where we have no such text."""
        known = self.kind.texts | self.texts
        return known.get(lang) or known.get(otherwise) or known["en"]


CREDENTIALS = Kind(
    "credentials",
    "Login",
    "As soon as time is bought by phone.",
    ("package", "login", "password"),
    {
        "en": "{package} is paid. If your phone is not online by itself, log in as"
        " {login} with password {password}",
        "sw": "{package} imelipwa. Simu isipounganishwa yenyewe, ingia kwa jina"
        " {login} na nenosiri {password}",
    },
    needs=("login", "password"),
    is_on=True,
    stoppable=False,
)
RECEIPT = Kind(
    "receipt",
    "Receipt",
    "As soon as it is paid by M-Pesa. M-Pesa sends its own too.",
    ("place", "package", "amount", "receipt"),
    {
        "en": "{place}: {amount} received for {package}. Receipt {receipt}.",
        "sw": "{place}: {amount} zimepokelewa kwa {package}. Risiti {receipt}.",
    },
    stoppable=False,
)
EXPIRING = Kind(
    "expiring",
    "Soon over",
    "Before time ends, or when a tenth of the data is left. Not for packages that are"
    " shorter than twice that, nor to who has bought more already.",
    ("place", "package", "left", "stop"),
    {
        "en": "{place}: {left} of {package} left. Buy more now and lose nothing: it"
        " begins when this ends.",
        "sw": "{place}: {package} imebaki {left}. Nunua sasa bila kupoteza: itaanza"
        " hii ikiisha.",
    },
    unit="minutes before",
    amount=30,
    limits=(5, 7 * 1440),
)
EXPIRED = Kind(
    "expired",
    "Over",
    "When time or data is over and no more was bought.",
    ("place", "package", "stop"),
    {
        "en": "{place}: {package} is over. Join the WiFi to buy again.",
        "sw": "{place}: {package} imeisha. Jiunge na WiFi kununua tena.",
    },
)
WELCOME = Kind(
    "welcome",
    "Welcome back",
    "When somebody buys again after a long time.",
    ("place", "package", "stop"),
    {
        "en": "{place}: good to see you again! {package} is yours.",
        "sw": "{place}: karibu tena! {package} ni yako.",
    },
    unit="days away",
    amount=30,
    limits=(1, 3650),
)
OUTAGE = Kind(
    "outage",
    "Outage",
    "To everybody with time left, once, when the router has been away so long.",
    ("place", "package", "stop"),
    {
        "en": "{place}: the WiFi has a fault. We are working on it.",
        "sw": "{place}: WiFi ina hitilafu. Tunaishughulikia.",
    },
    unit="minutes away",
    amount=15,
    limits=(2, 1440),
)
MADE_GOOD = Kind(
    "made-good",
    "Made good",
    "To each whose time is lengthened after an outage; once for each purchase.",
    ("place", "package", "minutes", "stop"),
    {
        "en": "{place}: the WiFi works again. {minutes} minutes were added to"
        " {package}.",
        "sw": "{place}: WiFi inafanya kazi tena. Dakika {minutes} zimeongezwa kwa"
        " {package}.",
    },
)
THANKS = Kind(
    "thanks",
    "Thanks",
    "Every so many purchases by phone bring a voucher for the same package, for"
    " nothing. Purchases count from the first on.",
    ("place", "package", "code"),
    {
        "en": "{place} says thank you: {package} for free. Your voucher: {code}",
        "sw": "{place}: asante! {package} bure. Vocha yako: {code}",
    },
    needs=("code",),
    stoppable=False,
    unit="purchases",
    amount=10,
    limits=(2, 1000),
)
BROUGHT = Kind(
    "brought",
    "Brought a friend",
    "A customer's own code, on the page of its time, makes the first purchase of a"
    " friend cheaper. When the friend has paid, the customer gets a voucher for the"
    " same package, at most ten in 30 days.",
    ("place", "package", "code"),
    {
        "en": "{place}: your friend is online, thank you! {package} for free. Your"
        " voucher: {code}",
        "sw": "{place}: rafiki yako ameunganishwa, asante! {package} bure. Vocha"
        " yako: {code}",
    },
    needs=("code",),
    stoppable=False,
    unit="per cent off for the friend",
    amount=20,
    limits=(0, 90),
)
KINDS = {
    kind.name: kind
    for kind in (
        *(CREDENTIALS, RECEIPT, THANKS, EXPIRING, EXPIRED, WELCOME, OUTAGE),
        *(MADE_GOOD, BROUGHT),
    )
}
OF_A_SALE = (CREDENTIALS, RECEIPT, WELCOME, THANKS, BROUGHT)
STOPPABLE = tuple(kind.name for kind in KINDS.values() if kind.stoppable)


def standings(*kinds: Kind) -> list[Standing]:
    """How these kinds stand, in their order: by the owner's word, or ours."""
    # In two queries whatever their number, with their SQL kept: each sale asks.
    kept = {r.kind: (bool(r.is_on), r.amount) for r in store.everything(LetterKind)}
    texts: dict[str, dict[str, str]] = {name: {} for name in KINDS}
    for row in store.everything(Letter):
        texts.setdefault(row.kind, {})[row.lang] = row.text
    found = []
    for kind in kinds:
        is_on, amount = kept.get(kind.name, (kind.is_on, kind.amount))
        found.append(Standing(kind, is_on, amount, texts[kind.name]))
    return found


def standing(kind: Kind) -> Standing:
    """How one kind stands."""
    return standings(kind)[0]


@dataclass(frozen=True)
class Wanted:
    """How the owner wants a kind: `texts` by language, "" is our own."""

    is_on: bool
    amount: int
    texts: dict[str, str]


def change(name: str, wanted: Wanted, has_link: bool, who: str, now: int) -> None:
    """Say whether a kind is sent, when, and in which words.

    `has_link`: the box has an address for {stop} to lead to. Raises BadInput, with
    `amount` or the language as its field.
    """
    kind = KINDS.get(name)
    if kind is None:
        raise BadInput("There is no such message.")
    low, high = kind.limits
    if kind.unit and not low <= wanted.amount <= high:
        raise BadInput(f"{low} to {high} {kind.unit}.", field="amount")
    clean = {lang: " ".join(wanted.texts.get(lang, "").split()) for lang in LANGUAGES}
    for lang, text in clean.items():
        _check(kind, lang, text)
        if "{stop}" in text and not has_link:
            raise BadInput(
                "{stop} would lead nowhere: web.public_url is not set.",
                "Set it to how browsers reach the portal, or leave {stop} out.",
                field=lang,
            )
    with store.atomic():
        row = {"is_on": wanted.is_on, "amount": wanted.amount if kind.unit else 0}
        LetterKind.replace(kind=name, **row).execute()
        Letter.delete().where(Letter.kind == name).execute()
        for lang, text in clean.items():
            if text and text != kind.texts.get(lang):
                Letter.create(kind=name, lang=lang, text=text)
        says = f"{name}: {'on' if wanted.is_on else 'off'}"
        audit.note(who, "automatic message", says, now)


def _check(kind: Kind, lang: str, text: str) -> None:
    if not text:
        return
    if len(text) > MOST_LETTERS:
        raise BadInput(f"At most {MOST_LETTERS} letters.", field=lang)
    known = ", ".join(f"{{{word}}}" for word in kind.words)
    found = _BRACES.findall(text)
    for word in found:
        if word not in kind.words:
            says = f"Nothing can be filled in for {{{word[:20]}}}."
            raise BadInput(says, f"There are {known}.", field=lang)
    for word in kind.needs:
        if word not in found:
            says = f"Without {{{word}}} nobody can use it."
            raise BadInput(says, f"There are {known}.", field=lang)


def fill(text: str, words: dict[str, str]) -> str:
    """A text with its words filled in, without typographic signs, which cost a part."""
    return plain(_BRACES.sub(lambda found: words.get(found[1], found[0]), text))
