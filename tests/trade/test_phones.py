"""Phone numbers: every way a customer types one, and nothing else."""

from __future__ import annotations

import pytest

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.people.phones import mask, normalise_phone

SAME = "254712345678"


@pytest.mark.parametrize(
    "typed",
    [
        "0712345678",
        "712345678",
        "254712345678",
        "+254712345678",
        "00254712345678",
        " 0712 345 678 ",
        "0712-345-678",
        "0712.345.678",
        "(0712) 345 678",
        "+254 (0) 712 345678",
        "0712\u00a0345\u00a0678",
        "0712\u2011345\u2013678",
        "\u202a+254712345678\u202c",
        "0712345678\n",
    ],
)
def test_one_number_however_it_is_typed(typed: str) -> None:
    assert normalise_phone(typed) == SAME


@pytest.mark.parametrize("typed", ["0110345678", "110345678", "+254110345678"])
def test_the_newer_01_numbers_pay_too(typed: str) -> None:
    assert normalise_phone(typed) == "254110345678"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "071234567",
        "07123456789",
        "0812345678",
        "+255712345678",
        "+0712345678",
        "0712345678x",
        "٠٧١٢٣٤٥٦٧٨",
        "0712345６78",
        "0712345678,0712345679",
        "0712'; DROP TABLE",
        "7" * 5000,
        " " * 5000 + "0712345678",
    ],
)
def test_what_is_no_safaricom_number_is_refused_by_field(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        normalise_phone(typed)
    assert refused.value.field == "phone"
    assert not typed or len(typed) < 3 or typed not in str(refused.value)


def test_a_masked_number_is_known_to_its_owner_only() -> None:
    assert mask(SAME) == "2547•••• 678"
    assert mask("12345") == "••••"
    assert mask("") == "••••"
