"""What can be read in from a file: the columns of each kind, and what a row makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.settings import unknown
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.goods.catalogue import terms_of
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import Customer, Plan, Voucher, VoucherBatch
from hotspot_lite.trade.office import newcomers
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.people.emails import read_email
from hotspot_lite.trade.people.phones import normalise_phone

MOST_LETTERS = 500
_LOGIN = re.compile(r"[A-Za-z][A-Za-z0-9._-]{2,31}")

Cells = Mapping[str, str]  # by our names of the columns


@dataclass(frozen=True)
class Column:
    """A column of ours: what people call it too, in lower case without signs."""

    name: str
    also: tuple[str, ...] = ()
    is_needed: bool = False


@dataclass(frozen=True)
class Context:
    """Who reads in, and when; `batches` are the voucher batches made on the way."""

    who: str
    now: int
    batches: dict[str, VoucherBatch]
    zone: str = "UTC"  # of moments that say none


@dataclass(frozen=True)
class Kind:
    """Something that can be read in. `make` takes in one row, in a transaction.

    It raises BadInput, in words, for a row that can't be taken in.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    make: Callable[[Cells, Context], None]
    example: str
    says: str = ""  # of a file whose columns nobody writes by hand


def _package(row: Cells, context: Context) -> None:
    catalogue.add(
        row["name"],
        row["price"].replace(",", ""),
        row["duration"],
        context.now,
        data=row.get("data", ""),
        rate=row.get("rate") or "10M/10M",
        devices=_whole(row.get("devices") or "1", "devices"),
        starts=row.get("starts") or "sale",
        uptime=row.get("uptime", ""),
        fair=row.get("fair", ""),
        happy=row.get("happy", ""),
        pauses=_whole(row.get("pauses") or "0", "pauses"),
        by=context.who,
    )


def _customer(row: Cells, context: Context) -> None:
    phone, email = normalise_phone(row["phone"]), row.get("email", "")
    if email:
        email = read_email(email)
    known = Customer.get_or_none(Customer.phone == phone)
    if known is not None:
        if not email or email == known.email:
            raise BadInput("That customer is here already.", field="phone")
        Customer.update(email=email).where(Customer.id == known.id).execute()
        return
    login = row.get("login", "")
    if login and not _LOGIN.fullmatch(login):
        raise BadInput(
            f"{login[:40]} can't be a login.",
            "It begins with a letter; then letters, digits, . _ -",
            field="login",
        )
    if login and Customer.select().where(Customer.username == login).exists():
        raise BadInput(f"The login {login} is taken.", field="login")
    store.create(
        Customer,
        phone=phone,
        username=login or phone,
        secret=row.get("password") or customers.random_code(8),
        email=email,
        made_at=context.now,
    )


def _voucher(row: Cells, context: Context) -> None:
    plan = catalogue.by_name(row["package"])
    code = vouchers.read_foreign(row["code"])
    if Voucher.select().where(Voucher.code == code).exists():
        raise BadInput("That code is here already.", field="code")
    batch = context.batches.get(plan.name)
    if batch is None or VoucherBatch.get_or_none(VoucherBatch.id == batch.id) is None:
        batch = VoucherBatch.create(
            plan=plan,
            terms=terms_of(plan).as_json(),
            made_at=context.now,
            made_by=context.who,
        )
        context.batches[plan.name] = batch
    Voucher.create(batch=batch, code=code)


def _of_nuxbill(row: Cells, context: Context) -> None:
    """A row of `papers.nuxbill`: a package, customer, time left, or voucher.

    Many rows stand in one line of a dump, so a refusal names whose it is.
    """
    if row.get("problem"):
        raise BadInput(row["problem"])
    try:
        _record_of_nuxbill(row["record"], row, context)
    except BadInput as exc:
        whose = row.get("code") or row.get("login") or row.get("name") or "A row"
        raise BadInput(f"{whose}: {exc.says}", exc.todo, field=exc.field) from None


def _record_of_nuxbill(what: str, row: Cells, context: Context) -> None:
    if what == "customer":
        _customer(_with_login(row), context)
        return
    plan = Plan.get_or_none(Plan.name == row["name"])
    if what == "package" and plan is not None:
        raise BadInput(f"A package {plan.name} is here already.", field="name")
    if plan is None:
        _package(row, context)
        plan = Plan.get(Plan.name == row["name"])
        if row.get("off sale"):
            catalogue.put_on_sale(plan, False, context.who, context.now)
    if what == "voucher":
        _voucher(row, context)
    elif what == "time":
        until = newcomers.read_until(row["until"], row.get("zone") or context.zone)
        phone = normalise_phone(row["phone"])
        if not Customer.select().where(Customer.phone == phone).exists():
            _customer(_with_login(row), context)
        customer = Customer.get(Customer.phone == phone)
        newcomers.bring_time(customer, plan, until, context.who, context.now)


def _with_login(row: Cells) -> Cells:
    """Without a login that is a phone's, or that we don't take: the phone is it."""
    login = row.get("login", "")
    return dict(row) | {"login": login if _LOGIN.fullmatch(login) else ""}


def _whole(text: str, field: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise BadInput(f"{text[:20]} is no whole number.", field=field)
    return int(text)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "customers",
            "Customers",
            (
                Column("phone", ("mobile", "msisdn", "number", "simu", "tel"), True),
                Column("login", ("username", "user", "name", "jina")),
                Column("password", ("secret", "pass", "nenosiri")),
                Column("email", ("mail", "emailaddress", "barua")),
            ),
            _customer,
            "phone,login,email\n0712 345 678,amina,amina@example.com",
        ),
        Kind(
            "packages",
            "Packages",
            (
                Column("name", ("package", "plan", "profile", "kifurushi"), True),
                Column("price", ("amount", "cost", "bei"), True),
                Column("duration", ("time", "validity", "period", "muda"), True),
                Column("data", ("quota", "limit", "datalimit")),
                Column("rate", ("speed", "ratelimit", "kasi")),
                Column("fair", ("fairuse", "fup")),
                Column("pauses", ("pause",)),
                Column("happy", ("happyhours",)),
                Column("devices", ("sharedusers", "shared", "vifaa")),
                Column("starts", ("begins",)),
                Column("uptime", ("uptimelimit", "online")),
            ),
            _package,
            "name,price,duration,rate\nDay,50,1d,2M/4M",
        ),
        Kind(
            "vouchers",
            "Vouchers",
            (
                Column("code", ("voucher", "pin", "vocha", "username", "user"), True),
                Column("package", ("plan", "profile", "kifurushi"), True),
            ),
            _voucher,
            "code,package\nabcde-23456,Day",
        ),
        Kind(
            "phpnuxbill",
            "PHPNuxBill, a dump of its database (.sql)",
            (
                Column("record", (), True),
                *map(Column, ("problem", "package", "name", "price", "duration")),
                *map(Column, ("data", "rate", "devices", "uptime", "phone", "login")),
                *map(Column, ("password", "email", "code", "until", "zone")),
                Column("off sale", ("offsale",)),
            ),
            _of_nuxbill,
            "record,name,price,duration",
            "mysqldump phpnuxbill tbl_plans tbl_bandwidth tbl_customers"
            " tbl_user_recharges tbl_voucher tbl_appconfig > dump.sql",
        ),
    )
}


def named(name: str) -> Kind:
    """The kind of that name. Raises BadInput for no such kind."""
    if name not in KINDS:
        raise unknown(name, KINDS, "kind of import")
    return KINDS[name]


def recognise(kind: Kind, heads: list[str]) -> dict[int, str]:
    """Our columns by the numbers of theirs. Raises BadInput for what is missing."""
    plain = [re.sub(r"[^a-z0-9]", "", head.lower()) for head in heads]
    found: dict[int, str] = {}
    for column in kind.columns:
        for known in (column.name, *column.also):
            if known in plain and plain.index(known) not in found:
                found[plain.index(known)] = column.name
                break
    missing = [
        column.name
        for column in kind.columns
        if column.is_needed and column.name not in found.values()
    ]
    if missing:
        raise BadInput(
            f"There is no column {missing[0]}; the file has: {', '.join(heads)[:200]}.",
            f"Its first line must name the columns, for example: {kind.example}",
            field="file",
        )
    return found


def cells_of(columns: Mapping[int, str], row: list[str]) -> dict[str, str]:
    """A row by our names. Raises BadInput for a cell that is too long."""
    found = {name: row[n].strip() for n, name in columns.items() if n < len(row)}
    for name, text in found.items():
        if len(text) > MOST_LETTERS:
            raise BadInput(f"The {name} is longer than {MOST_LETTERS} letters.")
    return found


def take_in(kind: Kind, cells: Cells, context: Context) -> None:
    """Take in one row, or raise BadInput and change nothing."""
    for column in kind.columns:
        if column.is_needed and not cells.get(column.name):
            raise BadInput(f"There is no {column.name}.", field=column.name)
    with store.database.atomic():
        kind.make(cells, context)
