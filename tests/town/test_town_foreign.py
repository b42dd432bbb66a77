"""The pretend router and a client that is not ours: RouterOS-api, as people use it.

librouteros's own suite and node-routeros's specs run against it by hand:
`librouteros_suite.py` and `node_routeros_suite.py` beside this file.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from routeros_api import RouterOsApiPool
from routeros_api.exceptions import RouterOsApiCommunicationError

from hotspot_lite.town.routeros import PretendRouter

PASSWORD = "a pass word"
USER = "/ip/hotspot/user"


@pytest.fixture(params=["6.42.1", "6.49.10", "7.18.2"])
def router(request: pytest.FixtureRequest) -> Iterator[PretendRouter]:
    with PretendRouter(version=request.param, api_users={"admin": PASSWORD}) as router:
        yield router


def pool(router: PretendRouter, password: str = PASSWORD) -> RouterOsApiPool:
    """Signs in as RouterOS of that age wants it: by challenge before 6.43."""
    return RouterOsApiPool(
        "127.0.0.1",
        username="admin",
        password=password,
        port=router.api_port,
        plaintext_login=router.version >= (6, 43),
    )


def test_a_foreign_client_adds_changes_finds_and_removes_a_user(
    router: PretendRouter,
) -> None:
    users = pool(router).get_api().get_resource(USER)
    users.add(name="0712000001", password="x", comment="grüß")
    (added,) = users.get(name="0712000001")
    assert added["comment"] == "grüß"
    users.set(id=added["id"], limit_uptime="1h")
    (changed,) = users.get(id=added["id"])
    assert changed["limit-uptime"] == "1h"
    users.remove(id=added["id"])
    assert users.get(name="0712000001") == []


def test_a_foreign_client_is_told_of_its_mistakes_and_may_go_on(
    router: PretendRouter,
) -> None:
    users = pool(router).get_api().get_resource(USER)
    users.add(name="0712000001")
    with pytest.raises(RouterOsApiCommunicationError, match="already have user"):
        users.add(name="0712000001")
    with pytest.raises(RouterOsApiCommunicationError, match="no such command"):
        users.call("nosuch")
    assert [row["name"] for row in users.get()] == ["0712000001"]


def test_a_foreign_client_sees_the_hosts_and_what_the_router_is(
    router: PretendRouter,
) -> None:
    router.join("02:00:00:00:00:0A", "127.5.50.10")
    api = pool(router).get_api()
    (host,) = api.get_resource("/ip/hotspot/host").get()
    assert (host["mac-address"], host["DHCP"]) == ("02:00:00:00:00:0A", "true")
    (resource,) = api.get_resource("/system/resource").get()
    assert resource["version"] == f"{router.version_text} (stable)"


def test_a_foreign_client_with_a_wrong_password_is_refused(
    router: PretendRouter,
) -> None:
    said = "cannot log in" if router.version < (6, 43) else "invalid user name"
    with pytest.raises(RouterOsApiCommunicationError, match=said):
        pool(router, "wrong").get_api()
