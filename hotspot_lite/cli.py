"""hotspot-lite <noun> <verb>: everything a person or a script asks of the box.

Exit codes: 0 done, 1 it failed and says why, 2 the command line is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import hotspot_lite
from hotspot_lite import box, settings
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput, HotspotError

Args = argparse.Namespace
Verb = Callable[[Args], Any]


# -- running -----------------------------------------------------------------------


def serve(args: Args) -> None:
    """Run the box: all processes, or the one named."""
    from hotspot_lite import serve as serving

    if args.role:
        serving.run(args.role)
    else:
        serving.run_all()


def demo(args: Args) -> int:
    """Run the whole box with the pretend town, and narrate one sale."""
    from hotspot_lite import demo as demonstration

    return demonstration.main(once=args.once)


def version(args: Args) -> dict[str, str]:
    """Print the version."""
    return {"version": hotspot_lite.__version__}


def db_migrate(args: Args) -> dict[str, Any]:
    """Make the database and folders, or bring them up to date."""
    found = settings.load()
    return {"database": str(found.database_file), "applied": box.make(found)}


def radius_config(args: Args) -> dict[str, Any]:
    """Write FreeRADIUS's configuration into a folder."""
    from hotspot_lite.radius import config

    changed = config.write(args.out, _open().settings, user=args.user, group=args.group)
    return {"folder": str(args.out), "changed": [path.name for path in changed]}


# -- packages and vouchers ---------------------------------------------------------


def plan_add(args: Args) -> dict[str, Any]:
    """Put a package on sale."""
    from hotspot_lite.trade import catalogue

    now = _open().clock.now().at
    plan = catalogue.add(
        args.name,
        args.price,
        args.duration,
        now,
        data=args.data,
        rate=args.rate,
        devices=args.devices,
        starts=args.starts,
    )
    return _plan(plan)


def plan_list(args: Args) -> list[dict[str, Any]]:
    """List the packages on sale."""
    from hotspot_lite.trade import catalogue

    _open()
    return [_plan(plan) for plan in catalogue.on_sale()]


def _plan(plan: Any) -> dict[str, Any]:
    return {
        "id": plan.id,
        "name": plan.name,
        "price": f"{plan.price_cents / 100:.2f}",
        "duration_seconds": plan.duration_seconds,
        "data_bytes": plan.data_bytes,
        "rate": plan.rate,
        "devices": plan.devices,
        "starts": plan.starts,
    }


def voucher_create(args: Args) -> dict[str, Any]:
    """Make a batch of vouchers and print their codes."""
    from hotspot_lite.trade import catalogue, vouchers

    now = _open().clock.now().at
    batch = vouchers.make(catalogue.by_name(args.plan), args.count, "cli", now)
    return {
        "batch": batch.id,
        "plan": args.plan,
        "count": args.count,
        "codes": vouchers.codes(batch),
    }


def voucher_list(args: Args) -> list[dict[str, Any]]:
    """List vouchers, newest batch first."""
    from hotspot_lite.trade.models import Voucher, VoucherBatch

    _open()
    query = Voucher.select(Voucher, VoucherBatch).join(VoucherBatch)
    return [
        {
            "batch": voucher.batch.id,
            "code": voucher.code,
            "package": json.loads(voucher.batch.terms)["name"],
            "redeemed": as_text(voucher.redeemed_at) or "-",
        }
        for voucher in query.order_by(VoucherBatch.id.desc(), Voucher.id).limit(1000)
    ]


# -- money -------------------------------------------------------------------------


def payment_list(args: Args) -> list[dict[str, Any]]:
    """List the newest payments."""
    from hotspot_lite.trade.models import Payment

    _open()
    query = Payment.select().order_by(Payment.id.desc()).limit(args.last)
    return [_payment(payment) for payment in query]


def payment_show(args: Args) -> dict[str, Any]:
    """Show one payment and what came of it."""
    from hotspot_lite.trade.models import Callback, Payment, Subscription

    _open()
    payment = Payment.get_or_none(Payment.id == args.id)
    if payment is None:
        raise BadInput(f"There is no payment {args.id}.", "See: payment list")
    time = Subscription.get_or_none(Subscription.payment == payment)
    told = Callback.select().where(Callback.payment == payment)
    return _payment(payment) | {
        "result": f"{payment.result_code} {payment.result_text}".strip(),
        "settled_by": payment.settled_by,
        "callbacks": [call.verdict for call in told],
        "subscription": time and time.id,
        "access": time.access if time else "-",
        "ends": as_text(time.expires_at) if time else "-",
    }


def _payment(payment: Any) -> dict[str, Any]:
    from hotspot_lite.trade.phones import mask

    return {
        "id": payment.id,
        "state": payment.state,
        "amount": f"{payment.amount_cents / 100:.2f}",
        "package": json.loads(payment.terms)["name"],
        "phone": mask(payment.phone),
        "receipt": payment.receipt or "-",
        "asked": as_text(payment.asked_at),
        "paid": as_text(payment.paid_at) or "-",
    }


def payment_reconcile(args: Args) -> dict[str, Any]:
    """Ask M-Pesa now about every payment that is still open."""
    from hotspot_lite import journey
    from hotspot_lite.trade import payments

    journey.here.open()
    before = {p.id for p in payments.to_query(journey.here.now())}
    for _ in before:
        journey.reconcile()
    return {"asked": sorted(before)}


# -- people ------------------------------------------------------------------------


def admin_add(args: Args) -> dict[str, str]:
    """Add somebody who may enter the admin page."""
    from hotspot_lite.trade import staff

    now = _open().clock.now().at
    person = staff.add(args.name, _password(args), args.role, now)
    return {"name": person.name, "role": person.role}


def admin_password(args: Args) -> dict[str, str]:
    """Give somebody a new password."""
    from hotspot_lite.trade import staff

    now = _open().clock.now().at
    staff.set_password(args.name, _password(args), now)
    return {"name": args.name, "password": "changed"}


def admin_setup_code(args: Args) -> dict[str, str]:
    """Make a one-time code for the first owner."""
    from hotspot_lite.trade import staff

    _open()
    if staff.is_set_up():
        raise BadInput("There is an owner already.", "Use: admin add, admin password")
    return {"setup_code": staff.new_setup_code()}


def _password(args: Args) -> str:
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    import getpass

    return getpass.getpass("Password: ")


# -- settings, router, queue -------------------------------------------------------


def setting_get(args: Args) -> dict[str, Any]:
    """Show settings and where each comes from; secrets are not shown."""
    found = _open().settings
    names = [args.name] if args.name else list(settings.BY_NAME)
    rows = []
    for name in names:
        value = found[name]
        if settings.BY_NAME[name].secret and value:
            value = "(secret)"
        rows.append({"name": name, "value": value, "from": found.origin(name)})
    return rows[0] if args.name else {"settings": rows}


def setting_set(args: Args) -> dict[str, str]:
    """Change a setting in the database; environment and file go before it."""
    from hotspot_lite.trade import preferences

    opened = _open()
    preferences.change(args.name, args.value, "cli", opened.clock.now().at)
    return {"name": args.name, "from": "database"}


def router_test(args: Args) -> dict[str, Any]:
    """See whether the router answers, and what it is."""
    from hotspot_lite.outside import router_address
    from hotspot_lite.wires.routeros import Router

    with Router(router_address(_open().settings)) as router:
        load = router.resource()
        return {"version": load.version, "online": len(router.active())}


def queue_status(args: Args) -> list[dict[str, Any]]:
    """Show what waits, runs and has failed in each lane."""
    from hotspot_lite import jobs
    from hotspot_lite.jobs import lanes, sight

    _open()
    return [
        {"lane": name, "workers": lanes.LANES[name].workers, **counts}
        for name, counts in sight.counts(jobs.rows).items()
    ]


def queue_failed(args: Args) -> list[dict[str, Any]]:
    """List the failed jobs."""
    from hotspot_lite import jobs
    from hotspot_lite.jobs import sight

    _open()
    names = ("id", "lane", "name", "args", "attempts", "times", "error")
    return [{n: job[n] for n in names} for job in sight.failed_jobs(jobs.rows)]


def _open() -> box.Box:
    return box.open_box()


# -- the command line --------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """The command line, as `hotspot-lite --help` shows it."""
    top = argparse.ArgumentParser(prog="hotspot-lite", description=hotspot_lite.__doc__)
    nouns = top.add_subparsers(required=True, metavar="<noun>")
    running = _add(nouns, "serve", serve)
    running.add_argument("role", nargs="?", choices=("web", "worker", "live", "radius"))
    _add(nouns, "demo", demo).add_argument(
        "--once", action="store_true", help="exit after one sale"
    )
    _add(nouns, "version", version)
    _add(_noun(nouns, "db", "the database"), "migrate", db_migrate)
    _add_sales(nouns)
    _add_people(nouns)
    radius = _add(_noun(nouns, "radius", "FreeRADIUS"), "config", radius_config)
    radius.add_argument("--out", type=Path, required=True, metavar="DIR")
    radius.add_argument("--user", default="", help="drop to this user (as root)")
    radius.add_argument("--group", default="")
    setting = _noun(nouns, "setting", "settings")
    _add(setting, "get", setting_get).add_argument("name", nargs="?")
    change = _add(setting, "set", setting_set)
    change.add_argument("name")
    change.add_argument("value")
    _add(_noun(nouns, "router", "the router"), "test", router_test)
    queue = _noun(nouns, "queue", "the jobs")
    _add(queue, "status", queue_status)
    _add(queue, "failed", queue_failed)
    return top


def _add_sales(nouns: Any) -> None:
    plan = _noun(nouns, "plan", "packages on sale")
    add = _add(plan, "add", plan_add)
    add.add_argument("--name", required=True)
    add.add_argument("--price", required=True, help="20 or 20.50")
    add.add_argument("--duration", required=True, help="30m, 1h, 7d, 2w")
    add.add_argument("--data", default="", help="500M or 2G; without: no limit")
    add.add_argument("--rate", default="10M/10M", help="upload/download, 2M/4M")
    add.add_argument("--devices", type=int, default=1)
    add.add_argument("--starts", choices=("sale", "first-use"), default="sale")
    _add(plan, "list", plan_list)
    voucher = _noun(nouns, "voucher", "vouchers")
    make = _add(voucher, "create", voucher_create)
    make.add_argument("--plan", required=True)
    make.add_argument("--count", type=int, default=1)
    _add(voucher, "list", voucher_list)
    payment = _noun(nouns, "payment", "payments")
    _add(payment, "list", payment_list).add_argument("--last", type=int, default=50)
    _add(payment, "show", payment_show).add_argument("id", type=int)
    _add(payment, "reconcile", payment_reconcile)


def _add_people(nouns: Any) -> None:
    admin = _noun(nouns, "admin", "who may enter the admin page")
    for name, verb in (("add", admin_add), ("password", admin_password)):
        one = _add(admin, name, verb)
        one.add_argument("name")
        one.add_argument("--password-stdin", action="store_true")
        if name == "add":
            one.add_argument("--role", default="owner")
    _add(admin, "setup-code", admin_setup_code)


def _noun(nouns: Any, name: str, about: str) -> Any:
    noun = nouns.add_parser(name, help=about, description=about)
    return noun.add_subparsers(required=True, metavar="<verb>")


def _add(verbs: Any, name: str, verb: Verb) -> argparse.ArgumentParser:
    about = (verb.__doc__ or "").splitlines()[0]
    one: argparse.ArgumentParser = verbs.add_parser(name, help=about, description=about)
    one.set_defaults(verb=verb)
    one.add_argument("--json", action="store_true", help="print JSON")
    return one


def show(found: Any) -> str:
    """An answer as text: a table for rows, lines for one thing."""
    if isinstance(found, dict):
        rows = next((v for v in found.values() if _is_rows(v)), None)
        if rows is not None:
            return show(rows)
        return "\n".join(f"{name}: {_cell(value)}" for name, value in found.items())
    if not found:
        return "nothing"
    names = list(found[0])
    table = [names] + [[_cell(row[name]) for name in names] for row in found]
    widths = [max(len(line[i]) for line in table) for i in range(len(names))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in table
    )


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "\n" + "\n".join(map(str, value)) if value else "-"
    return "-" if value is None else str(value)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    args = parser().parse_args(argv)
    try:
        found = args.verb(args)
    except HotspotError as exc:
        if args.json:
            print(json.dumps({"error": exc.says, "todo": exc.todo}))
        else:
            print(f"hotspot-lite: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if isinstance(found, int):
        return found
    if found is not None:
        _print(json.dumps(found, indent=2) if args.json else show(found))
    return 0


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Whoever reads us (head, less) has seen enough. Python would complain once
        # more at exit, when it flushes.
        sys.stdout = None
