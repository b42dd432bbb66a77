"""How it goes, on the first screen and by itself."""

from __future__ import annotations

import pytest
from house import Site

from hotspot_lite.trade.money import payments

WEEK = 7 * 86_400


@pytest.mark.parametrize("span", ["24h", "7d", "30d", "", "1y", "<b>"])
def test_the_charts_are_drawn_for_every_span(site: Site, span: str) -> None:
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    viewer = site.staff("vic", "viewer")
    for path in ("/admin/", "/admin/trend"):
        page = viewer.get(f"{path}?span={span}")
        assert page.status == 200
        assert (
            "KES 20 in" in page.text
            and "<b>" not in page.text.partition("trend")[2][:300]
        )
        count = {"7d": 7, "30d": 30}.get(span, 24)
        assert page.text.count('class="room"') == 2 * count


def test_a_week_ago_is_told_where_there_was_one(site: Site) -> None:
    viewer = site.staff("vic", "viewer")
    assert "by this time" not in viewer.get("/admin/").text
    payment = site.ask(site.plan())
    then = site.now() - WEEK - 60
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", then)
    assert "by this time KES 20" in viewer.get("/admin/").text
