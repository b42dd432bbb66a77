"""E-mail addresses as people type them."""

from __future__ import annotations

import re

from hotspot_lite.errors import BadInput

MOST_LETTERS = 200
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")


def read_email(text: str, field: str = "email") -> str:
    """An address without the blanks around it. Raises BadInput for what can be none."""
    clean = text.strip()
    if len(clean) > MOST_LETTERS or not _ADDRESS.fullmatch(clean):
        raise BadInput(f"{clean[:60]} is no e-mail address.", field=field)
    return clean
