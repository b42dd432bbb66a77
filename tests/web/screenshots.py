"""Takes the pictures of the README, and of every page a designer wants to look at.

    python tests/web/screenshots.py docs
    python tests/web/screenshots.py FOLDER --all

A whole box in the pretend town sells to sixteen people first. Without --all only the
pictures that the README shows are taken. Needs Debian's chromium.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from hotspot_lite.drill import Crowd
from hotspot_lite.stage import Stage, until
from hotspot_lite.web.menu import MENU

PASSWORD = "a long pass phrase"
PHONE, DESK = (360, 740), (1280, 800)
PLANS = (
    ("1 Hour", "20", "1h", "2M/4M", "1"),
    ("1 Day", "80", "1d", "3M/6M", "2"),
    ("1 Week", "400", "7d", "3M/6M", "3"),
)
SETTLE_SECONDS = 8
IN_README = ("/admin/",)
# Every page of the menu, and some that are a click further.
PAGES = (
    *(path for group in MENU for path, _, _ in group.pages),
    *("/admin/me", "/admin/trend", "/admin/payments/1", "/admin/customers/1"),
    *("/admin/vouchers/1", "/admin/plans/1", "/admin/agents/3"),
    *("/admin/messages/automatic", "/admin/cash"),
)
STAFF = (("jane", "owner"), ("peter", "cashier"), ("amina", "agent"))
OF_A_CASHIER = ("/admin/", "/admin/cash", "/admin/vouchers", "/admin/customers")
OF_A_CUSTOMER = ("/status", "/claim", "/back", "/status/device")


@contextmanager
def town_that_sold() -> Iterator[Stage]:
    """A box with three packages, an owner, and sixteen people who came to buy."""
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder), 0.1) as stage:
        stage.command("db", "migrate")
        for name, price, duration, rate, devices in PLANS:
            terms = ("--duration", duration, "--rate", rate, "--devices", devices)
            stage.command("plan", "add", "--name", name, "--price", price, *terms)
        for name, role in STAFF:
            hire(stage, name, role)
        stage.serve()
        crowd = Crowd(stage, 16, "1 Hour")
        crowd.start()
        crowd.join(60)
        fill(stage)
        time.sleep(SETTLE_SECONDS)
        yield stage


def hire(stage: Stage, name: str, role: str) -> None:
    """Somebody of the staff, with the password of them all."""
    words = ("admin", "add", name, "--role", role, "--password-stdin")
    subprocess.run(
        [sys.executable, "-m", "hotspot_lite", *words],
        env=stage.environment,
        input=PASSWORD.encode(),
        check=True,
        capture_output=True,
    )


def fill(stage: Stage) -> None:
    """Something on every page."""
    stage.command("voucher", "create", "--plan", "1 Day", "--count", "12")
    stage.command("discount", "add", "KARIBU20", "--percent", "20")
    stage.command("agent", "set", "amina", "--commission", "7.5", "--limit", "2000")
    stage.command("agent", "take-in", "amina", "500", "--note", "receipt 17")
    stage.command("message", "send", "Free hour until 6", "--to", "online")


class Camera:
    """Takes a page as PNG files, for a phone and a desk, by day and by night."""

    def __init__(self, browser: Browser, folder: Path, is_all: bool) -> None:
        self._browser, self._folder, self._is_all = browser, folder, is_all
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def page(self, size: tuple[int, int]) -> Iterator[Page]:
        """A page of that size, by day."""
        width, height = size
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="light"
        )
        yield context.new_page()
        context.close()

    def take(self, page: Page, name: str) -> None:
        """The page as it is; with --all whole, at night and on a phone too."""
        file = self._folder / f"{name}.png"
        page.screenshot(path=file, full_page=self._is_all)
        with Image.open(file) as picture:  # 64 colours are a third of the bytes
            picture.convert("RGB").quantize(64).save(file, optimize=True)
        if not self._is_all:
            return
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=self._folder / f"{name}-night.png", full_page=True)
        page.emulate_media(color_scheme="light")
        size = page.viewport_size
        if size is not None and size["width"] > PHONE[0]:
            page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            page.screenshot(path=self._folder / f"{name}-phone.png", full_page=True)
            page.set_viewport_size(size)


def portal(stage: Stage, camera: Camera) -> None:
    """Choose, pay, be online: the customer's three pages."""
    somebody = stage.town.visitor()
    stage.town.daraja.phones[somebody.phone].enter_pin_after_seconds = 59
    with camera.page(PHONE) as page:
        page.goto(somebody.browse().url)
        camera.take(page, "portal")
        page.get_by_text("1 Hour", exact=True).click()
        page.get_by_label("phone").first.fill(somebody.number)
        page.get_by_role("button").first.click()
        page.wait_for_url("**/wait/**")
        camera.take(page, "portal-wait")
        until(lambda: stage.town.daraja.prompts.on(somebody.phone), 10)
        stage.town.daraja.enter_pin(somebody.phone)
        until(somebody.is_on_the_internet, 20)
        page.reload()
        camera.take(page, "portal-online")


def tour(stage: Stage, camera: Camera) -> None:
    """The customer's other pages, in both languages."""
    somebody = stage.town.visitor()
    with camera.page(PHONE) as page:
        home = somebody.browse().url
        for language in ("en", "sw"):
            page.goto(f"{home}&lang={language}")
            camera.take(page, f"portal-home-{language}")
            for path in OF_A_CUSTOMER:
                page.goto(f"{stage.town.portal_url}{path}")
                camera.take(page, f"portal{path.replace('/', '-')}-{language}")


def admin(
    stage: Stage, camera: Camera, paths: tuple[str, ...], name: str = "jane"
) -> None:
    """Pages of the admin, as one of the staff sees them."""
    url = stage.town.portal_url
    with camera.page(DESK) as page:
        page.goto(f"{url}/admin/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/**")
        for path in paths:
            answer = page.goto(f"{url}{path}")
            if answer is None or not answer.ok:
                raise SystemExit(f"{path} is no page")
            page.wait_for_timeout(1500)
            called = path.removeprefix("/admin/").replace("/", "-") or "live"
            camera.take(page, f"{'admin' if name == 'jane' else name}-{called}")


def main(words: list[str]) -> None:
    """Take the pictures into the folder named first."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not words or path is None:
        sys.exit(__doc__)
    is_all = "--all" in words
    with town_that_sold() as stage, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        camera = Camera(browser, Path(words[0]), is_all)
        portal(stage, camera)
        admin(stage, camera, PAGES if is_all else IN_README)
        if is_all:
            tour(stage, camera)
            admin(stage, camera, OF_A_CASHIER, "peter")
            admin(stage, camera, ("/admin/agent",), "amina")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
