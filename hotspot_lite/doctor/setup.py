"""Are the settings whole: what is set, what is missing, what can't work as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hotspot_lite import box, rails
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, many, note, ok
from hotspot_lite.errors import HotspotError
from hotspot_lite.outside import addresses
from hotspot_lite.radius import config
from hotspot_lite.settings import Settings
from hotspot_lite.wires import sms_modem
from hotspot_lite.wires.daraja_callback import check_callback_url
from hotspot_lite.wires.sms_modem_words import MODEM_TODO

MPESA = ("consumer_key", "consumer_secret", "passkey", "shortcode")
CONFIG_HINT = "in config.toml or on the admin page, then restart the box"


def loaded(case: Case) -> Iterator[Finding]:
    """Whether they load at all; says the first wrong one by its name."""
    if case.refused is not None:
        yield Finding(
            "HL-SET-01",
            "broken",
            case.refused.says,
            "The box's processes don't start again with these settings.",
            f"{case.refused.todo or 'Correct it.'} Then: hotspot-lite doctor".strip(),
        )
    elif case.found is not None:
        origins = Counter(case.found.origins.values())
        from_where = ", ".join(f"{n} from {name}" for name, n in origins.items())
        yield ok("HL-SET-01", f"settings load ({from_where or 'all defaults'})")


def key(case: Case) -> Iterator[Finding]:
    """The box's own secret, of which callback addresses are made."""
    if case.database in ("missing", "closed"):
        return
    try:
        box.key(case.settings)
    except HotspotError as exc:
        says, impact = exc.says, "No payment can be asked for."
        yield Finding("HL-SET-07", "broken", says, impact, exc.todo)
    except OSError:
        says, impact = "This user can't read box.key.", "None, if the box itself can."
        yield note("HL-SET-07", says, impact)


def router(case: Case) -> Iterator[Finding]:
    """The router, which most of the box is about."""
    s = case.settings
    missing = [n for n in ("host", "username", "password") if not s[f"router.{n}"]]
    if not missing:
        yield ok("HL-SET-02", f"router {s['router.host']}:{s['router.port']}")
        return
    yield Finding(
        "HL-SET-02",
        "warning" if "host" in missing else "broken",
        f"Not set: {', '.join(f'router.{name}' for name in missing)}.",
        "Who pays must click once more to be online, and nothing is known of the"
        " router.",
        f"Set them {CONFIG_HINT}; then: hotspot-lite router test",
    )


def mpesa(case: Case) -> Iterator[Finding]:
    """What M-Pesa needs."""
    s = case.settings
    missing = [f"mpesa.{name}" for name in MPESA if not s[f"mpesa.{name}"]]
    if missing:
        yield Finding(
            "HL-SET-03",
            "warning" if len(missing) == len(MPESA) else "broken",
            f"Not set: {', '.join(missing)}.",
            "Customers can't pay by M-Pesa; only vouchers sell.",
            f"Take them from the Daraja portal and set them {CONFIG_HINT}.",
        )
        return
    yield ok("HL-SET-03", f"M-Pesa shortcode {s['mpesa.shortcode']}")
    if s["mpesa.environment"] == "sandbox" and not s["mpesa.base_url"]:
        yield note(
            "HL-SET-06",
            "M-Pesa is Safaricom's sandbox (mpesa.environment).",
            "No real money comes in.",
            "Set mpesa.environment to production once your go-live is granted.",
        )


def paystack(case: Case) -> Iterator[Finding]:
    """What Paystack needs, where the owner takes it; nothing is said where not."""
    s = case.settings
    if not s["paystack.secret_key"]:
        return
    needed = ("paystack.email", "web.public_url")
    missing = [name for name in needed if not s[name]]
    if missing:
        yield Finding(
            "HL-SET-11",
            "broken",
            f"Paystack has its key, but not set: {', '.join(missing)}.",
            "Who chooses card gets no payment page.",
            f"Set them {CONFIG_HINT}.",
        )
        return
    yield ok("HL-SET-11", "Paystack is offered beside M-Pesa")


def callback(case: Case) -> Iterator[Finding]:
    """The address where Safaricom tells us of payments, by the wire's own rule."""
    s = case.settings
    base = s["mpesa.callback_url"]
    if not base and not s["mpesa.consumer_key"]:
        return
    if not base:
        yield ok("HL-SET-04", "no callback address: M-Pesa is asked (query-only)")
        return
    try:
        account = rails.daraja_account(s)
        allowed = addresses.is_loopback(account.base_url)
        check_callback_url(f"{base}/cb/{'0' * 40}", allowed)
    except HotspotError as exc:
        impact = "Safaricom can't tell us of payments: none is asked for."
        yield Finding("HL-SET-04", "broken", exc.says, impact, exc.todo)
        return
    yield ok("HL-SET-04", f"callbacks come to {base}")


def radius(case: Case) -> Iterator[Finding]:
    """What RADIUS needs."""
    s = case.settings
    if s["access.planes"] == "router":
        return
    if not s["radius.secret"]:
        says, impact = "radius.secret is not set.", "RADIUS isn't run: nobody logs in."
        todo = "Set 32 random characters in config.toml and at the router."
        yield Finding("HL-SET-05", "warning", says, impact, todo)
        return
    try:
        config.rendered(s.data_dir / "raddb", s)
    except HotspotError as exc:
        impact = "RADIUS doesn't start with it: nobody logs in."
        yield Finding("HL-SET-05", "broken", exc.says, impact, exc.todo)
        return
    yield ok(
        "HL-SET-05", f"RADIUS answers {s['radius.nas_address']} and the box itself"
    )


def sms(case: Case) -> Iterator[Finding]:
    """How customers get their login by SMS."""
    s = case.settings
    provider = s["sms.provider"]
    if provider == "log":
        yield note(
            "HL-SET-08",
            "No SMS provider is set (sms.provider = log).",
            "Customers don't get their login by SMS; the waiting page still shows it.",
            f"Set sms.provider and sms.api_key {CONFIG_HINT}.",
        )
    elif provider == "modem":
        yield _modem(s)
    elif provider != "http" and not s["sms.api_key"]:
        says = f"sms.provider is {provider}, but sms.api_key is not set."
        todo = f"Set it {CONFIG_HINT}."
        yield Finding("HL-SET-08", "broken", says, "No SMS leaves the box.", todo)
    else:
        yield ok("HL-SET-08", f"SMS by {provider}")


def _modem(s: Settings) -> Finding:
    impact = "No SMS leaves the box."
    try:
        stands = sms_modem.look(sms_modem.Modem(s["sms.modem"]))
    except HotspotError as exc:
        return Finding("HL-SET-08", "broken", exc.says, impact, exc.todo)
    if not stands.is_ready:
        says = f"The modem is {stands.state}, not in a network. {stands.why}".strip()
        return Finding("HL-SET-08", "broken", says, impact, MODEM_TODO)
    told = (stands.operator, "" if stands.signal is None else f"{stands.signal} %")
    detail = ", ".join(word for word in told if word)
    return ok("HL-SET-08", f"SMS by a modem{f' ({detail})' if detail else ''}")


def staff(case: Case) -> Iterator[Finding]:
    """Somebody must be able to enter the admin page."""
    from hotspot_lite.trade.people import staff as people

    if people.is_set_up():
        return
    yield Finding(
        "HL-SET-09",
        "warning",
        "The box has no owner yet.",
        "Nobody can enter the admin page.",
        "Run: hotspot-lite admin setup-code, then open /admin",
    )


def on_sale(case: Case) -> Iterator[Finding]:
    """Something must be on sale."""
    from hotspot_lite.trade.goods import catalogue

    count = len(catalogue.on_sale())
    if count:
        yield ok("HL-SET-10", f"{many(count, 'package')} on sale")
        return
    yield Finding(
        "HL-SET-10",
        "warning",
        "No package is on sale.",
        "Customers find nothing to buy.",
        'Run: hotspot-lite plan add --name "1 Hour" --price 20 --duration 1h',
    )
