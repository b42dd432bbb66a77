"""The outside things of this box, made from its settings: rails, the router, SMS.

The journey asks here for a wire; nothing is connected before it is used. Where the
things are is in `addresses`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hotspot_lite import box as boxes
from hotspot_lite.box import Box
from hotspot_lite.clock import Reading
from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.outside.addresses import coa_address, is_loopback, router_address
from hotspot_lite.rails import make_rails
from hotspot_lite.settings import Settings, operator
from hotspot_lite.wires.bookkeeper import Bookkeeper, Note
from hotspot_lite.wires.daraja import Daraja
from hotspot_lite.wires.daraja_callback import check_callback_url
from hotspot_lite.wires.daraja_orders import Initiator
from hotspot_lite.wires.daraja_rail import MpesaRail
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.moysklad import MoySklad, MoySkladAccount
from hotspot_lite.wires.pace import Pace
from hotspot_lite.wires.rail import Polled, Rail
from hotspot_lite.wires.routeros import Router
from hotspot_lite.wires.sms import SmsAccount
from hotspot_lite.wires.sms_modem import Modem

if TYPE_CHECKING:
    from hotspot_lite.wires.mail import MailAccount

COA_SILENT_SECONDS = 300.0
# A waiting page looks again every 2 to 10 s.
WATCHED_SECONDS = 25.0

log = logging.getLogger("hotspot.outside")


class Outside:
    """Opened once per process; each thread has a router connection of its own."""

    def __init__(self) -> None:
        self.box: Box
        self.daraja: Daraja
        self.rails: Mapping[str, Rail]
        self.caller: Caller
        self._thread = threading.local()
        self._paces: dict[str, Pace] = {}
        self._watched: dict[int, float] = {}
        self._books: Bookkeeper | None = None
        self._coa_again_at = 0.0
        self.router_misses = 0
        # Whether this process has held the router's users against the box yet.
        self.has_agreed = False
        # Held from reading the router's users until they are written: of two at
        # once, the one that read first would write what is no longer so.
        self.agreeing = threading.Lock()
        # Up to this time, whatever ended is known to be cut off at the router.
        self.cut_off_until = 0
        # When every payment was last looked at for its time.
        self.all_looked_at = 0

    def open(self) -> None:
        """Open the box and make the wires that its settings name."""
        self.use(boxes.open_box())

    def use(self, box: Box) -> None:
        """Work for an opened box (tests have one of their own)."""
        self.box = box
        # One pool of connections: a TLS handshake for every SMS would cost more
        # than the SMS.
        self.caller = Caller()
        self.rails = make_rails(box.settings, self.caller)
        mpesa = self.rails["mpesa"]
        assert isinstance(mpesa, MpesaRail)
        self.daraja = mpesa.daraja
        self._thread = threading.local()
        self._coa_again_at, self.cut_off_until, self.router_misses = 0.0, 0, 0
        self.has_agreed, self.all_looked_at = False, 0
        self._books = None
        per_minute = {"mpesa": int(box.settings["mpesa.queries_per_minute"])}
        self._paces = {name: Pace(per_minute.get(name, 0)) for name in self.rails}

    @property
    def settings(self) -> Settings:
        """The settings in force when the process started."""
        return self.box.settings

    def now(self) -> int:
        """The time, in seconds since 1970."""
        return self.box.clock.at()

    def clock(self) -> Reading:
        """The time, and whether to believe it."""
        return self.box.clock.now()

    def callback_url(self, token: str) -> str:
        """Where Daraja is to tell of a payment. Raises BadInput.

        A box that the internet can't reach tells it an address of nobody, and nothing
        of `token`: it asks by queries only.
        """
        base = self.settings["mpesa.callback_url"]
        url = f"{base}/cb/{token}" if base else self.settings["mpesa.null_url"]
        check_callback_url(url, is_loopback(self.daraja.account.base_url))
        return url

    def can_order(self) -> bool:
        """Whether M-Pesa can be told to reverse, and asked about a receipt."""
        return not operator.missing(self.settings)

    def initiator(self, token: str) -> Initiator:
        """In whose name M-Pesa is to act, answering to `token`. Raises HotspotError."""
        s = self.settings
        if not self.can_order():
            raise GiveUp("M-Pesa can't be told to do that.", operator.TODO)
        url = f"{s['mpesa.callback_url']}/cb/r/{token}"
        check_callback_url(url, is_loopback(self.daraja.account.base_url))
        return Initiator(
            s["mpesa.initiator"],
            s["mpesa.security_credential"],
            s["mpesa.shortcode"],
            url,
            f"{url}/late",
        )

    def return_url(self, ref: str) -> str:
        """Where a customer comes back to from a provider's page. Raises GiveUp."""
        base = self.settings["web.public_url"]
        if not base:
            raise GiveUp(
                "The portal's own address is not set, so nobody could come back to it.",
                "Set web.public_url to how customers' browsers reach the portal.",
            )
        return f"{base}/wait/{ref}"

    def rail(self, name: str) -> Rail:
        """The rail that a payment says. Raises GiveUp where this box knows none."""
        if name not in self.rails:
            raise GiveUp(
                f"This box can't speak to {name}.", "Choose another way to pay."
            )
        return self.rails[name]

    def believe(self, rail: Rail) -> None:
        """Hold our clock against the Date of a provider's last answer."""
        if rail.last_date is not None:
            self.box.clock.agree(rail.last_date)

    def watch(self, payment_id: int) -> None:
        """Somebody looks at the page of this payment: it is asked about first."""
        self._watched[payment_id] = time.monotonic()

    def watched(self) -> set[int]:
        """The payments whose page was looked at just now."""
        since = time.monotonic() - WATCHED_SECONDS
        self._watched = {i: at for i, at in self._watched.items() if at > since}
        return set(self._watched)

    def must_not_ask_yet(self, rail: Rail) -> bool:
        """Whether the provider has been asked enough for now."""
        return self._paces[rail.name].must_wait()

    def heed(self, rail: Rail, answer: Polled) -> None:
        """Keep quiet as long as it asks, and tell the owner what it asks for."""
        is_fault = answer.kind == "pending" and not answer.result_code
        self._paces[rail.name].asked(is_fault, answer.retry_after_seconds)
        if answer.todo:
            log.warning("%s: %s %s", rail.label, answer.result_text, answer.todo)

    def router(self) -> Router:
        """This thread's connection to the router. Raises GiveUp where none is set."""
        found: Router | None = getattr(self._thread, "router", None)
        if found is None:
            found = self._thread.router = Router(router_address(self.settings))
        return found

    def has_router(self) -> bool:
        """Whether a router is set at all."""
        return bool(self.settings["router.host"])

    def disconnect(self, user: str, ip: str, acct_session_id: str) -> bool:
        """Have the router end a session by RADIUS; whether it says that it did.

        A router that is deaf to it (/radius/incoming is off, the secret differs) is
        not asked again for five minutes: the API does it as well.
        """
        from hotspot_lite.wires import radius  # pyrad: only the worker needs it

        secret = self.settings["radius.secret"]
        if not secret or time.monotonic() < self._coa_again_at:
            return False
        try:
            online = radius.Online(user, ip, acct_session_id)
            return radius.disconnect(coa_address(self.settings), online)
        except GiveUp as exc:
            log.warning("%s", exc)
        except TryAgain as exc:
            self._coa_again_at = time.monotonic() + COA_SILENT_SECONDS
            log.warning("%s", exc)
        return False

    def change_rate(self, user: str, ip: str, acct_session_id: str, rate: str) -> bool:
        """Give a session another speed while it goes on; False: it was gone.

        Raises TryAgain where the router is silent, GiveUp where it refuses or RADIUS
        isn't used.
        """
        from hotspot_lite.wires import radius  # pyrad: only the worker needs it

        if not self.settings["radius.secret"]:
            raise GiveUp("RADIUS is not set up.", "Set radius.secret.")
        online = radius.Online(user, ip, acct_session_id)
        return radius.change_rate(coa_address(self.settings), online, rate)

    def router_answers(self) -> bool:
        """Whether a router is set, and answered when it was last looked after.

        For what is done again and again: it would only fail, each time.
        """
        return self.has_router() and not self.router_misses

    def sms_account(self) -> SmsAccount:
        """The SMS provider that the settings name."""
        s = self.settings
        return SmsAccount(
            provider=s["sms.provider"],
            url=s["sms.url"],
            api_key=s["sms.api_key"],
            sender=s["sms.sender"],
            username=s["sms.username"],
            partner_id=s["sms.username"],
            body=s["sms.template"],
            modem=self.modem(),
        )

    def modem(self) -> Modem:
        """The GSM modem that the settings name."""
        return Modem(
            self.settings["sms.modem"], str(self.settings.run_dir / "modem.lock")
        )

    def bookkeeper(self, note: Note) -> Bookkeeper | None:
        """The accounting system that the settings name; None for none."""
        if self._books is None:  # kept: it knows its ids there, and its pace
            made = (make(self.settings, self.caller, note) for make in BOOKKEEPERS)
            self._books = next((one for one in made if one is not None), None)
        return self._books

    def mail_account(self) -> MailAccount:
        """The mail server that the settings name."""
        from hotspot_lite.wires.mail import MailAccount  # a mail or two a day

        s = self.settings
        return MailAccount(
            s["mail.host"],
            s["mail.port"],
            s["mail.from"],
            s["mail.username"],
            s["mail.password"],
            s["mail.tls"],
        )


def _moysklad(s: Settings, caller: Caller, note: Note) -> Bookkeeper | None:
    if not s["moysklad.token"]:
        return None
    base_url = s["moysklad.base_url"].rstrip("/")
    account = MoySkladAccount(base_url, s["moysklad.token"], s["moysklad.weight"])
    return MoySklad(account, caller, note)


# Another accounting system is a module of `wires` and a line here.
BOOKKEEPERS: tuple[Callable[[Settings, Caller, Note], Bookkeeper | None], ...] = (
    _moysklad,
)
