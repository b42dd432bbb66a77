"""What people type as the account when they pay by hand, and the codes we give them.

A code is 4 letters and a check letter: any one letter mistyped, or two swapped, makes
no other code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import AccountCode, Customer, Device, Plan
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.people.customers import ALPHABET
from hotspot_lite.trade.people.phones import normalise_phone

LETTERS = 5
# Words that say "for the WiFi" and no more.
WIFI = {"wifi", "internet", "hotspot", "net", "data", "bundle", "bundles", "network"}
CURRENCY = re.compile(r"^(kes|ksh|kshs|sh|shs|bob)|(kes|ksh|bob|sh|only)$")


@dataclass(frozen=True)
class Account:
    """Whom or what a typed account names.

    kind: device, phone, push (the reference of a prompt of ours), plan, wifi,
    nothing (empty), unknown.
    """

    kind: str
    phone: str = ""
    device: AccountCode | None = None
    plan: Plan | None = None
    payment_id: int = 0


def read(text: str) -> Account:
    """What a typed account means: case, spaces and dashes don't matter."""
    bare = re.sub(r"[^0-9a-z]", "", text[:40].casefold())
    if not bare:
        return Account("nothing")
    if found := re.fullmatch(r"hl([0-9]{1,9})", bare):
        return Account("push", payment_id=int(found[1]))
    if phone := _phone(text):
        return Account("phone", phone)
    device = store.find(AccountCode, code=bare) if is_code(bare) else None
    if device is not None:
        return Account("device", device=device)
    if plan := _plan(bare):
        return Account("plan", plan=plan)
    return Account("wifi" if bare in WIFI else "unknown")


def _phone(text: str) -> str:
    try:
        return normalise_phone(re.sub(r"[^0-9+]", "", text[:40]))
    except BadInput:
        return ""


def _plan(bare: str) -> Plan | None:
    price = CURRENCY.sub("", bare)
    for plan in catalogue.on_sale():
        name = re.sub(r"[^0-9a-z]", "", plan.name.casefold())
        if bare == name or price == f"{plan.price_cents / 100:g}":
            return plan
    return None


def is_code(bare: str) -> bool:
    """Whether letters in lower case can be a code of ours."""
    fits = len(bare) == LETTERS and not set(bare) - set(ALPHABET)
    return fits and _check_letter(bare[:-1]) == bare[-1]


def _check_letter(letters: str) -> str:
    # 31 is a prime: the weighted sum changes with any letter and any swap.
    values = (ALPHABET.index(letter) for letter in letters)
    return ALPHABET[sum(i * v for i, v in enumerate(values, 2)) % len(ALPHABET)]


def code_for(mac: str, ip: str, login_url: str, now: int) -> str:
    """The device's own code, in capitals; made when it is first asked for.

    Written only where it is new or the device's address has changed.
    """
    found = AccountCode.get_or_none(AccountCode.mac == mac)
    where = {"ip": ip, "login_url": login_url}
    if found is None:
        return _new_code(mac, where, now).upper()
    if ip and (found.ip, found.login_url) != (ip, login_url):
        with store.atomic():
            AccountCode.update(where).where(AccountCode.mac == mac).execute()
    return str(found.code).upper()


def _new_code(mac: str, where: dict[str, str], now: int) -> str:
    while True:
        letters = customers.random_code(LETTERS - 1)
        code = letters + _check_letter(letters)
        try:
            with store.atomic():
                AccountCode.insert(code=code, mac=mac, made_at=now, **where).execute()
        except IntegrityError:
            continue
        return code


def last_device(phone: str) -> Device | None:
    """The device that last used a phone's time: the likeliest to want it again."""
    query = Device.select().join(Customer).where(Customer.phone == phone)
    found: Device | None = query.order_by(Device.seen_at.desc()).first()
    return found
