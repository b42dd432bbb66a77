"""The counter: what each shift sold for cash, and whether the till was right."""

from __future__ import annotations

from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput


def cash_report(args: Args) -> Any:
    """Report the till: of one shift, or a line for each of the newest."""
    from hotspot_lite.trade.models import Shift
    from hotspot_lite.trade.takings import cash

    open_box()
    if args.shift is None:
        return [_line(cash.report(shift)) for shift in cash.shifts(args.staff)]
    shift = Shift.get_or_none(Shift.id == args.shift)
    if shift is None:
        raise BadInput(f"There is no shift {args.shift}.", "See: cash report")
    found = cash.report(shift)
    packages = [
        f"{name}: {count}, {_money(cents)}"
        for name, (count, cents) in found.by_package.items()
    ]
    return _line(found) | {"note": shift.note or "-", "packages": packages}


def _line(found: Any) -> dict[str, Any]:
    shift, difference = found.shift, found.difference_cents
    return {
        "shift": shift.id,
        "staff": shift.staff,
        "opened": as_text(shift.opened_at),
        "closed": as_text(shift.closed_at) or "-",
        "float": _money(shift.float_cents),
        "sold": _money(found.sold_cents),
        "given_back": _money(found.voided_cents),
        "expected": _money(found.expected_cents),
        "counted": _money(shift.counted_cents),
        "difference": _money(difference),
    }


def _money(cents: int | None) -> str:
    return "-" if cents is None else f"{cents / 100:.2f}"


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    noun = add_noun(nouns, "cash", "cash at the counter")
    report = add_verb(noun, "report", cash_report)
    report.add_argument("--shift", type=int, help="one shift, by package")
    report.add_argument("--staff", default="", help="the shifts of one person")
