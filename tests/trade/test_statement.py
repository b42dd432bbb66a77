"""An M-Pesa statement is read by its heads, whatever the export looks like."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.reckoning import statement
from hotspot_lite.trade.reckoning.statement import Row

HEADS = (
    "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,"
    "Withdrawn,Balance,Balance Confirmed,Reason Type,Other Party Info,"
    "Linked Transaction ID,A/C No."
)
PAYBILL = (Path(__file__).parent / "data/statement_paybill.csv").read_text("utf-8")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def rows(text: str | bytes) -> tuple[Row, ...]:
    raw = text.encode() if isinstance(text, str) else text
    return statement.read(raw).rows


def test_a_paybill_export_is_read_row_by_row() -> None:
    found = statement.read(PAYBILL.encode())
    assert [(row.receipt, row.kind) for row in found.rows] == [
        ("SAF1PAID01", "in"),
        ("SAF1PAID02", "in"),
        ("SAF1BANK01", "other"),
        ("SAF1CHARGE", "charge"),
        ("SAF1REVERS", "reversal"),
    ]
    first, second, *_, reversal = found.rows
    assert first.at == at("2027-01-15 07:15:00")  # East Africa Time is UTC+3
    assert (first.in_cents, first.account, first.phone) == (2000, "HL7", "254700000001")
    assert (second.in_cents, second.phone, second.payer) == (105_300, "", "Otieno")
    assert second.phone_hint == "2547•••• 678"
    assert (reversal.linked, reversal.out_cents) == ("SAF1PAID01", 2000)
    assert (found.failed, found.unread) == (1, ())
    assert (found.since, found.until) == (first.at, reversal.at)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_other_encodings_and_marks_say_the_same(
    encoding: str, mark: str, end: str
) -> None:
    lines = [
        mark.join(("Receipt No.", "Completion Time", "Details", "Paid In")),
        mark.join(("SAF1PAID01", "15-01-2027 10:15:00", "Customer café", '"1,053.00"')),
    ]
    (row,) = rows(end.join(lines).encode(encoding))
    assert (row.receipt, row.in_cents) == ("SAF1PAID01", 105_300)


@pytest.mark.parametrize(
    "time",
    [
        "15-01-2027 10:15:00",
        "2027-01-15 10:15:00",
        "2027-01-15T10:15:00",
        "2027-01-15 10:15:00.0",
        "15/01/2027 10:15",
        "20270115101500",
    ],
)
def test_times_of_several_forms(time: str) -> None:
    (row,) = rows(f"Receipt No,Completion Time,Paid In\nSAF1PAID01,{time},20\n")
    assert row.at == at("2027-01-15 07:15:00")


@pytest.mark.parametrize(
    ("text", "cents"),
    [("20", 2000), ("20.5", 2050), ('"1,053.00"', 105_300), ("KES 20.00", 2000)],
)
def test_amounts_of_several_forms(text: str, cents: int) -> None:
    found = rows(f"Receipt No,Date,Paid In\nSAF1PAID01,15-01-2027 10:15:00,{text}\n")
    assert [row.in_cents for row in found] == [cents]


@pytest.mark.parametrize("text", ["twenty", "20.001", "NaN", "1e999", "Infinity"])
def test_a_row_whose_amount_makes_no_sense_is_named(text: str) -> None:
    raw = f"Receipt No,Date,Paid In\nSAF1PAID01,15-01-2027 10:15:00,{text}\n"
    assert statement.read(raw.encode()).unread == (2,)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "no line with Receipt No."),
        (b"Name,Phone\nJane,0712345678\n", "no line with Receipt No."),
        (b"PK\x03\x04whatever", "no CSV"),
        (b"%PDF-1.7", "no CSV"),
        (b"x" * (statement.MOST_BYTES + 1), "larger than 4 MiB"),
    ],
)
def test_what_is_no_statement_is_refused_with_what_to_send(
    raw: bytes, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        statement.read(raw)
    assert caught.value.todo and caught.value.field == "statement"


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_whatever_follows_the_heads_never_breaks_it(junk: bytes) -> None:
    try:
        statement.read(HEADS.encode() + b"\n" + junk)
    except BadInput as exc:
        assert exc.todo
