"""The hotspot's own pages, as a router fetches them from the box."""

from __future__ import annotations

import pytest
from house import Site


@pytest.mark.parametrize("name", ["login.html", "alogin.html", "error.html"])
def test_a_router_fetches_a_page_that_leads_to_the_portal(site: Site, name) -> None:
    answer = site.browser().get(f"/router/{name}")
    assert answer.status == 200
    assert 'http-equiv="refresh"' in answer.text
    assert "mac=$(mac-esc)" in answer.text


def test_there_is_no_other_file(site: Site) -> None:
    assert site.browser().get("/router/setup.rsc").status == 404
    assert site.browser().get("/router/box.key").status == 404
