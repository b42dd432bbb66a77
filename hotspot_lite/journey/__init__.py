"""Every job, in the order a shilling travels; where the wires meet the trade.

No rule and no protocol is here: a job asks the trade what is to do, does it through
a wire with no transaction open, and tells the trade what came of it. Run it with
`huey_consumer hotspot_lite.journey.huey -k thread -w 18 -g TERM -t 30`.

Read on in this order: money, inquiring, byhand, online, telling, writing, lettering,
returning, pairing, mirroring, cutting, turning, slowing, ending, checking, minding,
noticing, auditing, reporting, bookkeeping, importing, watching, errands, hooking,
keeping, carrying, making_room.
"""

from hotspot_lite.journey.auditing import audit_money, audit_nightly
from hotspot_lite.journey.bookkeeping import sync_books
from hotspot_lite.journey.byhand import confirm, match
from hotspot_lite.journey.carrying import carry
from hotspot_lite.journey.checking import check_router
from hotspot_lite.journey.cutting import kick
from hotspot_lite.journey.ending import close_stale, drain, expire
from hotspot_lite.journey.errands import examine, run_router_errand
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.journey.hooking import call_hook, look_for_hooks
from hotspot_lite.journey.importing import run_import
from hotspot_lite.journey.inquiring import (
    after_refund,
    inquire,
    leave,
    read_result,
    seek,
    seek_now,
    verify,
)
from hotspot_lite.journey.keeping import backup, backup_now, tidy
from hotspot_lite.journey.lettering import make_good, write_due, write_of_sale
from hotspot_lite.journey.making_room import clear_away, look_at_room
from hotspot_lite.journey.minding import mind_machine
from hotspot_lite.journey.mirroring import mirror_changes, reconcile_planes
from hotspot_lite.journey.money import fulfil, look, push, reconcile, take_in
from hotspot_lite.journey.noticing import listen, notice
from hotspot_lite.journey.online import admit, catch_up
from hotspot_lite.journey.pairing import let_in_bare, pair
from hotspot_lite.journey.reporting import mail_takings, write_export
from hotspot_lite.journey.returning import displace, welcome
from hotspot_lite.journey.slowing import change_rate, fair_use
from hotspot_lite.journey.telling import tell
from hotspot_lite.journey.turning import turn
from hotspot_lite.journey.watching import sample, show
from hotspot_lite.journey.writing import send_some

__all__ = [
    "admit",
    "after_refund",
    "audit_money",
    "audit_nightly",
    "backup",
    "backup_now",
    "call_hook",
    "carry",
    "catch_up",
    "change_rate",
    "check_router",
    "clear_away",
    "close_stale",
    "confirm",
    "displace",
    "drain",
    "examine",
    "expire",
    "fair_use",
    "fulfil",
    "here",
    "huey",
    "inquire",
    "kick",
    "leave",
    "let_in_bare",
    "listen",
    "look",
    "look_at_room",
    "look_for_hooks",
    "mail_takings",
    "make_good",
    "match",
    "mind_machine",
    "mirror_changes",
    "notice",
    "pair",
    "push",
    "read_result",
    "reconcile",
    "reconcile_planes",
    "run_import",
    "run_router_errand",
    "sample",
    "seek",
    "seek_now",
    "send_some",
    "show",
    "sync_books",
    "take_in",
    "tell",
    "tidy",
    "turn",
    "verify",
    "welcome",
    "write_due",
    "write_export",
    "write_of_sale",
]
