"""The hotspot's web pages: sends strangers to the portal, takes logins, tells a status.

A device is known by the address it calls from; what a login does is known in
`hotspot`.
"""

from __future__ import annotations

import html
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from hotspot_lite.town.hotspot import Device, Hotspot, Refused
from hotspot_lite.town.routeros_values import duration

CHAP_MISSING = (
    "web browser did not send challenge response (try again, enable JavaScript)"
)
OWN_PATHS = ("/login", "/logout", "/status", "/api", "/api.json")


class Site(Protocol):
    """What the pages need of the router."""

    hotspot: Hotspot
    portal_url: str
    default_device: Device | None

    @property
    def identity(self) -> str: ...

    @property
    def own_hosts(self) -> frozenset[str]: ...

    @property
    def http_url(self) -> str: ...

    def now(self) -> float: ...


class Servlet:
    """The running web server of one router."""

    def __init__(self, site: Site, port: int) -> None:
        handler = type("Pages", (_Pages,), {"site": site})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Pages(BaseHTTPRequestHandler):
    """Answers one request. Whatever isn't the router's own page is the internet."""

    site: Site
    timeout = 10
    server_version = "RouterOS"
    sys_version = ""

    def do_GET(self) -> None:
        self._respond(dict(parse_qsl(urlsplit(self.path).query)))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, 65536)).decode("utf-8", "replace")
        query = dict(parse_qsl(urlsplit(self.path).query))
        self._respond({**query, **dict(parse_qsl(body))})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the journal tells what matters."""

    def _respond(self, form: dict[str, str]) -> None:
        device = self._device()
        if device is None:
            self._page(404, f"No device has joined at {self.client_address[0]}.")
            return
        path = urlsplit(self.path).path
        if not (self._is_own_host() and path in OWN_PATHS):
            self._internet(device)
        elif path == "/login":
            self._login(device, form)
        elif path == "/logout":
            self._logout(device)
        elif path == "/status":
            self._status(device)
        else:
            self._captive_api(device)

    def _device(self) -> Device | None:
        source = str(self.client_address[0])
        device = self.site.hotspot.device_at(source)
        return device or (self.site.default_device if source == "127.0.0.1" else None)

    def _asked_host(self) -> str:
        return urlsplit(self.path).netloc or self.headers.get("Host") or ""

    def _is_own_host(self) -> bool:
        return self._asked_host().partition(":")[0] in self.site.own_hosts

    def _internet(self, device: Device) -> None:
        if device.is_online:
            self._page(200, "You are on the internet.")
            return
        url = self.path
        if url.startswith("/"):
            url = f"http://{self._asked_host()}{url}"
        self._to_portal(device, link_orig=url)

    def _login(self, device: Device, form: dict[str, str]) -> None:
        dst = form.get("dst", "")
        if device.is_online:
            self._redirect(dst or f"{self.site.http_url}/status")
        elif "username" not in form:
            self._to_portal(device, link_orig=dst)
        elif not self.site.hotspot.accepts("http-pap"):
            self._to_portal(device, link_orig=dst, error=CHAP_MISSING)
        else:
            self._try_login(device, form, dst)

    def _try_login(self, device: Device, form: dict[str, str], dst: str) -> None:
        try:
            device.log_in(form["username"], form.get("password", ""))
        except Refused as refusal:
            self._to_portal(device, link_orig=dst, error=str(refusal))
        else:
            self._redirect(dst or f"{self.site.http_url}/status")

    def _logout(self, device: Device) -> None:
        was_online = device.is_online
        device.log_out()
        if was_online:
            self._page(200, "You have just logged out.")
        else:
            self._to_portal(device, link_orig="")

    def _status(self, device: Device) -> None:
        session = device.session
        if session is None:
            self._redirect(f"{self.site.http_url}/login")
            return
        now = self.site.now()
        left = session.seconds_left(now)
        text = f"Welcome {session.user}! Up {duration(now - session.began_at)}."
        self._page(200, text + ("" if left is None else f" Left {duration(left)}."))

    def _captive_api(self, device: Device) -> None:
        session = device.session
        told: dict[str, object] = {
            "captive": session is None,
            "user-portal-url": f"{self.site.http_url}/login",
            "can-extend-session": True,
        }
        left = session.seconds_left(self.site.now()) if session else None
        if left is not None:
            told["seconds-remaining"] = int(left)
        self._send(200, json.dumps(told), "application/captive+json")

    def _to_portal(self, device: Device, link_orig: str, error: str = "") -> None:
        query = {
            "mac": device.mac,
            "ip": device.ip,
            "link-login-only": f"{self.site.http_url}/login",
            "link-orig": link_orig,
            "error": error,
            "server-name": self.site.hotspot.server,
            "identity": self.site.identity,
        }
        join = "&" if "?" in self.site.portal_url else "?"
        self._redirect(self.site.portal_url + join + urlencode(query, quote_via=quote))

    def _redirect(self, url: str) -> None:
        self.send_response(302)
        # No line may be smuggled into the header by a dst.
        self.send_header("Location", url.replace("\r", "").replace("\n", ""))
        self.send_header("Content-Length", "0")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()

    def _page(self, status: int, text: str) -> None:
        body = f"<!doctype html><title>Hotspot</title><p>{html.escape(text)}</p>"
        self._send(status, body, "text/html; charset=utf-8")

    def _send(self, status: int, body: str, kind: str) -> None:
        raw = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)
