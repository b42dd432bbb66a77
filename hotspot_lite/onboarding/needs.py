"""What the box needs of the router, held against what is: the steps that are missing.

Rows of ours carry the comment hsl. A row that serves us already is adopted; any other
row is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface

from hotspot_lite.onboarding import login_pages, waking
from hotspot_lite.onboarding.garden import garden
from hotspot_lite.onboarding.seen import Row, Seen
from hotspot_lite.onboarding.site import MARK, RIGHTS, Site, is_address
from hotspot_lite.onboarding.steps import STARS, Step, change

PROFILE = f"{MARK}-prof"
POOL = f"{MARK}-pool"
OPTION = f"{MARK}-114"
SIGNS_SINCE = (7, 15)
OPTION_COMMENT_SINCE = (7, 16)
FEWEST_ADDRESSES = 16
RADIUS_WAIT = "3s"  # a reject is held back for a second, and the Pi may be slow


def steps(site: Site, seen: Seen) -> list[Step]:
    """Every step that is missing, in an order in which each may be taken."""
    return [step for rule in (*RULES, _waking, _api) for step in rule(site, seen)]


# -- the hotspot -----------------------------------------------------------------


def _hotspot(site: Site, seen: Seen) -> Iterator[Step]:
    server = seen.server(site.server)
    if server is None:
        yield from _new_hotspot(site, seen)
    else:
        name = server.get("profile", "default")
        profile = seen.named("/ip/hotspot/profile", name)
        if profile is not None:
            yield from _kept(_profile_step(profile, seen))
        yield from _kept(
            change(
                "/ip/hotspot",
                server,
                {"disabled": "no"},
                "The hotspot server is switched off.",
            )
        )
    yield from _pages(site, seen)


def _profile_step(profile: Row, seen: Seen) -> Step | None:
    words = _profile_words(seen, profile.get("login-by", ""))
    if profile.get("html-directory-override"):
        words["html-directory-override"] = ""
    why = "Logins go by the portal, and RADIUS decides and counts."
    return change("/ip/hotspot/profile", profile, words, why)


def _profile_words(seen: Seen, login_by: str) -> dict[str, str]:
    ways = [way for way in login_by.split(",") if way]
    # The portal hands the password over in clear: http-pap must be among the ways.
    ways += [way for way in ("http-pap", "mac-cookie") if way not in ways]
    return {
        "login-by": ",".join(ways),
        "use-radius": "yes",
        "radius-accounting": "yes",
        "radius-interim-update": "received",
        "split-user-domain": "no",
        "html-directory": seen.folder,
    }


def _new_hotspot(site: Site, seen: Seen) -> Iterator[Step]:
    """A hotspot on an interface that has an address; without one, remarks say so."""
    found = seen.address_on(site.interface) if site.interface else None
    if found is None or found.network.num_addresses < FEWEST_ADDRESSES:
        return
    yield from _addresses(site, seen, found)
    profile = {
        "name": PROFILE,
        "hotspot-address": str(found.ip),
        **_profile_words(seen, "http-chap"),
    }
    if seen.named("/ip/hotspot/profile", PROFILE) is None:
        why = "How the hotspot signs customers in."
        yield Step("/ip/hotspot/profile", "add", profile, why, key=("name",))
    server = {
        "name": site.server,
        "interface": site.interface,
        "address-pool": POOL,
        "profile": PROFILE,
        "disabled": "no",
    }
    why = f"The hotspot itself, on {site.interface}."
    yield Step("/ip/hotspot", "add", server, why, key=("name",))


def _addresses(site: Site, seen: Seen, found: IPv4Interface) -> Iterator[Step]:
    if seen.named("/ip/pool", POOL) is None:
        words = {"name": POOL, "ranges": _range(site, found)}
        yield Step("/ip/pool", "add", words, "Addresses for customers.", key=("name",))
    rows = seen.of("/ip/dhcp-server")
    if not any(row.get("interface") == site.interface for row in rows):
        network = {
            "address": str(found.network),
            "gateway": str(found.ip),
            "dns-server": str(found.ip),
            "comment": MARK,
        }
        why = "Customers are told their gateway and name server."
        key = ("address", "comment")
        yield Step("/ip/dhcp-server/network", "add", network, why, key=key)
        server = {
            "name": f"{MARK}-dhcp",
            "interface": site.interface,
            "address-pool": POOL,
            "lease-time": "1h",
            "disabled": "no",
        }
        why = "Customers get an address."
        yield Step("/ip/dhcp-server", "add", server, why, key=("name",))
    if not _masquerades(seen):
        nat = {
            "chain": "srcnat",
            "action": "masquerade",
            "src-address": str(found.network),
            "comment": MARK,
        }
        why = "Customers reach the internet by the router's address."
        key = ("src-address", "comment")
        yield Step("/ip/firewall/nat", "add", nat, why, key=key)


def _masquerades(seen: Seen) -> bool:
    return any(
        row.get("action") == "masquerade" and row.get("disabled") != "true"
        for row in seen.of("/ip/firewall/nat")
    )


def _range(site: Site, found: IPv4Interface) -> str:
    """All but the first nine, which are for router, box and access points."""
    first, last = found.network[10], found.network[-2]
    while last in (found.ip, _address(site.box_address)):
        last = last - 1
    return f"{first}-{last}"


def _address(text: str) -> IPv4Address | None:
    return IPv4Address(text) if is_address(text) and ":" not in text else None


def _pages(site: Site, seen: Seen) -> Iterator[Step]:
    """The files that send a customer to the portal, fetched from the box."""
    if not seen.has("/file"):
        return
    sizes = {row.get("name"): row.get("size") for row in seen.of("/file")}
    for name, text in login_pages.files(site.portal_url).items():
        path, size = f"{seen.folder}/{name}", len(text.encode())
        if sizes.get(path) != str(size):
            url = f"{site.portal_url.rstrip('/')}/router/{name}"
            words = {"url": url, "dst-path": path, "mode": url.partition(":")[0]}
            why = f"The hotspot's {name} sends customers to the portal."
            before = {"size": sizes[path] or ""} if path in sizes else {}
            yield Step("/tool", "fetch", words, why, before=before, size_bytes=size)


# -- RADIUS ----------------------------------------------------------------------


def our_radius(site: Site, seen: Seen) -> Row | None:
    """The RADIUS entry that is ours by its comment, or serves us already."""
    rows = seen.of("/radius")
    marked = [row for row in rows if row.get("comment") == MARK]
    to_us = [
        row
        for row in rows
        if row.get("address") == site.box_address
        and "hotspot" in row.get("service", "").split(",")
    ]
    return next(iter([*marked, *to_us]), None)


def _radius(site: Site, seen: Seen) -> Iterator[Step]:
    if not seen.has("/radius"):
        return
    why = "RADIUS on this box says who may be online."
    words = _radius_words(site, seen)
    row = our_radius(site, seen)
    if row is None:
        yield Step("/radius", "add", words, why, key=("address", "comment"))
        return
    told = row.get("secret", "")
    if not told.strip("*") and not site.rewrites_secret:
        del words["secret"]
    yield from _kept(change("/radius", row, words, why))


def _radius_words(site: Site, seen: Seen) -> dict[str, str]:
    words = {
        "service": "hotspot",
        "address": site.box_address,
        "secret": site.secret,
        "authentication-port": str(site.auth_port),
        "accounting-port": str(site.acct_port),
        "timeout": RADIUS_WAIT,
        "disabled": "no",
        "comment": MARK,
    }
    if seen.has_address(site.nas_address):
        words["src-address"] = site.nas_address
    if seen.version >= SIGNS_SINCE:
        words["require-message-auth"] = "yes-for-request-resp"
    return words


def _incoming(site: Site, seen: Seen) -> Iterator[Step]:
    if seen.has("/radius/incoming"):
        words = {"accept": "yes", "port": str(site.coa_port)}
        why = "The box may end a session the moment its time is over."
        row = seen.one("/radius/incoming")
        yield from _kept(change("/radius/incoming", row, words, why))


# -- what customers reach without having paid ------------------------------------


def _binding(site: Site, seen: Seen) -> Iterator[Step]:
    """Only a box inside the hotspot's own network would be asked to log in."""
    menu = "/ip/hotspot/ip-binding"
    if not seen.has(menu) or not _is_inside(site, seen):
        return
    rows = seen.of(menu)
    if not any(_bypasses(row, site.box_address) for row in rows):
        words = {"address": site.box_address, "type": "bypassed", "comment": MARK}
        why = "The box itself needn't log in."
        yield Step(menu, "add", words, why, key=("address", "comment"))


def _bypasses(row: Row, address: str) -> bool:
    is_on = row.get("disabled") != "true"
    return is_on and row.get("address") == address and row.get("type") == "bypassed"


def _is_inside(site: Site, seen: Seen) -> bool:
    server = seen.server(site.server) or {"interface": site.interface}
    found = seen.address_on(server.get("interface", ""))
    box = _address(site.box_address)
    return found is not None and box is not None and box in found.network


def _option(site: Site, seen: Seen) -> Iterator[Step]:
    """RFC 8910: DHCP tells where the captive portal's API is; https only."""
    menu = "/ip/dhcp-server/option"
    if not site.captive_api or not seen.has(menu):
        return
    words = {"name": OPTION, "code": "114", "value": f"'{site.captive_api}'"}
    if seen.version >= OPTION_COMMENT_SINCE:
        words["comment"] = MARK
    why = "Phones learn of the portal by DHCP (RFC 8910)."
    row = seen.named(menu, OPTION)
    if row is None:
        yield Step(menu, "add", words, why, key=("name",))
    else:
        yield from _kept(change(menu, row, words, why))
    yield from _kept(_option_step(site, seen, why))


def _option_step(site: Site, seen: Seen, why: str) -> Step | None:
    server = seen.server(site.server) or {"interface": site.interface}
    found = seen.address_on(server.get("interface", ""))
    for row in seen.of("/ip/dhcp-server/network"):
        if found is not None and row.get("address") == str(found.network):
            had = [name for name in row.get("dhcp-option", "").split(",") if name]
            names = had if OPTION in had else [*had, OPTION]
            words = {"dhcp-option": ",".join(names)}
            return change("/ip/dhcp-server/network", row, words, why)
    return None


# -- when the box is dead --------------------------------------------------------


def _waking(site: Site, seen: Seen) -> Iterator[Step]:
    """The script that wakes the router's own users; none where nothing sleeps."""
    if not seen.has(waking.MENU):
        return
    row = seen.named(waking.MENU, waking.NAME)
    why = "The router lets in who has paid while the box is dead."
    if row is not None:
        wanted = waking.words(site) if site.wakes else {"disabled": "yes"}
        yield from _kept(change(waking.MENU, row, wanted, why))
    elif site.wakes:
        yield Step(waking.MENU, "add", waking.words(site), why, key=("name",))


RULES = (_hotspot, _radius, _incoming, garden, _binding, _option)

# -- our own way in --------------------------------------------------------------


def _api(site: Site, seen: Seen) -> Iterator[Step]:
    """A group with three rights, and the box's user in it; the service switched on."""
    if not seen.has("/user") or not seen.has("/user/group"):
        return
    group = seen.named("/user/group", MARK)
    why = "The box's own rights at the router: no more than it needs."
    if group is None:
        words = {"name": MARK, "policy": ",".join(RIGHTS), "comment": MARK}
        yield Step("/user/group", "add", words, why, key=("name",))
    else:
        yield from _kept(_group_step(group, why))
    yield from _kept(_user_step(site, seen))
    service = seen.named("/ip/service", "api-ssl" if site.is_tls else "api")
    if service is not None:
        why = "The box speaks to the router by its API."
        step = change("/ip/service", service, {"disabled": "no"}, why, is_risky=True)
        yield from _kept(step)


def _group_step(group: Row, why: str) -> Step | None:
    had = {part for part in group.get("policy", "").split(",") if part}
    granted = {part for part in had if not part.startswith("!")}
    if granted == set(RIGHTS):
        return None
    # set changes only what it names, so what is to go must be named.
    policy = ",".join([*RIGHTS, *(f"!{part}" for part in sorted(granted - {*RIGHTS}))])
    before = {"policy": group.get("policy", "")}
    words = {"policy": policy}
    row_id = group.get(".id", "")
    step = Step("/user/group", "set", words, why, row_id, before, is_risky=True)
    return replace(step, found_by={"name": MARK})


def _user_step(site: Site, seen: Seen) -> Step | None:
    user = seen.named("/user", site.api_user)
    words = {
        "name": site.api_user,
        "group": MARK,
        "password": site.api_password,
        "address": f"{site.box_address}/32",
        "comment": MARK,
    }
    why = "The box's own user at the router, from the box's address only."
    if user is None:
        return Step("/user", "add", words, why, key=("name",), is_risky=True)
    if user.get("comment") != MARK:
        # Somebody's own user: the owner decides; a remark says so.
        return None
    # Nobody may read a password: that it is right is seen by signing in.
    wanted = {"group": MARK, "address": words["address"], "disabled": "no"}
    return change("/user", user, wanted, why, is_risky=True)


def _kept(step: Step | None) -> list[Step]:
    return [] if step is None else [step]


def secret_is_unseen(site: Site, seen: Seen) -> bool:
    """Whether our RADIUS secret there can't be compared with these rights."""
    row: Mapping[str, str] = our_radius(site, seen) or {"secret": site.secret}
    return row.get("secret", "").strip("*") == "" or row.get("secret") == STARS
