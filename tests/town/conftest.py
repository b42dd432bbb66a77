"""A pretend Daraja whose minute lasts 0.3 s, on a fixed day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hotspot_lite.town.daraja import PretendDaraja

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def town() -> Iterator[PretendDaraja]:
    with PretendDaraja(scale=0.005, now=lambda: NOW) as made:
        made.query_early_seconds = 0.0
        yield made
