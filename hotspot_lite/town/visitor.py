"""Somebody with a phone: asks for a page, follows redirects, fills in forms.

Like a captive sign-in sheet it runs no script and keeps no cookie. It calls from an
address of its own, by which the router knows the device.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

MOST_REDIRECTS = 6


@dataclass
class Form:
    """A form on a page: where it goes and what it holds already."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """What a browser would show: address, status, text and forms."""

    url: str
    status: int
    html: str
    forms: list[Form]

    def form_with(self, *names: str) -> Form:
        """The first form that has all these fields. Raises LookupError."""
        for form in self.forms:
            if all(name in form.fields for name in names):
                return form
        raise LookupError(f"no form with {names} on {self.url}:\n{self.html[:2000]}")


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self.url, given.get("action", ""))
            self.forms.append(Form(action, given.get("method", "get").upper()))
        elif tag in ("input", "button", "select") and self.forms and given.get("name"):
            chosen = given.get("type") != "radio" or "checked" in given
            fields = self.forms[-1].fields
            if chosen or given["name"] not in fields:
                fields[given["name"]] = given.get("value", "")


class Visitor:
    """A device on the WiFi with its owner. `phone` is 2547…; `number` is as typed."""

    def __init__(self, mac: str, ip: str, phone: str, router_port: int) -> None:
        self.mac, self.ip, self.phone = mac, ip, phone
        self._router_port = router_port

    @property
    def number(self) -> str:
        """The phone number as its owner types it."""
        return "0" + self.phone[3:]

    def browse(self, url: str = "http://neverssl.example/") -> Page:
        """Ask for any page of the internet: the router answers in its stead."""
        status, headers, body = self._ask(
            "127.0.0.1", self._router_port, "GET", url, b"", urlsplit(url).netloc
        )
        return self._follow(url, status, headers, body)

    def get(self, url: str) -> Page:
        """Ask for one page, redirects followed."""
        return self._request("GET", url, b"")

    def submit(self, form: Form, **typed: str) -> Page:
        """Send a form with what is typed into it."""
        data = urlencode(form.fields | typed)
        if form.method == "GET":
            return self._request("GET", f"{form.action}?{data}", b"")
        return self._request("POST", form.action, data.encode())

    def buy(self, portal: Page, plan: str) -> Page:
        """Choose the package whose form names it, type the number, send it."""
        return self.submit(self._form_of(portal, plan), phone=self.number)

    def is_on_the_internet(self) -> bool:
        """Whether the router lets this device through."""
        return "on the internet" in self.browse().html

    def _form_of(self, portal: Page, plan: str) -> Form:
        forms = [f for f in portal.forms if "plan" in f.fields]
        if not forms:
            raise LookupError(f"nothing is on sale on {portal.url}")
        return next((f for f in forms if f.fields["plan"] == plan), forms[0])

    def _request(self, method: str, url: str, data: bytes) -> Page:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        status, headers, body = self._ask(
            parts.hostname or "", parts.port or 80, method, path, data, parts.netloc
        )
        return self._follow(url, status, headers, body)

    def _follow(
        self, url: str, status: int, headers: dict[str, str], body: str
    ) -> Page:
        for _ in range(MOST_REDIRECTS):
            if status not in (301, 302, 303, 307):
                break
            url = urljoin(url, headers["location"])
            parts = urlsplit(url)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            status, headers, body = self._ask(
                parts.hostname or "", parts.port or 80, "GET", path, b"", parts.netloc
            )
        reader = _Reader(url)
        reader.feed(body)
        return Page(url, status, body, reader.forms)

    def _ask(
        self, host: str, port: int, method: str, path: str, data: bytes, named: str
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection(
            host, port, timeout=15, source_address=(self.ip, 0)
        )
        headers = {"Host": named, "User-Agent": "CaptiveNetworkSupport"}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, data or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, text
        except http.client.HTTPException as exc:  # cut off in the middle of an answer
            raise ConnectionError(f"{path}: the answer broke off: {exc!r}") from exc
        finally:
            connection.close()
