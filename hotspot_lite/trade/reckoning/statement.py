"""An M-Pesa statement, as the organisation portal exports it (CSV).

Lines about the organisation come first, then one line of heads, then the rows, the
newest first. Seen in exports of paybills and tills: dates as 27-03-2026 15:30:13 and
as 2026-03-27 15:30:13, always East Africa Time; "1,053.00" in quotes; withdrawn money
with and without a minus; numbers masked in three ways; UTF-8, UTF-16, Windows-1252;
commas, semicolons, tabs; a line of totals at the end. What a column means is told by
its head, never by its place.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.people.phones import mask

MOST_BYTES, MOST_ROWS = 4 * 1024 * 1024, 50_000
EAT = timezone(timedelta(hours=3))  # no summer time
HEADS = {
    "receipt": ("receiptno", "receiptnumber", "receipt", "transactionid"),
    "at": ("completiontime", "completiondate", "date", "transactiontime"),
    "details": ("details", "description"),
    "status": ("transactionstatus", "status"),
    "in": ("paidin", "credit", "amountpaidin"),
    "out": ("withdrawn", "debit", "amountwithdrawn"),
    "reason": ("reasontype", "transactiontype", "type"),
    "party": ("otherpartyinfo", "oppositeparty", "otherparty"),
    "linked": ("linkedtransactionid",),
    "account": ("acno", "accountno", "accountnumber", "billrefnumber"),
}
NEEDED = ("receipt", "at", "in")
TIMES = (
    "%d-%m-%Y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y %H:%M",
    "%Y%m%d%H%M%S",
)
RECEIPT = re.compile(r"[A-Z0-9]{8,12}")
_REVERSAL = re.compile(r"revers", re.I)
_CHARGE = re.compile(r"charge|fee\b|tariff", re.I)
_FROM_CUSTOMER = re.compile(
    r"pay ?bill|pay utility|buy ?goods|pay merchant|merchant payment|customer", re.I
)
_WHOLE_PHONE = re.compile(r"(?:254|0)[17]\d{8}(?!\d)")


@dataclass(frozen=True)
class Row:
    """One completed movement. `kind`: in (a customer paid), reversal, charge, other.

    Amounts are in cents, never negative. `linked` is the receipt a reversal is about.
    `phone` is 2547… where the number came whole; `phone_hint` is for people.
    """

    line: int
    kind: str
    receipt: str
    at: int
    in_cents: int
    out_cents: int
    account: str = ""
    phone: str = ""
    phone_hint: str = ""
    payer: str = ""
    linked: str = ""
    shortcode: str = ""
    phone_hash: str = ""

    @property
    def amount_cents(self) -> int:
        """What came, in cents: a row of money that came is a `transfers.Told`."""
        return self.in_cents


@dataclass(frozen=True)
class Statement:
    """The rows, oldest first. `failed` were not completed, `unread` make no sense."""

    rows: tuple[Row, ...]
    failed: int
    unread: tuple[int, ...]  # their lines

    @property
    def since(self) -> int:
        """When its first movement was."""
        return self.rows[0].at if self.rows else 0

    @property
    def until(self) -> int:
        """When its last movement was."""
        return self.rows[-1].at if self.rows else 0


def read(raw: bytes) -> Statement:
    """A statement's rows. Raises BadInput saying what to send instead."""
    text = _decoded(raw)
    lines = text.splitlines()
    heads, first, mark = _heads(lines)
    rows: list[Row] = []
    unread, failed = [], 0
    for line, cells in _cells(lines, first, mark):
        told = {
            name: cells[at].strip() for name, at in heads.items() if at < len(cells)
        }
        if told.get("status", "").casefold() not in ("", "completed", "complete"):
            failed += 1
        elif RECEIPT.fullmatch(told.get("receipt", "").upper()):
            row = _row(line, told)
            rows += [row] if row else []
            unread += [] if row else [line]
        if len(rows) > MOST_ROWS:
            raise _refused(f"It has more than {MOST_ROWS:,} rows.", "Export less time.")
    rows.sort(key=lambda row: (row.at, -row.line))
    return Statement(tuple(rows), failed, tuple(unread))


def _decoded(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise _refused("It is larger than 4 MiB.", "Export less time at once.")
    if raw.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise _refused("It is no CSV.", "In the M-Pesa portal, export it as CSV.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if raw[1:2] == b"\0":
        return raw.decode("utf-16-le", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _refused(says: str, todo: str) -> BadInput:
    return BadInput(f"That statement can't be read. {says}", todo, field="statement")


def _heads(lines: list[str]) -> tuple[dict[str, int], int, str]:
    """Which column holds what, the line of the first row, and what parts columns."""
    for number, line in enumerate(lines[:200]):
        for mark in ",;\t":
            names = [re.sub(r"[^a-z]", "", c.casefold()) for c in _split(line, mark)]
            found = {
                name: names.index(word)
                for name, words in HEADS.items()
                for word in words[::-1]
                if word in names
            }
            if all(name in found for name in NEEDED):
                return found, number + 1, mark
    raise _refused(
        "It has no line with Receipt No., Completion Time and Paid In.",
        "Send the CSV as the M-Pesa organisation portal exports it.",
    )


def _split(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return []


def _cells(lines: list[str], first: int, mark: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader((f"{line}\n" for line in lines[first:]), delimiter=mark)
    try:
        for cells in reader:
            yield first + reader.line_num, cells
    except csv.Error as exc:
        where = first + reader.line_num
        raise _refused(f"Line {where}: {exc}.", "Export it again.") from None


def _row(line: int, told: dict[str, str]) -> Row | None:
    at, came = _time(told.get("at", "")), _cents(told.get("in", ""))
    went = _cents(told.get("out", ""))
    if at is None or came is None or went is None or not came + went:
        return None
    receipt = told["receipt"].upper()
    phone, hint, payer = _party(told.get("party", "") or told.get("details", ""))
    return Row(
        line=line,
        kind=_kind(told, came),
        receipt=receipt,
        at=at,
        in_cents=came,
        out_cents=went,
        account=told.get("account", "")[:40],
        phone=phone,
        phone_hint=hint,
        payer=payer,
        linked=_linked(told, receipt),
    )


def _kind(told: dict[str, str], came_cents: int) -> str:
    about = f"{told.get('reason', '')} {told.get('details', '')}"
    if _REVERSAL.search(about):
        return "other" if came_cents else "reversal"
    if came_cents:
        is_bare = not about.strip()
        return "in" if is_bare or _FROM_CUSTOMER.search(about) else "other"
    return "charge" if _CHARGE.search(about) else "other"


def _linked(told: dict[str, str], own: str) -> str:
    linked = told.get("linked", "").upper()
    if RECEIPT.fullmatch(linked):
        return linked
    words = re.findall(r"\b[A-Z0-9]{10}\b", told.get("details", "").upper())
    # A phone number has ten digits too, in the form 07…
    return next((w for w in words if w != own and not w.isdigit()), "")


def _time(text: str) -> int | None:
    bare = " ".join(text.replace("T", " ").split()).partition(".")[0]
    for form in TIMES:
        try:
            return int(datetime.strptime(bare, form).replace(tzinfo=EAT).timestamp())
        except ValueError:
            continue
    return None


def _cents(text: str) -> int | None:
    """An amount without its sign; 0 for an empty cell, None for what is no amount."""
    bare = re.sub(r"[,\s]|^\(|\)$|^-|^\+|KES|KSH\.?", "", text, flags=re.I)
    if not bare:
        return 0
    try:
        cents = abs(Decimal(bare)) * 100
    except InvalidOperation:
        return None
    whole = int(cents) if cents.is_finite() and cents < 10**12 else -1
    return whole if whole == cents else None


def _party(text: str) -> tuple[str, str, str]:
    """Who: 2547… if it is whole, a masked number, and the first name."""
    number, _, name = text.partition(" - ")
    payer = (re.findall(r"[^\W\d_]+", name) or [""])[0].capitalize()[:40]
    whole = _WHOLE_PHONE.search(re.sub(r"[\s+]", "", number))
    if whole:
        phone = "254" + whole[0][-9:]
        return phone, mask(phone), payer
    masked = re.search(r"(\d{2,6})\s*\*+\s*(\d{2,4})", number)
    return "", f"{masked[1]}•••• {masked[2]}" if masked else "", payer
