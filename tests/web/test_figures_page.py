"""The router's charts on the admin's page."""

from __future__ import annotations

import re
from dataclasses import asdict

from house import Site

from hotspot_lite import samples
from hotspot_lite.trade.house.figures import Figure
from hotspot_lite.trade.models import RouterFigure
from hotspot_lite.web.admin import charts

PAGE = "/admin/figures"


def figure(at: int, down: int = 4_000_000, temperature: int | None = 41) -> Figure:
    return Figure(at, 20, 60, 10, temperature, down, 500_000, 12, 5)


def test_without_figures_it_says_when_there_will_be_some(site: Site) -> None:
    page = site.staff("vera", "viewer").get(PAGE).text
    assert "Charts appear once" in page and "<svg" not in page


def test_the_last_hours_and_the_last_day_are_drawn(site: Site) -> None:
    now = site.now()
    minutes = [asdict(figure(now - 60 * back)) for back in range(30, -1, -1)]
    told = {"at": now, "minutes": minutes}
    samples.put(site.box.settings.run_dir, "figures", told)
    for back in range(5):
        RouterFigure.create(**asdict(figure(now - 300 * back)))
    page = site.staff("vera", "viewer").get(PAGE).text
    assert page.count("<svg") == 6
    assert "41 °C" in page and "down 4.0 Mbit/s" in page
    assert "style=" not in page  # the policy forbids it


def test_what_is_not_known_is_not_drawn_as_nothing() -> None:
    found = [figure(0, 10), figure(60, 10, None), figure(120, 10)]
    path = charts.path(found, lambda f: f.temperature_c, 50)
    assert re.findall("[ML]", path) == ["M", "M"]


def test_a_long_silence_is_a_gap() -> None:
    found = [figure(0), figure(60), figure(5000), figure(5060)]
    path = charts.path(found, lambda f: f.down_bits, 8_000_000)
    assert re.findall("[ML]", path) == ["M", "L", "M", "L"]


def test_the_highest_value_touches_the_top_and_zero_the_ground() -> None:
    found = [figure(0, 0), figure(60, 8_000_000)]
    path = charts.path(found, lambda f: f.down_bits, 8_000_000)
    assert path == "M0.0 80.0L600.0 0.0"
