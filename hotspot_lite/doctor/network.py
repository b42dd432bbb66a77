"""The way out and the way in: route, names, Daraja, and our callback address."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from hotspot_lite import box, rails
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, note, ok, one_line, span
from hotspot_lite.errors import HotspotError
from hotspot_lite.machine import net
from hotspot_lite.outside import addresses
from hotspot_lite.patience import within
from hotspot_lite.trade.models import Callback
from hotspot_lite.wires import reach
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.reach import Way

LOOK_SECONDS = 5.0
SLOW_SECONDS = 2.0
# Certificates that renew themselves do so 30 days before their end.
SOON_SECONDS = 14 * 86400
NO_PAYMENTS = "No payment can be asked for, and none is heard of."
BY_CLOCK = "The box's clock is not believed: set it first (timedatectl)."


def route(case: Case) -> Iterator[Finding]:
    """Whether there is a way out at all."""
    has = within(LOOK_SECONDS, lambda: net.default_route(case.root))
    daraja = _daraja(case)
    if has is None:
        if daraja and addresses.is_loopback(daraja):
            return  # a demo, which needs nobody outside
        yield Finding(
            "HL-NET-01",
            "broken" if daraja else "warning",
            "This machine has no default route.",
            "Nothing outside can be reached: no M-Pesa, no SMS, no time.",
            "Is the cable in? Does the router give addresses (DHCP)? Run: ip route",
        )
        return
    says = f"the way out is {has.gateway} by {has.interface}, link {has.link}"
    if has.heard:
        yield ok("HL-NET-01", says)
    else:
        yield note("HL-NET-01", f"{says}; the gateway wasn't heard lately")


def _daraja(case: Case) -> str:
    """Daraja's address, "" where no M-Pesa is set up: nobody is asked for nothing."""
    is_set = case.settings["mpesa.consumer_key"]
    return rails.daraja_account(case.settings).base_url if is_set else ""


def daraja(case: Case) -> Iterator[Finding]:
    """Name, connection and certificate of Daraja; no key is sent."""
    url = _daraja(case)
    if not url:
        return
    way = case.way_to_daraja = reach.look(url)
    if way.stopped_at == "name":
        asked = ", ".join(net.resolvers(case.root)) or "none is set"
        yield Finding(
            "HL-NET-02",
            "broken",
            f"The name {way.host} isn't found: {way.why}.",
            NO_PAYMENTS,
            f"Is the internet up? Name servers asked: {asked}. Try another one at the"
            " router, such as 1.1.1.1.",
        )
        return
    yield ok("HL-NET-02", f"{way.host} is {way.addresses[0]}")
    if way.stopped_at == "connection":
        yield Finding(
            "HL-NET-03",
            "broken",
            f"{way.host} can't be reached: {way.why}.",
            NO_PAYMENTS,
            "Names are found, so look at the internet line and at firewall rules. If"
            " other addresses open, it is Safaricom: wait.",
        )
    elif way.stopped_at:
        yield _refused(case, way, "HL-NET-03", NO_PAYMENTS)
    else:
        yield _reached(case, way)


def _reached(case: Case, way: Way) -> Finding:
    says = f"{way.host} is reached in {way.seconds * 1000:.0f} ms"
    if way.seconds > SLOW_SECONDS:
        todo = "Look who fills the line: /admin/usage, or the router's traffic."
        impact = "Prompts come late; customers pay twice or walk off."
        return Finding("HL-NET-03", "warning", f"{says}: slow.", impact, todo)
    if way.ends_at is not None:
        says += f", its certificate holds for {span(way.ends_at - case.now)}"
    return ok("HL-NET-03", says)


def _refused(case: Case, way: Way, code: str, impact: str) -> Finding:
    """A certificate that isn't to be believed, or is it our clock?"""
    says = f"The certificate of {way.host} is refused: {way.why}."
    if way.is_by_clock and not case.clock.now().believed:
        return Finding(code, "broken", says, impact, BY_CLOCK)
    if way.is_by_clock:
        todo = "Renew the certificate where it is made."
    else:
        todo = "Somebody may stand between (a provider's login page), or"
        todo += " ca-certificates is missing: sudo apt install ca-certificates"
    return Finding(code, "broken", says, impact, todo)


# -- the way in --------------------------------------------------------------------


def callback(case: Case) -> Iterator[Finding]:
    """Whether our own callback address leads back to this box, called from here."""
    base = str(case.settings["mpesa.callback_url"])
    if not base:
        return
    impact = "Safaricom can't tell of payments; the box has to ask, a minute later."
    way = reach.look(base)
    if way.stopped_at == "name":
        if case.way_to_daraja is not None and case.way_to_daraja.stopped_at == "name":
            yield note("HL-NET-04", "Without names the callback address isn't judged.")
            return
        says, todo = (
            f"The name {way.host} isn't found: {way.why}.",
            "Mend its DNS entry.",
        )
        yield Finding("HL-NET-04", "broken", says, impact, todo)
    elif not (way.is_public or addresses.is_loopback(base)):
        yield Finding(
            "HL-NET-04",
            "warning",
            f"{way.host} is {way.addresses[0]} here, which is no public address.",
            impact,
            "Only the entry that the internet sees counts: look from a phone on mobile"
            f" data whether {base}/cb/echo opens.",
        )
    elif way.stopped_at == "connection":
        yield note(
            "HL-NET-04",
            f"{base} can't be reached from here: {way.why}.",
            "Many routers don't lead their own network back in: it proves nothing.",
            f"Open {base}/cb/echo from a phone on mobile data.",
        )
    elif way.stopped_at:
        yield _refused(case, way, "HL-NET-04", impact)
    else:
        yield from _certificate(case, way)
        yield _echoed(case, base, impact)


def _certificate(case: Case, way: Way) -> Iterator[Finding]:
    if way.ends_at is None or way.ends_at - case.now > SOON_SECONDS:
        return
    yield Finding(
        "HL-NET-05",
        "warning",
        f"The certificate of {way.host} ends in {span(way.ends_at - case.now)}.",
        "Then Safaricom can't tell of payments.",
        "It should have renewed itself: look at the tunnel or certbot.",
    )


def _echoed(case: Case, base: str, impact: str) -> Finding:
    """Call ourselves with a nonce: only this box can answer it right."""
    nonce = secrets.token_hex(16)
    try:
        right = box.echo(box.key(case.settings), nonce)
    except (HotspotError, OSError):
        return note("HL-NET-04", "This user can't read box.key: nothing to prove with.")
    look = f"Open {base}/cb/echo from a phone on mobile data."
    try:
        answer = Caller(4, 4, 6).call("GET", f"{base}/cb/echo/{nonce}")
    except HotspotError as exc:
        says = f"{base} gives no answer: {one_line(exc.says)}"
        todo = f"Look at the tunnel or proxy. {look}"
        return Finding("HL-NET-04", "warning", says, impact, todo)
    if answer.status == 200 and answer.body.decode("ascii", "replace") == right:
        return ok("HL-NET-04", f"{base} leads to this box: a call of our own came in")
    if answer.status in (401, 403):
        says = f"{base} lets calls from here not in ({answer.status})."
        why = "If only Safaricom's addresses may call, that is as it should be."
        return note("HL-NET-04", says, why)
    return Finding(
        "HL-NET-04",
        "warning",
        f"{base} is answered ({answer.status}), but not by this box.",
        impact,
        f"Lead it to port {case.settings['web.port']} of this machine; restart the box"
        " after an upgrade.",
    )


def heard(case: Case) -> Iterator[Finding]:
    """When the last callback came; HL-MON-04 judges whether too few do."""
    if not case.settings["mpesa.callback_url"]:
        return
    newest = Callback.select().order_by(Callback.id.desc()).first()
    if newest is None:
        yield note("HL-NET-06", "No callback has come yet.")
        return
    age = span(case.clock.at() - newest.received_at)
    yield ok("HL-NET-06", f"the last callback came {age} ago")
