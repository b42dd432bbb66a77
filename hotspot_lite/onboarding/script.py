"""The same plan as a script to paste into the router's terminal: /router/setup.rsc.

It uses the form with spaces, which 6.49 and 7 both take, and only arguments that every
version from 6.49 on has; what is newer is tried by :parse and left if it fails. Run
again, it changes rows of ours and adds none twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from hotspot_lite.onboarding import login_pages, waking
from hotspot_lite.onboarding.needs import OPTION, PROFILE, RADIUS_WAIT
from hotspot_lite.onboarding.site import MARK, RIGHTS, Site
from hotspot_lite.onboarding.steps import STARS, quoted, said

HEAD = """\
# hotspot-lite: sets this router up for the box at {box}.
# RouterOS 6.49 and 7. Paste it into the terminal, or /import it.
# Change what differs at your site: {names}.
:local server {server}
:local folder "hsl"
:if ([:len [/file find name="flash"]] > 0) do={{ :set folder "flash/hsl" }}
"""
MODE = (
    ':do {[[:parse ":if ([/system device-mode get hotspot] = false) do={:put '
    '\\"First: /system/device-mode/update hotspot=yes, then press the button\\"}"]]}'
    " on-error={}"
)


def setup(site: Site, shows_secrets: bool) -> str:
    """The script; with stars for the secrets unless they may be shown."""
    names = "the first line below"
    head = HEAD.format(box=site.box_address, names=names, server=quoted(site.server))
    lines = [head + MODE, *_radius(site, shows_secrets), *_hotspot(site)]
    lines += [*_doors(site), *_option(site), *_user(site, shows_secrets), *_files(site)]
    lines += _waking(site)
    return "\n".join([*lines, ':put "hotspot-lite: done."', ""])


def _put(menu: str, find: str, words: Mapping[str, str]) -> str:
    """Add a row, or set the one that is there."""
    told = said(words)
    return (
        f":if ([:len [{menu} find {find}]] = 0) do={{ {menu} add {told} }}"
        f" else={{ {menu} set [find {find}] {told} }}"
    )


def _hidden(secret: str, shows_secrets: bool) -> str:
    return secret if shows_secrets else STARS


def _radius(site: Site, shows_secrets: bool) -> list[str]:
    words = {
        "service": "hotspot",
        "address": site.box_address,
        "secret": _hidden(site.secret, shows_secrets),
        "authentication-port": str(site.auth_port),
        "accounting-port": str(site.acct_port),
        "timeout": RADIUS_WAIT,
        "comment": MARK,
    }
    return [
        "# RADIUS on the box says who may be online.",
        _put("/radius", f"comment={MARK}", words),
        f"/radius incoming set accept=yes port={site.coa_port}",
    ]


def _hotspot(site: Site) -> list[str]:
    words = {
        "login-by": "http-pap,http-chap,mac-cookie",
        "use-radius": "yes",
        "radius-accounting": "yes",
        "radius-interim-update": "received",
        "split-user-domain": "no",
    }
    told = said(words)
    return [
        "# The hotspot server must be there: /ip hotspot setup makes one.",
        ":if ([:len [/ip hotspot find name=$server]] = 0) do={",
        '  :put ("There is no hotspot server " . $server . ". Run /ip hotspot setup'
        ' first.")',
        "} else={",
        "  :local profile [/ip hotspot get [find name=$server] profile]",
        '  :if ($profile = "default") do={',
        f"    :if ([:len [/ip hotspot profile find name={PROFILE}]] = 0) do={{"
        f" /ip hotspot profile add name={PROFILE} }}",
        f"    /ip hotspot set [find name=$server] profile={PROFILE}",
        f"    :set profile {PROFILE}",
        "  }",
        f"  /ip hotspot profile set [find name=$profile] {told} html-directory=$folder",
        "}",
    ]


def _doors(site: Site) -> list[str]:
    garden = {
        "dst-address": site.box_address,
        "action": "accept",
        "comment": MARK,
    }
    bound = {"address": site.box_address, "type": "bypassed", "comment": MARK}
    menu = "/ip hotspot walled-garden ip"
    lines = [
        "# Customers reach the portal before they have paid; the box is always in.",
        _put(menu, f"comment={MARK} dst-address={site.box_address}", garden),
        _put("/ip hotspot ip-binding", f"comment={MARK}", bound),
    ]
    if site.portal_host:
        named = {"dst-host": site.portal_host, "action": "accept", "comment": MARK}
        lines.append(_put(menu, f"comment={MARK} dst-host={site.portal_host}", named))
    return lines + [_to_pay(host) for host in site.garden]


def _to_pay(host: str) -> str:
    is_wide = "*" in host
    menu = "/ip hotspot walled-garden" + ("" if is_wide else " ip")
    action = "allow" if is_wide else "accept"
    words = {"dst-host": host, "action": action, "comment": MARK}
    return _put(menu, f'comment={MARK} dst-host="{host}"', words)


def _option(site: Site) -> list[str]:
    if not site.captive_api:
        return []
    words = {"name": OPTION, "code": "114", "value": f"'{site.captive_api}'"}
    return [
        "# Phones learn of the portal by DHCP (RFC 8910).",
        _put("/ip dhcp-server option", f"name={OPTION}", words),
        f"# Then give it to the customers' network: dhcp-option={OPTION}",
    ]


def _user(site: Site, shows_secrets: bool) -> list[str]:
    user = {
        "name": site.api_user,
        "group": MARK,
        "password": _hidden(site.api_password, shows_secrets),
        "address": f"{site.box_address}/32",
        "comment": MARK,
    }
    group = {"name": MARK, "policy": ",".join(RIGHTS), "comment": MARK}
    service = "api-ssl" if site.is_tls else "api"
    return [
        "# The box's own user: it may read, write and use the API, from its address.",
        _put("/user group", f"name={MARK}", group),
        _put("/user", f"name={quoted(site.api_user)}", user),
        f"/ip service set {service} disabled=no",
    ]


def _waking(site: Site) -> list[str]:
    if not site.wakes:
        return []
    return [
        "# While the box is dead, the router lets in who has paid.",
        _put("/system scheduler", f"name={waking.NAME}", waking.words(site)),
    ]


def _files(site: Site) -> list[str]:
    portal = site.portal_url.rstrip("/")
    mode = portal.partition(":")[0]
    lines = ["# The hotspot's pages hand customers over to the portal."]
    for name in login_pages.files(portal):
        url = quoted(f"{portal}/router/{name}")
        lines.append(
            f'/tool fetch mode={mode} url={url} dst-path=($folder . "/{name}")'
        )
    return lines
