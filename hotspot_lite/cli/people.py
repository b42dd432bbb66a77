"""Who may enter the admin page."""

from __future__ import annotations

import sys
from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.errors import BadInput


def admin_add(args: Args) -> dict[str, str]:
    """Add somebody who may enter the admin page."""
    from hotspot_lite.trade.people import staff

    now = open_box().clock.now().at
    person = staff.add(args.name, _password(args), args.role, now)
    return {"name": person.name, "role": person.role}


def admin_password(args: Args) -> dict[str, str]:
    """Give somebody a new password."""
    from hotspot_lite.trade.people import staff

    now = open_box().clock.now().at
    staff.set_password(args.name, _password(args), now)
    return {"name": args.name, "password": "changed"}


def admin_setup_code(args: Args) -> dict[str, str]:
    """Make a one-time code for the first owner."""
    from hotspot_lite.trade.people import staff

    open_box()
    if staff.is_set_up():
        raise BadInput("There is an owner already.", "Use: admin add, admin password")
    return {"setup_code": staff.new_setup_code()}


def admin_list(args: Args) -> dict[str, Any]:
    """List who may enter the admin page."""
    from hotspot_lite.trade.people import staff

    open_box()
    rows = [
        {
            "name": one.name,
            "role": one.role,
            "second_factor": "on" if one.totp_secret else "off",
            "locked": "locked" if one.locked_at else "",
        }
        for one in staff.everybody()
    ]
    return {"staff": rows}


def admin_role(args: Args) -> dict[str, str]:
    """Make somebody owner, manager, cashier, viewer or agent."""
    from hotspot_lite.trade.people import staff

    staff.set_role(args.name, args.role, "cli", open_box().clock.at())
    return {"name": args.name, "role": args.role}


def admin_lock(args: Args) -> dict[str, str]:
    """Let somebody in no more; --undo: again."""
    from hotspot_lite.trade.people import staff

    staff.set_locked(args.name, not args.undo, "cli", open_box().clock.at())
    return {"name": args.name, "is": "let in" if args.undo else "locked"}


def admin_factor_off(args: Args) -> dict[str, str]:
    """Ask somebody who lost the phone for no code any more."""
    from hotspot_lite.trade.people import second_factor

    second_factor.turn_off(args.name, "cli", open_box().clock.at())
    return {"name": args.name, "second_factor": "off"}


def _password(args: Args) -> str:
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    import getpass

    return getpass.getpass("Password: ")


WHO = "as they sign in"
ROLES = "owner, manager, cashier, viewer or agent"
PIPE = "read it from a pipe; without: it is asked for"


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    admin = add_noun(nouns, "admin", "who may enter the admin page")
    for name, verb in (("add", admin_add), ("password", admin_password)):
        one = add_verb(admin, name, verb)
        one.add_argument("name", help=WHO)
        one.add_argument("--password-stdin", action="store_true", help=PIPE)
        if name == "add":
            one.add_argument("--role", default="owner", help=f"{ROLES}; owner")
    add_verb(admin, "setup-code", admin_setup_code)
    add_verb(admin, "list", admin_list)
    role = add_verb(admin, "role", admin_role)
    role.add_argument("name", help=WHO)
    role.add_argument("role", help=ROLES)
    lock = add_verb(admin, "lock", admin_lock)
    lock.add_argument("name", help=WHO)
    lock.add_argument("--undo", action="store_true", help="let in again")
    add_verb(admin, "factor-off", admin_factor_off).add_argument("name", help=WHO)
