"""What a person should know of a router before the box uses it; the box mends none.

A blocker must be done by hand first, a warning costs customers or money, a note is
good to know. Leftovers of other systems are reported and never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hotspot_lite.onboarding import needs
from hotspot_lite.onboarding.seen import Row, Seen
from hotspot_lite.onboarding.site import MARK, Site

SKEW_SECONDS = 120
OLDEST = (6, 43)
ADVISED_6 = (6, 49)
ADVISED_7 = (7, 15)
SERVER = "Set router.hotspot_server to the one that customers use: {}."


@dataclass(frozen=True)
class Remark:
    """One thing. `code` is a word for it, `todo` what to do; "" is nothing."""

    code: str
    level: str
    says: str
    todo: str = ""


def remarks(site: Site, seen: Seen) -> list[Remark]:
    """Everything worth saying, in no order."""
    rules = (
        *(_device_mode, _package, _version, _clock, _server, _interface, _rights),
        *(_nas_address, _radius, _api_user, _api_service, _profile, _mikhmon),
        *(_user_manager, _strangers, _bindings),
    )
    return [remark for rule in rules for remark in rule(site, seen)]


# -- what the router itself forbids ------------------------------------------------


def _device_mode(site: Site, seen: Seen) -> Iterator[Remark]:
    if seen.one("/system/device-mode").get("hotspot") in ("false", "no"):
        yield Remark(
            "device-mode",
            "blocker",
            "The router's device-mode forbids the hotspot.",
            "In its terminal: /system/device-mode/update hotspot=yes, then press its"
            " button or cut its power within 5 minutes.",
        )


def _package(site: Site, seen: Seen) -> Iterator[Remark]:
    row = seen.named("/system/package", "hotspot")
    if row is not None and row.get("disabled") == "true":
        yield Remark(
            "package",
            "blocker",
            "The router's package hotspot is switched off.",
            "In its terminal: /system package enable hotspot, then reboot it.",
        )
    elif not seen.has("/ip/hotspot"):
        yield Remark(
            "package",
            "blocker",
            "The router has no hotspot menu.",
            "Install the package hotspot of its version, or give the user read.",
        )


def _version(site: Site, seen: Seen) -> Iterator[Remark]:
    version = seen.version
    advised = ADVISED_6 if version < (7,) else ADVISED_7
    if version < OLDEST:
        yield Remark(
            "version",
            "warning",
            f"RouterOS {seen.version_text} is too old to sign in safely.",
            "Update it to the newest long-term version.",
        )
    elif version < advised:
        newest = ".".join(map(str, advised))
        yield Remark(
            "version",
            "note",
            f"RouterOS {seen.version_text} works; from {newest} on RADIUS answers are"
            " proved genuine (BlastRADIUS)."
            if advised == ADVISED_7
            else f"RouterOS {seen.version_text} works.",
            f"Update to {newest} or newer when it is quiet.",
        )


def _clock(site: Site, seen: Seen) -> Iterator[Remark]:
    skew = seen.skew_seconds
    if skew is None or abs(skew) <= SKEW_SECONDS:
        return
    ntp = seen.one("/system/ntp/client").get("enabled") in ("true", "yes")
    yield Remark(
        "clock",
        "warning",
        f"The router's clock is {abs(skew)} s {'ahead of' if skew > 0 else 'behind'}"
        " the box's.",
        "See that its NTP server answers."
        if ntp
        else "In its terminal: /system/ntp/client/set enabled=yes and a server.",
    )


# -- what must be there before -----------------------------------------------------


def _server(site: Site, seen: Seen) -> Iterator[Remark]:
    servers = [row.get("name", "") for row in seen.of("/ip/hotspot")]
    found = seen.server(site.server)
    if found is None and servers:
        says = f"The router has {len(servers)} hotspot servers, none is {site.server}."
        yield Remark("server", "blocker", says, SERVER.format(", ".join(servers)))
    elif found is not None and found.get("name") != site.server:
        says = f"The router's only hotspot server is {found.get('name')}: it is used."
        yield Remark("server", "note", says, SERVER.format(found.get("name")))
    if found is not None and found.get("invalid") == "true":
        yield Remark(
            "server",
            "warning",
            f"The router says its hotspot server {found.get('name')} is invalid.",
            "See in Winbox, IP > Hotspot, whether its interface is there.",
        )


def _interface(site: Site, seen: Seen) -> Iterator[Remark]:
    if not seen.has("/ip/hotspot") or seen.of("/ip/hotspot"):
        return
    if not site.interface:
        yield Remark(
            "interface",
            "blocker",
            "The router has no hotspot server.",
            "Set router.interface to the interface customers are on; it must have an"
            " address.",
        )
        return
    found = seen.address_on(site.interface)
    if found is None:
        says, todo = f"The interface {site.interface} has no address.", "Give it one."
        yield Remark("interface", "blocker", says, f"{todo} /ip/address/add does.")
    elif found.network.num_addresses < needs.FEWEST_ADDRESSES:
        says = f"The network {found.network} is too small for customers."
        yield Remark("interface", "blocker", says, "Take a /24 or larger.")


def _rights(site: Site, seen: Seen) -> Iterator[Remark]:
    wanted = ("/radius", "/ip/service", "/file", "/user")
    unread = [menu for menu in wanted if not seen.has(menu)]
    if unread:
        yield Remark(
            "rights",
            "warning",
            f"These menus could not be read: {', '.join(unread)}.",
            "Plan with a user that has full rights: --username admin.",
        )


def _nas_address(site: Site, seen: Seen) -> Iterator[Remark]:
    is_here = site.box_address.startswith("127.")
    if not is_here and not seen.has_address(site.nas_address):
        yield Remark(
            "nas-address",
            "warning",
            f"radius.nas_address is {site.nas_address}, which is no address of the"
            " router: its RADIUS questions would not be answered.",
            "Set it to the router's address on the box's network.",
        )


# -- what stands beside ours ---------------------------------------------------------


def _radius(site: Site, seen: Seen) -> Iterator[Remark]:
    ours = needs.our_radius(site, seen)
    for row in seen.of("/radius"):
        asks = "hotspot" in row.get("service", "").split(",")
        if row is not ours and asks and row.get("disabled") != "true":
            address = row.get("address", "?")
            yield Remark(
                "radius",
                "warning",
                f"The router asks another RADIUS server too: {address}.",
                f"If nobody needs it: /radius/disable [find address={address}]",
            )
    if ours is not None and needs.secret_is_unseen(site, seen):
        yield Remark(
            "secret",
            "note",
            "With these rights the RADIUS secret there can't be seen.",
            "See by a login that it is right, or set it anew.",
        )


def _api_user(site: Site, seen: Seen) -> Iterator[Remark]:
    user = seen.named("/user", site.api_user)
    if user is not None and user.get("comment") != MARK:
        yield Remark(
            "user",
            "warning" if user.get("group") == "full" else "note",
            f"The box's user {site.api_user} was made by somebody else, in the group"
            f" {user.get('group', '?')}.",
            f"For no more rights than needed: /user/set {site.api_user} group={MARK}"
            f" comment={MARK}",
        )


def _api_service(site: Site, seen: Seen) -> Iterator[Remark]:
    service = seen.named("/ip/service", "api-ssl" if site.is_tls else "api")
    if service is None:
        return
    if not site.is_tls:
        yield Remark(
            "tls",
            "note",
            "The box speaks to the router without encryption.",
            "Give api-ssl a certificate (docs/router.md, TLS) and set router.tls.",
        )
    elif service.get("certificate", "none") in ("", "none"):
        yield Remark(
            "tls",
            "warning",
            "The router's api-ssl has no certificate.",
            "docs/router.md, TLS, has the lines that make one.",
        )
    if not service.get("address"):
        yield Remark(
            "service",
            "note",
            f"The router's {service.get('name')} listens to everybody.",
            f"/ip/service/set {service.get('name')} address={site.box_address}/32 lets"
            " only the box in.",
        )


def _profile(site: Site, seen: Seen) -> Iterator[Remark]:
    server = seen.server(site.server) or {}
    profile = seen.named("/ip/hotspot/profile", server.get("profile", ""))
    if profile is None:
        return
    ways = profile.get("login-by", "").split(",")
    if "trial" in ways:
        says = "The hotspot gives trials by itself: time that nobody paid for."
        yield Remark("trial", "warning", says, "Take trial out of its login-by.")
    if "https" in ways and profile.get("ssl-certificate", "none") in ("", "none"):
        says = "The hotspot offers https without a certificate: phones show no portal."
        yield Remark("https", "warning", says, "Take https out of its login-by.")
    if profile.get("html-directory-override"):
        says = "The hotspot's pages are another system's: "
        says += profile["html-directory-override"]
        yield Remark(
            "pages",
            "note",
            f"{says}.",
            "Ours take their place: hotspot-lite router setup.",
        )


def _mikhmon(site: Site, seen: Seen) -> Iterator[Remark]:
    profiles = [r for r in seen.of("/ip/hotspot/user/profile") if _is_mikhmon(r)]
    timers = [r for r in seen.of("/system/scheduler") if _is_mikhmons_timer(r)]
    scripts = [
        row
        for row in seen.of("/system/script")
        if row.get("comment", "").lower() == "mikhmon"
    ]
    if profiles or timers or scripts:
        names = [row.get("name", "") for row in (*profiles, *timers)][:5]
        yield Remark(
            "mikhmon",
            "warning",
            f"Mikhmon was here: {len(profiles)} profiles with its login script,"
            f" {len(timers)} schedulers, {len(scripts)} sales records"
            f"{' (' + ', '.join(names) + ')' if names else ''}.",
            "Its schedulers remove users by themselves. Once its vouchers are used up,"
            " remove them in Winbox.",
        )


def _is_mikhmon(row: Row) -> bool:
    script = row.get("on-login", "")
    return script.startswith(':put (",') or "mikhmon" in script.lower()


def _is_mikhmons_timer(row: Row) -> bool:
    told = row.get("on-event", "")
    return (
        row.get("comment", "").startswith("Monitor Profile")
        or "mikhmon" in told.lower()
        or "/ip hotspot user" in told
    ) and not row.get("name", "").startswith(MARK)


def _user_manager(site: Site, seen: Seen) -> Iterator[Remark]:
    if seen.one("/user-manager").get("enabled") in ("true", "yes"):
        yield Remark(
            "user-manager",
            "warning",
            "The router's own User Manager is switched on.",
            "Two systems would decide: /user-manager/set enabled=no",
        )


def _strangers(site: Site, seen: Seen) -> Iterator[Remark]:
    strangers = [
        row
        for row in seen.of("/ip/hotspot/user")
        if not row.get("comment", "").startswith(MARK)
        and row.get("default") != "true"
        and row.get("dynamic") != "true"
    ]
    if strangers:
        yield Remark(
            "users",
            "note",
            f"{len(strangers)} local hotspot users are not the box's: they log in"
            " without paying here.",
            "Let their time run out, or remove them.",
        )


def _bindings(site: Site, seen: Seen) -> Iterator[Remark]:
    bypassed = [
        row
        for row in seen.of("/ip/hotspot/ip-binding")
        if row.get("type") == "bypassed"
        and not row.get("comment", "").startswith(MARK)
        and row.get("address") != site.box_address
    ]
    if bypassed:
        yield Remark(
            "bindings",
            "note",
            f"{len(bypassed)} devices are bypassed by hand: they are online for free.",
            "See in Winbox, IP > Hotspot > IP Bindings, whose they are.",
        )
