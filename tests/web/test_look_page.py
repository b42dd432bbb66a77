"""The place's colour, logo and help, on every page of its portal."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from pathlib import Path

import pytest
from house import JOINED, Answer, Browser, Site
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser as Chromium
from test_pages_in_chromium import chromium, page_of, sign_in

from hotspot_lite.trade.models import Audit, Look
from hotspot_lite.web import colors, pages

__all__ = ["chromium"]
PAGE = "/admin/look"


def png(side: int = 1, noise: bytes = b"") -> bytes:
    """A grey picture, with as many bytes more as wanted."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        sealed = kind + body
        return (
            struct.pack(">I", len(body))
            + sealed
            + struct.pack(">I", zlib.crc32(sealed))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * side for _ in range(side)))
    parts = chunk(b"IHDR", head) + chunk(b"tEXt", b"Comment\0" + noise)
    return b"\x89PNG\r\n\x1a\n" + parts + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def manager(site: Site) -> Browser:
    return site.staff("mary", "manager")


def say(manager: Browser, **fields: str) -> Answer:
    csrf = manager.get(PAGE).field("csrf")
    return manager.post(PAGE, {"csrf": csrf} | fields)


def send_logo(manager: Browser, picture: bytes | str) -> Answer:
    csrf = manager.get(PAGE).field("csrf")
    text = picture
    if isinstance(picture, bytes):
        text = base64.b64encode(picture).decode()
    return manager.post(f"{PAGE}/logo", {"csrf": csrf, "logo": str(text)})


# -- colour and help ---------------------------------------------------------------


def test_a_colour_is_on_the_next_page_of_everybody_and_allowed_there(
    site: Site, manager: Browser
) -> None:
    before = site.browser().get(f"/?{JOINED}")
    assert say(manager, color="#7A1FA2", help="", phone="").where == PAGE
    after = site.browser().get(f"/?{JOINED}")
    assert "--main:#7a1fa2" in after.text and "--main:#7a1fa2" not in before.text
    mark = "content-security-policy"
    assert after.headers[mark] != before.headers[mark]
    assert say(manager, color="#7a1fa2", ours="1", help="", phone="").status == 303
    assert site.browser().get(f"/?{JOINED}").headers[mark] == before.headers[mark]


def test_help_is_at_the_foot_and_its_phone_is_a_tap(
    site: Site, manager: Browser
) -> None:
    say(manager, color="", help="Ask at <b>Mama Njeri</b>", phone="+254 712 345 678")
    for path in ("/", "/status", "/claim", "/back"):
        page = site.browser().get(f"{path}?{JOINED}").text
        assert "Ask at &lt;b&gt;Mama Njeri" in page
        assert 'href="tel:+254712345678"' in page
    assert "Msaada" in site.browser().get(f"/?{JOINED}&lang=sw").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"color": "green"},
        {"color": "#12345"},
        {"color": "#0b6b45;}body{display:none"},
        {"phone": "call me"},
        {"phone": "1" * 30},
        {"help": "long " * 100},
    ],
)
def test_what_can_not_be_shown_is_refused_and_changes_nothing(
    manager: Browser, wrong: dict[str, str]
) -> None:
    given = {"color": "#7a1fa2", "help": "Here", "phone": "0712345678"}
    say(manager, **given)
    answer = say(manager, **(given | wrong))
    assert answer.status == 422 and 'role="alert"' in answer.text
    look = Look.get()
    assert (look.color, look.help, look.phone) == tuple(given.values())


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_can_be_read_on_light_and_dark(number: int) -> None:
    color = f"#{number:06x}"
    css = colors.css(color)
    light, dark = re.findall(r"--main:(#\w{6});--on-main:(#\w{6})", css)
    for (main, ink), grounds in ((light, colors.LIGHT), (dark, colors.DARK)):
        assert colors.contrast(ink, main) >= 4.5
        for ground in grounds:
            assert colors.contrast(main, ground) >= 4.5


def test_the_contrast_is_that_of_the_standard() -> None:
    assert colors.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colors.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    ours = pages.our_color()
    assert f"--main:{ours}" in colors.css(ours)


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    light, dark = pages.portal_css().split("prefers-color-scheme:dark", 1)
    for css, grounds in ((light, colors.LIGHT), (dark, colors.DARK)):
        told = dict(re.findall(r"--(paper|card|good):(#[0-9a-f]+)", css))
        found = {
            c if len(c) == 7 else "#" + c[1] * 2 + c[2] * 2 + c[3] * 2
            for c in told.values()
        }
        assert found == set(grounds)


# -- the logo ----------------------------------------------------------------------


def test_a_logo_is_in_the_head_of_each_page(site: Site, manager: Browser) -> None:
    assert send_logo(manager, png()).where == PAGE
    page = site.browser().get(f"/?{JOINED}").text
    where = re.search(r'<img src="(/logo/\w+)"', page)
    assert where
    shown = site.browser().get(where[1])
    assert shown.body == png()
    assert shown.headers["content-type"] == "image/png"
    assert "immutable" in shown.headers["cache-control"]
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert Audit.get(Audit.what == "look change").who == "mary"


def test_another_logo_has_another_address_and_none_has_none(
    site: Site, manager: Browser
) -> None:
    send_logo(manager, png())
    first = site.browser().get(f"/?{JOINED}").text
    send_logo(manager, png(2))
    assert site.browser().get(f"/?{JOINED}").text != first
    csrf = manager.get(PAGE).field("csrf")
    manager.post(f"{PAGE}/logo", {"csrf": csrf, "drop": "1"})
    assert "<img" not in site.browser().get(f"/?{JOINED}").text
    assert site.browser().get("/logo/123456789012").status == 404


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a",
        png(noise=b"x" * 10_300),
        "not base64!",
        "=",
    ],
)
def test_what_is_no_small_picture_is_refused(
    site: Site, manager: Browser, picture: bytes | str
) -> None:
    answer = send_logo(manager, picture)
    assert answer.status == 422 and 'role="alert"' in answer.text
    assert "<img" not in site.browser().get(f"/?{JOINED}").text


def test_a_large_picture_is_made_small_by_the_browser(
    site: Site, chromium: Chromium, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(1500))
    with page_of(chromium, 360) as page:
        sign_in(page, site)
        page.goto(site.url + PAGE)
        page.get_by_label("Picture").set_input_files(photo)
        page.get_by_role("button", name="Use this picture").click()
        page.get_by_alt_text("The logo of now").wait_for()
        page.goto(f"{site.url}/?{JOINED}")
        sizes = page.evaluate(
            "(() => { const i = document.images[0];"
            " return [i.naturalWidth, i.naturalHeight] })()"
        )
    assert sizes == [96, 96]
    assert len(Look.get().logo) <= 10 * 1024


def test_a_file_that_is_no_picture_is_told_by_the_browser(
    site: Site, chromium: Chromium, tmp_path: Path
) -> None:
    text = tmp_path / "logo.png"
    text.write_text("no picture")
    with page_of(chromium, 1280) as page:
        sign_in(page, site)
        page.goto(site.url + PAGE)
        page.get_by_label("Picture").set_input_files(text)
        page.get_by_role("button", name="Use this picture").click()
        page.get_by_text("That is no picture").wait_for()


@pytest.mark.parametrize("role", ["cashier", "viewer"])
def test_others_do_not_change_it(site: Site, role: str) -> None:
    browser = site.staff("john", role)
    csrf = browser.get("/admin/plans").field("csrf")
    for path in (PAGE, f"{PAGE}/logo"):
        assert browser.post(path, {"csrf": csrf, "drop": "1"}).status == 403
    assert browser.get(PAGE).status == 403
