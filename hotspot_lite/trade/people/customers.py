"""Who may log in: customers with a login of their own, and their devices."""

from __future__ import annotations

import re
import secrets

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import Customer, Device

# No 0 1 i l o: people read codes from paper in bad light. Vouchers use it too.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


# As peewee would write it; each sale does, and building it took longer than running it.
_REMEMBER = (
    "INSERT INTO device (mac, customer_id, ip, seen_at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (mac) DO UPDATE SET customer_id = excluded.customer_id,"
    " ip = excluded.ip, seen_at = excluded.seen_at"
)


def random_code(letters: int) -> str:
    """Letters from the alphabet, never all digits.

    librouteros reads a name of digits as a number, and an owner as a mistake.
    """
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(letters))
        if not code.isdigit():
            return code


def normal_mac(text: str) -> str:
    """A MAC address as RouterOS writes it, AA:BB:CC:DD:EE:FF; "" stays "".

    Raises BadInput for anything else.
    """
    if not text:
        return ""
    digits = re.sub(r"[:.\-]", "", text).upper()
    if not re.fullmatch(r"[0-9A-F]{12}", digits):
        raise BadInput(
            "That is not a MAC address.",
            "Open the page again from the WiFi's sign-in.",
            field="mac",
        )
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def of_phone(phone: str, now: int) -> tuple[Customer, bool]:
    """The customer of that phone number (2547…), made if new; and whether new."""
    found = store.find(Customer, phone=phone)
    if found is not None:
        return found, False
    made = store.create(
        Customer,
        phone=phone,
        username=f"hs_{phone[-9:]}",
        secret=random_code(8),
        made_at=now,
    )
    return made, True


def with_phone(phone: str) -> Customer | None:
    """The customer of that phone number, or None."""
    return store.find(Customer, phone=phone)


def of_account(mac: str, now: int) -> tuple[Customer, bool]:
    """The customer of a device whose payer's number nobody told; and whether new."""
    found = by_device(mac)
    if found is not None:
        return found, False
    username = f"hd_{random_code(8)}"
    made = store.create(
        Customer, phone=None, username=username, secret=random_code(8), made_at=now
    )
    return made, True


def speaks(customer: Customer, lang: str) -> None:
    """Remember in which language somebody bought; "" tells nothing."""
    if lang and lang != customer.lang:
        customer.lang = lang
        Customer.update(lang=lang).where(Customer.id == customer.id).execute()


def of_voucher(code: str, now: int) -> Customer:
    """A customer who logs in by a voucher's code, as name and password.

    A code of another system may be somebody's login: then by a login of its own.
    """
    if store.has(Customer, username=code):
        return of_account("", now)[0]
    return Customer.create(phone=None, username=code, secret=code, made_at=now)


def remember_device(mac: str, ip: str, customer: Customer, now: int) -> None:
    """From now on this device uses that customer's time."""
    if not mac:
        return
    store.database.execute_sql(_REMEMBER, (mac, customer.id, ip, now))


def by_device(mac: str) -> Customer | None:
    """Whose time a device uses, or None."""
    device = store.find(Device, mac=mac) if mac else None
    return device.customer if device else None
