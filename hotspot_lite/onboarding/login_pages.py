"""The hotspot's own pages: they hand the customer over to the portal.

RouterOS fills in $(…) when it serves them. It has no way to escape HTML, only URLs
(-esc), so nothing that a customer or a server typed stands in a page except escaped
for a URL. Source: MikroTik's manual, hotspot customisation.
"""

from __future__ import annotations

HANDED = (
    ("mac", "mac-esc"),
    ("ip", "ip"),
    ("link-login-only", "link-login-only-esc"),
    ("link-orig", "link-orig-esc"),
    ("server-name", "server-name-esc"),
    ("identity", "identity-esc"),
)
# Ours, so that ours and a router's say the same; the keys are RouterOS's.
ERRORS = {
    "internal-error": "internal error, try again ($(error-orig))",
    "config-error": "the hotspot is not set up completely ($(error-orig))",
    "not-logged-in": "you are not logged in",
    "ippool-empty": "no free address, try again later",
    "shutting-down": "the hotspot is restarting, try again",
    "user-session-limit": "no more sessions are allowed for user $(username)",
    "license-session-limit": "too many people are online, try again later",
    "wrong-mac-username": "invalid username",
    "chap-missing": "web browser did not send challenge response",
    "invalid-username": "invalid username or password",
    "invalid-mac": "user $(username) is not allowed to log in from this MAC address",
    "uptime-limit": "user $(username) has reached uptime limit",
    "traffic-limit": "user $(username) has reached traffic limit",
    "radius-timeout": "RADIUS server is not responding",
    "auth-in-progress": "already authorizing, retry later",
    "radius-reply": "$(error-orig)",
}


def files(portal_url: str) -> dict[str, str]:
    """Every file of the hotspot's folder, by its name."""
    portal = portal_url.rstrip("/")
    home = f"{portal}/?{_query()}"
    # Only the login page knows of an error; the portal shows it instead of looping.
    with_error = f"{home}$(if error)&amp;error=$(error-esc)$(endif)"
    status = f"{portal}/status?mac=$(mac-esc)&amp;ip=$(ip)"
    gone = "You are logged out."
    return {
        "login.html": _login(portal, with_error),
        "rlogin.html": _REDIRECT + _page("WiFi", home),
        "redirect.html": _REDIRECT + _page("WiFi", "$(link-redirect-esc)", plain=True),
        "alogin.html": _page("You are online.", status),
        "status.html": _page("WiFi", status),
        "logout.html": _page(gone, home),
        "error.html": _page("WiFi", f"{home}&amp;error=hotspot"),
        "errors.txt": "".join(f"{name} = {text}\n" for name, text in ERRORS.items()),
        "api.json": _api(portal),
    }


# These two lines set the answer's status and its Location; they test nothing.
_REDIRECT = (
    "$(if http-status == 302)Hotspot login required$(endif)\n"
    '$(if http-header == "Location")$(link-redirect)$(endif)\n'
)


def _query() -> str:
    return "&amp;".join(f"{name}=$({value})" for name, value in HANDED)


def _page(says: str, url: str, plain: bool = False) -> str:
    if plain:
        url = "$(link-redirect)"
    return (
        "<!doctype html>\n<html><head><title>WiFi</title>\n"
        '<meta name="viewport" content="width=device-width">\n'
        '<meta http-equiv="pragma" content="no-cache">\n'
        f'<meta http-equiv="refresh" content="0; url={url}"></head>\n'
        f'<body><p>{says} <a href="{url}">Go on</a></p></body></html>\n'
    )


def _login(portal: str, url: str) -> str:
    """To the portal if it is there; if not, a form of the router's own.

    While the box is dead the router knows who has paid (see access.planes). Whether the
    portal is there is tried by an image: that needs no rights between origins.
    """
    return (
        "<!doctype html>\n<html><head><title>WiFi</title>\n"
        '<meta name="viewport" content="width=device-width">\n'
        '<meta http-equiv="pragma" content="no-cache">\n'
        f'<noscript><meta http-equiv="refresh" content="0; url={url}"></noscript>\n'
        "</head>\n"
        f'<body><p>WiFi <a id="go" href="{url}">Go on</a></p>\n'
        '<form id="own" method="post" action="$(link-login-only)" hidden>\n'
        "<p>Packages can't be bought just now. If you have paid, log in with the"
        " name and the password of your SMS, or with your voucher as both.</p>\n"
        "$(if error)<p><b>That was not right, or is used up.</b></p>$(endif)\n"
        '<p><label>Name <input name="username" autocapitalize="none"></label></p>\n'
        '<p><label>Password <input name="password" type="password"></label></p>\n'
        "<p><button>Log in</button></p></form>\n"
        f"<script>{_TRY.replace('PORTAL', portal)}</script>\n"
        "</body></html>\n"
    )


# A box that is there answers a phone on its own WiFi within seconds.
_TRY = """
var own = document.getElementById("own"), probe = new Image();
function show() { own.hidden = false; }
probe.onload = function () { location.replace(document.getElementById("go").href); };
probe.onerror = show;
setTimeout(show, 5000);
probe.src = "PORTAL/router/here.gif?" + Date.now();
"""


def _api(portal: str) -> str:
    """RFC 8908, as the router itself tells it."""
    return (
        "{\n"
        "\"captive\": $(if logged-in == 'yes')false$(else)true$(endif),\n"
        f'"user-portal-url": "{portal}/",\n'
        "$(if session-time-left-secs)"
        '"seconds-remaining": $(session-time-left-secs),\n$(endif)'
        '"can-extend-session": true\n'
        "}\n"
    )
