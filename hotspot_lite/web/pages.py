"""What every page is made with: templates, security headers, addresses, errors.

Knows no trade. Templates escape what they show, unless they say {{!…}}, and that is
for our own style sheet and the page inside its frame only.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from bottle import (
    HTTPError,
    HTTPResponse,
    SimpleTemplate,
    request,
    static_file,
)

from hotspot_lite import store
from hotspot_lite.settings import Settings
from hotspot_lite.web import colors
from hotspot_lite.web.language import Words
from hotspot_lite.web.menu import KEYS, groups_for

log = logging.getLogger(__name__)
TEMPLATES = Path(__file__).parent / "templates"
# A form of ours has a handful of short fields.
MOST_FORM_BYTES = 16 * 1024
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OWN = (
    "/admin",
    "/api",
    "/cb",
    "/static",
    "/wait",
    "/router",
    "/logo",
    "/captive-portal",
)


@functools.cache
def static_folder() -> Path:
    """Where app.css and its like are: in the installed package, or the checkout."""
    package = Path(__file__).parent.parent
    inside = package / "static"
    return inside if inside.is_dir() else package.parent / "static"


@functools.lru_cache(8)
def portal_css(color: str = "") -> str:
    """The portal's style, as it stands inside each of its pages.

    `color`, #0b6b45, is the place's own; "": ours.
    """
    text = (static_folder() / "portal.css").read_text(encoding="utf-8")
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    short = re.sub(r"\s*([{};:,>])\s*", r"\1", re.sub(r"\s+", " ", bare)).strip()
    return short + colors.css(color)


def our_color() -> str:
    """The portal's own colour on light pages, #0b6b45."""
    found = re.search(r"--main:(#[0-9a-f]{6})", portal_css())
    assert found is not None
    return found[1]


@functools.lru_cache(8)
def _css_hash(color: str) -> str:
    digest = hashlib.sha256(portal_css(color).encode()).digest()
    return "sha256-" + base64.b64encode(digest).decode()


@functools.cache
def version_of(name: str) -> str:
    """A short mark of a static file's content, so that it can be kept for ever."""
    return hashlib.sha256((static_folder() / name).read_bytes()).hexdigest()[:8]


@functools.cache
def _template(name: str) -> SimpleTemplate:
    return SimpleTemplate(name=name, lookup=[str(TEMPLATES)])


def render(template: str, /, **values: Any) -> str:
    """The template `template`.tpl with `values`."""
    return str(_template(f"{template}.tpl").render(**values))


def portal_page(
    name: str, t: Words, status: int = 200, login_origin: str = "", **values: Any
) -> HTTPResponse:
    """A page of the portal in the language `t`.

    `login_origin` is the router a form on it may be sent to, besides ourselves.
    """
    color = values.get("color", "")
    body = render(f"portal/{name}", t=t, css=portal_css(color), **values)
    headers = ALWAYS | {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Security-Policy": _portal_policy(login_origin, color),
    }
    return HTTPResponse(body, status, headers)


def _portal_policy(login_origin: str, color: str) -> str:
    return (
        f"default-src 'none'; style-src '{_css_hash(color)}'; img-src 'self' data:;"
        f" form-action 'self' {login_origin}".rstrip()
        + "; frame-ancestors 'none'; base-uri 'none'"
    )


def admin_page(
    template: str, live_port: int, status: int = 200, /, **values: Any
) -> HTTPResponse:
    """A page of the admin; it may speak to the live process on `live_port`."""
    body = render(
        f"admin/{template}",
        live_port=live_port,
        version_of=version_of,
        menu=groups_for,
        keys=KEYS,
        **values,
    )
    headers = ALWAYS | {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Security-Policy": _admin_policy(live_port),
        # Without it browsers hide where a form comes from, from ourselves too.
        "Referrer-Policy": "same-origin",
    }
    return HTTPResponse(body, status, headers)


def _admin_policy(live_port: int) -> str:
    live = f"{host_name()}:{live_port}"
    sockets = f" ws://{live} wss://{live}" if live_port and host_name() else ""
    return (
        f"default-src 'self'; connect-src 'self'{sockets}; img-src 'self' data:;"
        " object-src 'none'; form-action 'self'; frame-ancestors 'none';"
        " base-uri 'none'"
    )


def json_page(told: object, status: int = 200, kind: str = "") -> HTTPResponse:
    """`told` as JSON, never kept by anybody on the way."""
    headers = ALWAYS | {
        "Content-Type": kind or "application/json",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(json.dumps(told), status, headers)


def text_page(text: str, status: int = 200) -> HTTPResponse:
    """Plain text."""
    kind = "text/plain; charset=utf-8"
    return HTTPResponse(text, status, ALWAYS | {"Content-Type": kind})


def go_to(path: str, status: int = 303) -> HTTPResponse:
    """Send the browser to another page of ours."""
    more = {"Location": path, "Cache-Control": "no-store"}
    return HTTPResponse("", status, ALWAYS | more)


def form(name: str, most_letters: int = 1000) -> str:
    """A field of the posted form as text; "" if it is missing or isn't UTF-8."""
    return str(request.forms.getunicode(name, "") or "")[:most_letters]


def query(name: str) -> str:
    """A field of the address; "" if it is missing or isn't UTF-8."""
    return str(request.query.getunicode(name, "") or "")


def whole(name: str) -> int | None:
    """A field of the address as a whole number, or None."""
    text = query(name)
    is_number = text.isascii() and text.isdigit() and len(text) < 16
    return int(text) if is_number else None


def header(name: str, otherwise: str = "") -> str:
    """A header of the request as it came, Latin-1 on the wire; never an error."""
    key = "HTTP_" + name.upper().replace("-", "_")
    return str(request.environ.get(key, otherwise))


def client_address() -> str:
    """Where the request came from.

    A proxy on this very machine (the tunnel for callbacks) may say for whom it asks;
    nobody else is believed.
    """
    peer = str(request.environ.get("REMOTE_ADDR") or "")
    told = header("X-Forwarded-For", "").rpartition(",")[2].strip()
    if not told or not _is_loopback(peer):
        return peer
    return told if _is_address(told) else peer


def is_this_machine() -> bool:
    """Whether this machine asks for itself, and not for somebody behind a proxy."""
    return _is_loopback(client_address())


def is_same(told: str, right: str) -> bool:
    """Whether two secrets are the same, in a time that doesn't tell how much of it."""
    return hmac.compare_digest(told.encode(), right.encode())


def is_https() -> bool:
    """Whether the browser's side of the connection is TLS."""
    peer = str(request.environ.get("REMOTE_ADDR") or "")
    told = str(header("X-Forwarded-Proto", ""))
    is_tls = request.environ.get("wsgi.url_scheme") == "https"
    return is_tls or (_is_loopback(peer) and told == "https")


def host_name() -> str:
    """The name by which the browser reached us, without the port; "" if odd."""
    found = HOST.fullmatch(header("Host", ""))
    return found[1] if found else ""


def own_url(settings: Settings) -> str:
    """The portal's address as settings or, without, the request says; no slash."""
    told = str(settings["web.public_url"])
    port = int(settings["web.port"])
    host = host_name() + ("" if port == 80 else f":{port}")
    return told or f"http://{host}"


def is_own_origin() -> bool:
    """Whether a form came from a page of ours, as far as the browser tells.

    Where it doesn't tell ("null": the portal sends no referrer), the form's own
    signature or the session's token has to say it.
    """
    told = header("Origin", "null")
    if told != "null":
        return str(told).partition("://")[2] == str(header("Host", ""))
    site = str(header("Sec-Fetch-Site", "same-origin"))
    return site in ("same-origin", "none")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_loopback(text: str) -> bool:
    return _is_address(text) and ip_address(text).is_loopback


def serve_static(name: str) -> HTTPResponse:
    """A file of static/; kept for ever where its address carries its version."""
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(css|js|svg|png)", name):
        return text_page("There is no such file.\n", 404)
    kept = "public, max-age=31536000, immutable" if query("v") else "no-cache"
    headers = ALWAYS | {"Cache-Control": kept}
    return static_file(name, root=str(static_folder()), headers=headers)


def guard(view: Callable[..., Any]) -> Callable[..., Any]:
    """The plugin around every page: refuses large forms, and turns faults into 503/500.

    Here and not in an error handler, so that what failed is logged once and no
    traceback reaches a page.
    """

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except HTTPResponse:
            raise
        except Exception as exc:
            if store.is_busy(exc):
                log.warning("%s: the database is busy", request.path)
                raise HTTPError(503) from None
            log.exception("%s %s failed", request.method, request.path)
            raise HTTPError(500) from None

    return guarded


def refuse_large_forms() -> None:
    """A hook: our forms are small, and what isn't is not read. Callbacks see theirs."""
    is_form = request.method not in ("GET", "HEAD") and not request.path.startswith(
        "/cb/"
    )
    if is_form and request.content_length > MOST_FORM_BYTES:
        raise HTTPError(413)
