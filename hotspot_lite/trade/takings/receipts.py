"""M-Pesa receipts as people type them from an SMS."""

from __future__ import annotations

import re

from hotspot_lite.errors import BadInput


def read(text: str) -> str:
    """A receipt in capitals; spaces and dashes don't matter. Raises BadInput."""
    receipt = re.sub(r"[\s\-.]", "", text[:64]).upper()
    if not re.fullmatch(r"[A-Z0-9]{8,12}", receipt) or receipt.isdigit():
        raise BadInput(
            "That is not an M-Pesa receipt.",
            "It has 10 letters and digits, like SJK3ABCD12.",
            field="receipt",
        )
    return receipt
