"""The owner makes tokens and webhooks; what is secret is shown once."""

from __future__ import annotations

import re

import pytest
from house import Browser, Site

from hotspot_lite.trade.models import ApiToken, Webhook
from hotspot_lite.trade.office import hooks
from hotspot_lite.trade.people import tokens

HERE = "/admin/programs"


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("olive", "owner")


def post(owner: Browser, do: str, **more: str) -> tuple[int, str]:
    token = owner.get(HERE).field("csrf")
    answer = owner.post(HERE, {"csrf": token, "do": do} | more)
    return answer.status, answer.text


def test_a_token_is_made_shown_once_works_and_is_revoked(
    site: Site, owner: Browser
) -> None:
    told = {"name": "<b>Till</b>", "scope": "sell", "days": "30"}
    status, page = post(owner, "make-token", **told)
    found = re.search(r"hsl_[\w-]+", page)
    assert status == 200 and found and "<b>Till" not in page
    key = {"Authorization": f"Bearer {found[0]}"}
    assert site.browser().get("/api/v1/plans", **key).status == 200
    assert found[0] not in owner.get(HERE).text
    assert post(owner, "revoke", id=str(ApiToken.get().id))[0] == 303
    assert site.browser().get("/api/v1/plans", **key).status == 401
    assert post(owner, "revoke", id=str(ApiToken.get().id))[0] == 404


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"name": " "}, "Name the program"),
        ({"scope": "everything"}, "A scope is one of"),
        ({"days": "-1"}, "0 to 3650 days"),
        ({"days": "4000"}, "0 to 3650 days"),
    ],
)
def test_a_token_that_can_not_be_is_refused(
    owner: Browser, more: dict[str, str], says: str
) -> None:
    told = {"name": "Till", "scope": "sell", "days": "30"} | more
    status, page = post(owner, "make-token", **told)
    assert status == 422 and says in page
    assert not ApiToken.select().exists()


def test_a_webhook_is_added_paused_ones_go_on_and_it_is_deleted(
    site: Site, owner: Browser
) -> None:
    status, page = post(owner, "add-hook", url="https://a.example/in", types="x y")
    hook = Webhook.get()
    assert status == 200 and hook.secret in page
    assert hook.secret not in owner.get(HERE).text
    Webhook.update(is_paused=True).execute()
    assert post(owner, "resume-hook", id=str(hook.id))[0] == 303
    assert not Webhook.get().is_paused
    assert post(owner, "delete-hook", id=str(hook.id))[0] == 303
    assert not hooks.listed()


def test_a_wrong_address_is_said_beside(owner: Browser) -> None:
    status, page = post(owner, "add-hook", url="nowhere")
    assert status == 422 and "no address to call" in page and 'value="nowhere"' in page


def test_a_manager_makes_no_tokens(site: Site) -> None:
    manager = site.staff("mary", "manager")
    assert manager.get(HERE).status == 403
    token = manager.get("/admin/vouchers").field("csrf")
    assert manager.post(HERE, {"csrf": token, "do": "make-token"}).status == 403
    assert not tokens.listed()
