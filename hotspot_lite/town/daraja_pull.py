"""Pull transactions: what came to the shortcode in a stretch of two days at most."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hotspot_lite.town.daraja_book import Book, Taken, masked
from hotspot_lite.town.daraja_gate import Shop, error, invalid
from hotspot_lite.town.daraja_phones import EAT
from hotspot_lite.town.stand import Ask, Reply, as_json

MOST_SECONDS = 48 * 3600
ROWS_AT_ONCE = 1000
_REF = "26178-42530161-2"


class Pull:
    """Where the shop's side of the book is read, once it has been registered."""

    def __init__(self, shop: Shop, book: Book) -> None:
        self.is_registered = False
        self._shop, self._book = shop, book

    def register(self, ask: Ask) -> Reply:
        """POST /pulltransactions/v1/register."""
        fields = _fields(ask)
        for name in ("ShortCode", "RequestType", "NominatedNumber", "CallBackURL"):
            if not str(fields.get(name, "")):
                return invalid(name)
        self.is_registered = True
        words = "Short Code Registered Successfully"
        return as_json(
            {"ResponseRefID": _REF, "ResponseStatus": "1000", "ShortCode": self._code}
            | {"ResponseDescription": words}
        )

    def query(self, ask: Ask) -> Reply:
        """POST /pulltransactions/v1/query: StartDate, EndDate, OffSetValue."""
        fields = _fields(ask)
        if str(fields.get("ShortCode", "")) != self._code or not self.is_registered:
            return error("500.003.1001", "Shortcode is not registered", 500)
        since, until = _time(fields.get("StartDate")), _time(fields.get("EndDate"))
        if since is None or until is None or until < since:
            return invalid("StartDate")
        if until - since > MOST_SECONDS:
            return invalid("EndDate")
        return self._rows(since, until, int(str(fields.get("OffSetValue") or 0)))

    @property
    def _code(self) -> str:
        return self._shop.shortcode

    def _rows(self, since: float, until: float, offset: int) -> Reply:
        found = [m for m in list(self._book.taken) if since <= m.at <= until]
        page = found[offset : offset + ROWS_AT_ONCE]
        code, words = ("1000", "Success") if page else ("1001", "No transactions found")
        told: dict[str, Any] = {"ResponseRefID": _REF, "ResponseCode": code}
        rows = [[_row(taken) for taken in page]] if page else []
        return as_json(told | {"ResponseMessage": words, "Response": rows})


def _row(taken: Taken) -> dict[str, Any]:
    moment = datetime.fromtimestamp(taken.at, UTC).astimezone(EAT)
    return {
        "transactionId": taken.receipt,
        "trxDate": f"{moment:%Y-%m-%dT%H:%M:%SZ}",  # with a Z, and yet Kenyan time
        "msisdn": masked(taken.phone),
        "sender": "MPESA",
        "transactiontype": "c2b-pay-bill-debit",
        "billreference": taken.reference,
        "amount": f"{taken.amount_cents / 100:.2f}",
        "organizationname": "PRETEND SHOP",
    }


def _fields(ask: Ask) -> dict[str, Any]:
    told = ask.json()
    return told if isinstance(told, dict) else {}


def _time(text: object) -> float | None:
    try:
        moment = datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None
    return moment.replace(tzinfo=EAT).timestamp()
