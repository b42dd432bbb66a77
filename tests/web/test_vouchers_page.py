"""The vouchers' pages: what became of each, print, take back; and the scanned code."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from house import MAC, Browser, Site

from hotspot_lite.town.whole import Ports, Town
from hotspot_lite.trade.goods import batches
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import Voucher, VoucherBatch
from hotspot_lite.web import qr
from hotspot_lite.web.vouchers import scanned


@pytest.fixture
def batch(site: Site) -> VoucherBatch:
    return vouchers.make(site.plan("<b>Hour</b>"), 3, "jane", site.now())


@pytest.fixture
def cashier(site: Site) -> Browser:
    return site.staff("carl", "cashier")


@pytest.fixture
def manager(site: Site) -> Browser:
    return site.staff("mary", "manager")


def here(batch: VoucherBatch) -> str:
    return f"/admin/vouchers/{batch.id}"


def used(site: Site, batch: VoucherBatch) -> str:
    code = vouchers.codes(batch)[0]
    vouchers.redeem(code, MAC, "", site.now())
    return code


def codes_on(text: str) -> list[str]:
    return re.findall(r"<(?:code|strong)>(\w{5}-\w{5})<", text)


def test_what_became_of_each_is_told(
    site: Site, batch: VoucherBatch, cashier: Browser
) -> None:
    code = used(site, batch)
    page = cashier.get(here(batch)).text
    assert codes_on(page) == vouchers.codes(batch)
    assert "Unused 2" in page and "Used 1" in page and MAC in page
    assert "<b>Hour" not in page
    assert codes_on(cashier.get(here(batch) + "?state=used").text) == [code]
    assert code not in cashier.get(here(batch) + "?state=unused").text
    assert len(codes_on(cashier.get(here(batch) + "?state=odd&after=x").text)) == 3


def test_a_large_batch_has_pages(site: Site, cashier: Browser) -> None:
    batch = vouchers.make(site.plan(), 150, "jane", site.now())
    page = cashier.get(here(batch)).text
    rest = re.search(rf'href="({here(batch)}\?state=&amp;after=\d+)"', page)
    assert rest
    found = codes_on(page) + codes_on(cashier.get(rest[1].replace("&amp;", "&")).text)
    assert found == vouchers.codes(batch)


def test_older_batches_are_a_click_away(site: Site, cashier: Browser) -> None:
    plan = site.plan()
    made = [vouchers.make(plan, 1, "jane", site.now()) for _ in range(21)]
    page = cashier.get("/admin/vouchers").text
    assert f'href="{here(made[0])}"' not in page
    older = cashier.get(f"/admin/vouchers?before={made[1].id}").text
    assert f'href="{here(made[0])}"' in older and "Older ones" not in older


@pytest.mark.parametrize("paper", ["a4", "80", "58"])
def test_what_can_still_be_used_is_printed(
    site: Site, batch: VoucherBatch, cashier: Browser, paper: str
) -> None:
    code = used(site, batch)
    answer = cashier.get(f"{here(batch)}/print?paper={paper}")
    assert answer.status == 200
    assert codes_on(answer.text) == vouchers.codes(batch)[1:]
    assert answer.text.count("<svg") == 2
    assert code not in answer.text and "<b>Hour" not in answer.text


def test_one_is_printed_again(batch: VoucherBatch, cashier: Browser) -> None:
    voucher = Voucher.select().where(Voucher.batch == batch).get()
    page = cashier.get(f"{here(batch)}/print?paper=58&voucher={voucher.id}").text
    assert codes_on(page) == [voucher.code]
    page = cashier.get(f"{here(batch)}/print?voucher=999").text
    assert "Nothing to print" in page


@pytest.mark.parametrize("path", ["/print?paper=a3", "/prints", "/print/1"])
def test_a_paper_there_is_not(batch: VoucherBatch, cashier: Browser, path: str) -> None:
    assert cashier.get(here(batch) + path).status == 404


def test_the_codes_as_a_file(site: Site, batch: VoucherBatch, cashier: Browser) -> None:
    code = used(site, batch)
    lines = cashier.get(f"{here(batch)}/codes.csv").text.split("\r\n")
    assert lines[0] == "code,state,device"
    assert lines[1] == f"{code},used,{MAC}"
    assert [line.split(",")[1] for line in lines[2:4]] == ["unused", "unused"]


def test_a_batch_of_any_size_is_in_the_file_whole(
    batch: VoucherBatch, cashier: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vouchers, "MOST_AT_ONCE", 2)
    lines = cashier.get(f"{here(batch)}/codes.csv").text.split("\r\n")[1:-1]
    assert [line.split(",")[0] for line in lines] == vouchers.codes(batch)


def test_a_manager_takes_one_back_and_then_the_rest(
    batch: VoucherBatch, manager: Browser
) -> None:
    token = manager.get(here(batch)).field("csrf")
    first = Voucher.select().order_by(Voucher.id).get()
    asked = {"csrf": token, "voucher": str(first.id)}
    assert manager.post(here(batch), asked).status == 303
    assert batches.tally(batch).counts["taken back"] == 1
    again = manager.post(here(batch), asked)
    assert again.status == 422 and "No unused voucher" in again.text
    assert manager.post(here(batch), {"csrf": token, "all": "1"}).status == 303
    assert batches.tally(batch).counts["unused"] == 0
    assert "Take all" not in manager.get(here(batch)).text


def test_nothing_named_takes_nothing_back(
    batch: VoucherBatch, manager: Browser
) -> None:
    token = manager.get(here(batch)).field("csrf")
    for odd in ({}, {"voucher": "all"}, {"voucher": "0"}, {"voucher": "9" * 12}):
        manager.post(here(batch), {"csrf": token} | odd)
    assert batches.tally(batch).counts["unused"] == 3


def test_a_cashier_takes_none_back(batch: VoucherBatch, cashier: Browser) -> None:
    page = cashier.get(here(batch))
    assert "Take back" not in page.text
    token = cashier.get("/admin/vouchers").field("csrf")
    assert cashier.post(here(batch), {"csrf": token, "all": "1"}).status == 403
    assert batches.tally(batch).counts["unused"] == 3


# --- what the phone that scanned it sees


def test_a_scanned_code_is_filled_in(site: Site, batch: VoucherBatch) -> None:
    code = vouchers.codes(batch)[0]
    page = Browser(site.url).get(f"/?voucher={code}").text
    assert f'value="{code}"' in page and "<details open>" in page


def test_a_code_comes_by_the_router_too(site: Site, batch: VoucherBatch) -> None:
    code = vouchers.codes(batch)[0]
    wanted = quote(f"http://portal.lan/?voucher={code.upper()}", safe="")
    page = Browser(site.url).get(f"/?mac={MAC}&link-orig={wanted}").text
    assert f'value="{code}"' in page


@pytest.mark.parametrize("odd", ["<script>", "abc", "a" * 900, "%00", "11111-11111"])
def test_what_is_no_code_is_not_filled_in(site: Site, odd: str) -> None:
    page = Browser(site.url).get(f"/?voucher={quote(odd)}&link-orig=http://[")
    assert page.status == 200
    assert 'name="code" required maxlength="64"' in page.text
    assert odd not in page.text.replace("%00", "")[500:] or odd == "abc"


def test_the_code_is_drawn_for_a_page() -> None:
    drawn = qr.svg("http://10.5.50.1/login")
    assert drawn.startswith("<svg") and "viewBox" in drawn and "width=" not in drawn


def test_a_phone_that_scans_is_known_and_has_its_code_filled_in(
    site: Site, batch: VoucherBatch
) -> None:
    code = vouchers.codes(batch)[0]
    ports = Ports(web=urlsplit(site.url).port or 0)
    with Town(ports=ports) as town:
        phone = town.visitor()
        router = f"127.0.0.1:{town.router.http_port}"
        page = phone.get(scanned(code, site.url, router))
        form = next(form for form in page.forms if form.fields.get("code") == code)
        waiting = phone.submit(form)
        assert "Your voucher is accepted" in waiting.html
    assert Voucher.get(Voucher.code == code).redeemed_mac == phone.mac
