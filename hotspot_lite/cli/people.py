"""Who may enter the admin page."""

from __future__ import annotations

import sys
from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.errors import BadInput


def admin_add(args: Args) -> dict[str, str]:
    """Add somebody who may enter the admin page."""
    from hotspot_lite.trade import staff

    now = open_box().clock.now().at
    person = staff.add(args.name, _password(args), args.role, now)
    return {"name": person.name, "role": person.role}


def admin_password(args: Args) -> dict[str, str]:
    """Give somebody a new password."""
    from hotspot_lite.trade import staff

    now = open_box().clock.now().at
    staff.set_password(args.name, _password(args), now)
    return {"name": args.name, "password": "changed"}


def admin_setup_code(args: Args) -> dict[str, str]:
    """Make a one-time code for the first owner."""
    from hotspot_lite.trade import staff

    open_box()
    if staff.is_set_up():
        raise BadInput("There is an owner already.", "Use: admin add, admin password")
    return {"setup_code": staff.new_setup_code()}


def _password(args: Args) -> str:
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    import getpass

    return getpass.getpass("Password: ")


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    admin = add_noun(nouns, "admin", "who may enter the admin page")
    for name, verb in (("add", admin_add), ("password", admin_password)):
        one = add_verb(admin, name, verb)
        one.add_argument("name")
        one.add_argument("--password-stdin", action="store_true")
        if name == "add":
            one.add_argument("--role", default="owner")
    add_verb(admin, "setup-code", admin_setup_code)
