"""The other machine, where copies go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotspot_lite.town.far_host import SSHD, FarHost

LOUD = "NOT TESTED: copies to another machine. Run: apt-get install openssh-server"


@pytest.fixture
def far() -> Iterator[FarHost]:
    """OpenSSH's own server, as an ordinary user."""
    if SSHD is None:
        pytest.skip(LOUD)
    host = FarHost()
    yield host
    host.close()
