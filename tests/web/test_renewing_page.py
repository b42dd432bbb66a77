"""The button that has the box's processes take changed settings up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from house import Browser, Site, Start

from hotspot_lite import renewal
from hotspot_lite.trade.house import preferences

RENEW = "/admin/settings/renew"
CHILD = """
import sys, time
from hotspot_lite import renewal
from hotspot_lite.box import open_box
box = open_box()
renewal.begin(box.settings, box.key, "worker")
print("here", flush=True)
time.sleep(60)
"""


def press(person: Browser) -> tuple[int, str]:
    answer = person.post(RENEW, {"csrf": person.get("/admin/me").field("csrf")})
    return answer.status, answer.text


def test_a_press_ends_the_processes_that_are_watched(site: Site) -> None:
    owner = site.staff("olive", "owner")
    assert site.box.environ is not None
    told = {**os.environ, **site.box.environ, "SUPERVISOR_ENABLED": "1"}
    command = [sys.executable, "-c", CHILD]
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        preferences.change("mail.host", "m.example.com", "olive", site.now())
        assert "(worker)" in owner.get("/admin/settings").text
        status, page = press(owner)
        assert status == 200
        assert "Asked to start anew: worker" in page
        assert worker.wait(10) == -signal.SIGTERM


def test_what_has_all_settings_is_left_alone(site: Site) -> None:
    owner = site.staff("olive", "owner")
    fileno = renewal.begin(
        site.box.settings, site.box.key, "worker", {"SUPERVISOR_ENABLED": "1"}
    )
    assert press(owner)[0] == 303  # it would be this very process
    os.close(fileno)


def test_where_nobody_starts_them_again_that_is_said(site: Site) -> None:
    status, page = press(site.staff("olive", "owner"))
    assert status == 422
    assert "hotspot-lite serve" in page


def test_nothing_is_ended_that_could_not_start(
    start_site: Start, tmp_path: Path
) -> None:
    file = tmp_path / "own.toml"
    site = start_site(CONFIG=str(file))
    owner = site.staff("olive", "owner")
    file.write_text("[box]\nnmae = 'x'\n")
    status, page = press(owner)
    assert status == 422
    assert "box.name" in page


@pytest.mark.parametrize("role", ["manager", "cashier", "viewer", "agent"])
def test_only_the_owner_may(site: Site, role: str) -> None:
    assert press(site.staff("peter", role))[0] == 403
