"""M-Pesa as the owner sets it up."""

from __future__ import annotations

from typing import Any

from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.errors import GiveUp


def mpesa_register(args: Args) -> dict[str, Any]:
    """Tell Safaricom where to tell of money paid by hand (C2B); once."""
    from hotspot_lite import journey
    from hotspot_lite.outside.addresses import is_loopback
    from hotspot_lite.trade.takings import paybill
    from hotspot_lite.wires import daraja_c2b
    from hotspot_lite.wires.daraja import check_callback_url

    here = journey.here
    here.open()
    base = here.settings["mpesa.callback_url"]
    if not base:
        raise GiveUp(
            "There is no address that Safaricom could call.",
            "Set mpesa.callback_url to the public https address of this box.",
        )
    turn = paybill.turn() + (1 if args.rotate else 0)
    urls = [base + paybill.path(here.box.key, turn, w) for w in ("confirm", "validate")]
    for url in urls:
        check_callback_url(url, is_loopback(here.daraja.account.base_url))
    number = args.shortcode or here.settings["mpesa.till"]
    number = number or here.settings["mpesa.shortcode"]
    daraja_c2b.register(here.daraja, number, *urls)
    paybill.registered(turn, "cli", here.now())
    return {"registered": number, "address": f"{base}/cb/c2b/…"}


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    noun = add_noun(nouns, "mpesa", "M-Pesa: money paid by hand")
    register = add_verb(noun, "register", mpesa_register)
    register.add_argument(
        "--rotate", action="store_true", help="with a new secret in the addresses"
    )
    register.add_argument(
        "--shortcode", default="", help="another number than the till or paybill"
    )
