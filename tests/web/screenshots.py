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

PASSWORD = "a long pass phrase"
PHONE, DESK = (360, 740), (1280, 800)
PLANS = (
    ("1 Hour", "20", "1h", "2M/4M", "1"),
    ("1 Day", "80", "1d", "3M/6M", "2"),
    ("1 Week", "400", "7d", "3M/6M", "3"),
)
SETTLE_SECONDS = 8
IN_README = ("",)
PAGES = (
    "",
    "start",
    "payments",
    "exceptions",
    "customers",
    "sessions",
    "vouchers",
    "plans",
    "messages",
    "reports",
    "figures",
    "router",
    "queue",
    "settings",
    "look",
    "health",
)


@contextmanager
def town_that_sold() -> Iterator[Stage]:
    """A box with three packages, an owner, and sixteen people who came to buy."""
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder), 0.1) as stage:
        stage.command("db", "migrate")
        for name, price, duration, rate, devices in PLANS:
            terms = ("--duration", duration, "--rate", rate, "--devices", devices)
            stage.command("plan", "add", "--name", name, "--price", price, *terms)
        subprocess.run(
            [
                *(sys.executable, "-m", "hotspot_lite", "admin", "add", "jane"),
                *("--role", "owner", "--password-stdin"),
            ],
            env=stage.environment,
            input=PASSWORD.encode(),
            check=True,
            capture_output=True,
        )
        stage.serve()
        crowd = Crowd(stage, 16, "1 Hour")
        crowd.start()
        crowd.join(60)
        time.sleep(SETTLE_SECONDS)
        yield stage


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


def admin(stage: Stage, camera: Camera, names: tuple[str, ...]) -> None:
    """The owner's pages, signed in."""
    url = stage.town.portal_url
    with camera.page(DESK) as page:
        page.goto(f"{url}/admin/")
        page.get_by_label("Name").fill("jane")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/")
        for name in names:
            answer = page.goto(f"{url}/admin/{name}")
            if answer is None or not answer.ok:
                raise SystemExit(f"/admin/{name} is no page")
            page.wait_for_timeout(1500)
            camera.take(page, f"admin-{name or 'live'}")


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
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
