"""Messages to many, from the command line."""

from __future__ import annotations

from typing import Any

from hotspot_lite.box import Box, open_box
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput


def message_list(args: Args) -> dict[str, Any]:
    """List messages to many, and what came of them."""
    from hotspot_lite.trade.messaging import campaigns

    open_box()
    rows = []
    for one in campaigns.newest():
        counts = campaigns.counts(one.id)
        rows.append(
            {
                "id": one.id,
                "name": one.name,
                "at": as_text(one.made_at),
                "state": one.state,
                "waiting": counts.waiting,
                "sent": counts.sent,
                "delivered": counts.delivered,
                "undelivered": counts.undelivered,
                "failed": counts.failed,
                "uncertain": counts.uncertain,
            }
        )
    return {"messages": rows}


def message_send(args: Args) -> Answer:
    """Send a text to a group; --dry-run only says to how many and what it costs."""
    from hotspot_lite.sms_text import parts
    from hotspot_lite.trade.messaging import campaigns, drafts

    box = open_box()
    channel = "email" if args.email else "sms"
    draft = drafts.Draft(
        args.name, args.to, args.search, channel, args.text, args.subject
    )
    now = box.clock.at()
    if not args.dry_run:
        made = campaigns.start(draft, _house(box), "cli", now)
        count = campaigns.counts(made.id).total
        return Answer({"id": made.id, "count": count}, f"{made.id}: {count} to send.")
    sample = drafts.preview(draft, _house(box), now)
    each, alphabet = parts(sample.longest)
    says = f"{sample.count} would get it; at most {each} parts each ({alphabet})."
    texts = [text for _, text in sample.first]
    return Answer(
        {"count": sample.count, "parts": each, "alphabet": alphabet},
        "\n".join([says, *texts]),
    )


def message_cancel(args: Args) -> dict[str, int]:
    """Send no more of a message to many."""
    from hotspot_lite.trade.messaging import campaigns

    return {"cancelled": campaigns.cancel(args.id, "cli", open_box().clock.at())}


def message_retry(args: Args) -> dict[str, int]:
    """Send those that failed once more."""
    from hotspot_lite.trade.messaging import campaigns

    return {"again": campaigns.again(args.id, "cli", open_box().clock.at())}


def message_stop(args: Args) -> dict[str, str]:
    """Write no more messages to many to a phone or e-mail address; --undo: again."""
    from hotspot_lite.trade.messaging import optout
    from hotspot_lite.trade.people.phones import normalise_phone

    now = open_box().clock.at()
    address = args.address if "@" in args.address else normalise_phone(args.address)
    if args.undo:
        optout.opt_in(address, "cli", now)
    else:
        optout.opt_out(address, "cli", now)
    return {"messages_to_many": "yes" if args.undo else "no"}


def message_reports(args: Args) -> Answer:
    """Tell the address to type into the SMS provider's page for delivery reports."""
    from hotspot_lite.trade.messaging import deliveries

    box = open_box()
    url = deliveries.url(box.settings, box.key)
    if not url:
        raise BadInput(
            "There is no address for delivery reports.",
            "Set mpesa.callback_url or web.public_url, and an sms.provider of: "
            f"{', '.join(deliveries.REPORTING)}.",
        )
    return Answer({"url": url}, url)


def _house(box: Box) -> Any:
    from hotspot_lite.trade.messaging.drafts import House

    return House(box.settings["box.name"], box.settings["web.public_url"], box.key)


TO = (
    "everybody, online, bought, expiring, lost, unpaid; with --search: package,"
    " address, search"
)


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    noun = add_noun(nouns, "message", "messages to many")
    add_verb(noun, "list", message_list)
    send = add_verb(noun, "send", message_send)
    send.add_argument("text", help="with {place}, {login}, {package}, {stop}")
    send.add_argument("--to", required=True, metavar="GROUP", help=TO)
    send.add_argument("--search", default="", help="which package, or what to find")
    send.add_argument("--name", default="", help="for you; customers don't see it")
    send.add_argument("--email", action="store_true", help="by e-mail, not SMS")
    send.add_argument("--subject", default="", help="of an e-mail")
    send.add_argument("--dry-run", action="store_true", help="send nothing")
    for name, verb in (("cancel", message_cancel), ("retry", message_retry)):
        which = "its number, as `message list` shows it"
        add_verb(noun, name, verb).add_argument("id", type=int, help=which)
    add_verb(noun, "reports", message_reports)
    stop = add_verb(noun, "stop", message_stop)
    stop.add_argument("address", help="a phone or an e-mail address")
    stop.add_argument("--undo", action="store_true", help="write to it again")
