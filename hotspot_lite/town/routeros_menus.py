"""Which menus the pretend router has: what each takes, shows and starts with.

The argument names are those of RouterOS 7.18.2's own command tree (restraml's dump);
a name that isn't here is refused by name, as a router does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotspot_lite.town import routeros_values as v
from hotspot_lite.town.routeros_values import Check

READ = frozenset(("print", "getall"))
PLAIN = READ | {"add", "set", "remove", "unset"}
TABLE = PLAIN | {"enable", "disable"}
SETTINGS = READ | {"set"}

SAME_NAME = "failure: already have {} with such name"


@dataclass(frozen=True)
class Spec:
    """What one menu is made of.

    `takes` names the arguments of add and set; `refers` says which of them must name
    a row of another menu; `begins` is what a new row shows before anybody set it;
    `hidden` is never shown, `sensitive` only to users with that right.
    """

    path: str
    takes: Mapping[str, Check]
    verbs: frozenset[str] = TABLE
    begins: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    refers: Mapping[str, str] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    duplicate: str = "failure: entry already exists"
    hidden: frozenset[str] = frozenset()
    sensitive: frozenset[str] = frozenset()
    is_single: bool = False


def takes(words: str, **checks: Check) -> dict[str, Check]:
    """Names that take any text, and names (with _ for -) that are checked."""
    taken: dict[str, Check] = dict.fromkeys(words.split(), v.text)
    taken.update({name.replace("_", "-"): check for name, check in checks.items()})
    return taken


_COUNTERS = dict.fromkeys(("bytes-in", "bytes-out", "packets-in", "packets-out"), "0")

_USER = Spec(
    "/ip/hotspot/user",
    takes(
        "comment email name password profile routes server",
        address=v.address,
        disabled=v.flag,
        limit_bytes_in=v.whole,
        limit_bytes_out=v.whole,
        limit_bytes_total=v.whole,
        limit_uptime=v.span,
        mac_address=v.mac,
    ),
    begins={
        "profile": "default",
        "uptime": "0s",
        **_COUNTERS,
        "dynamic": "false",
        "disabled": "false",
    },
    required=("name",),
    refers={"profile": "/ip/hotspot/user/profile", "server": "/ip/hotspot"},
    unique=("name", "server"),
    duplicate="failure: already have user with this name for this server",
    sensitive=frozenset(("password",)),
)

_USER_PROFILE = Spec(
    "/ip/hotspot/user/profile",
    takes(
        "address-list address-pool advertise advertise-interval advertise-timeout "
        "advertise-url incoming-filter incoming-packet-mark insert-queue-before name "
        "on-login on-logout open-status-page outgoing-filter outgoing-packet-mark "
        "parent-queue queue-type rate-limit shared-users",
        add_mac_cookie=v.flag,
        idle_timeout=v.span,
        keepalive_timeout=v.span,
        mac_cookie_timeout=v.span,
        session_timeout=v.span,
        status_autorefresh=v.span,
        transparent_proxy=v.flag,
    ),
    verbs=PLAIN,
    begins={
        "idle-timeout": "none",
        "keepalive-timeout": "2m",
        "status-autorefresh": "1m",
        "shared-users": "1",
        "add-mac-cookie": "true",
        "mac-cookie-timeout": "3d",
        "address-list": "",
        "transparent-proxy": "false",
    },
    required=("name",),
    unique=("name",),
    duplicate=SAME_NAME.format("profile"),
)

_LOGIN_WAYS = v.some_of(
    "mac", "cookie", "http-chap", "https", "http-pap", "trial", "mac-cookie"
)

_SERVER_PROFILE = Spec(
    "/ip/hotspot/profile",
    takes(
        "dns-name hotspot-address html-directory html-directory-override http-proxy "
        "mac-auth-mode mac-auth-password name nas-port-type radius-default-domain "
        "radius-location-id radius-location-name radius-mac-format rate-limit "
        "smtp-server ssl-certificate trial-uptime-limit trial-uptime-reset "
        "trial-user-profile",
        http_cookie_lifetime=v.span,
        install_hotspot_queue=v.flag,
        login_by=_LOGIN_WAYS,
        radius_accounting=v.flag,
        radius_interim_update=v.span,
        split_user_domain=v.flag,
        use_radius=v.flag,
    ),
    verbs=PLAIN,
    begins={
        "hotspot-address": "0.0.0.0",
        "dns-name": "",
        "html-directory": "hotspot",
        "html-directory-override": "",
        "install-hotspot-queue": "false",
        "http-proxy": "0.0.0.0:0",
        "smtp-server": "0.0.0.0",
        "login-by": "cookie,http-chap",
        "http-cookie-lifetime": "3d",
        "split-user-domain": "false",
        "use-radius": "false",
    },
    required=("name",),
    unique=("name",),
    duplicate=SAME_NAME.format("profile"),
)

_SERVER = Spec(
    "/ip/hotspot",
    takes(
        "address-pool addresses-per-mac interface name profile",
        disabled=v.flag,
        idle_timeout=v.span,
        keepalive_timeout=v.span,
        login_timeout=v.span,
    ),
    begins={
        "address-pool": "none",
        "profile": "default",
        "idle-timeout": "5m",
        "keepalive-timeout": "none",
        "login-timeout": "none",
        "addresses-per-mac": "2",
        "proxy-status": "running",
        "invalid": "false",
        "HTTPS": "false",
        "disabled": "false",
    },
    required=("interface", "name"),
    refers={"interface": "/interface", "profile": "/ip/hotspot/profile"},
    unique=("name",),
    duplicate=SAME_NAME.format("server"),
)

_BINDING = Spec(
    "/ip/hotspot/ip-binding",
    takes(
        "comment server",
        address=v.text,
        disabled=v.flag,
        mac_address=v.mac,
        to_address=v.address,
        type=v.one_of("regular", "bypassed", "blocked"),
    ),
    begins={"disabled": "false"},
)

_GARDEN = Spec(
    "/ip/hotspot/walled-garden",
    takes(
        "comment dst-host dst-port method path server",
        action=v.one_of("allow", "deny"),
        disabled=v.flag,
        src_address=v.text,
    ),
    begins={"action": "allow", "hits": "0", "dynamic": "false", "disabled": "false"},
)

_GARDEN_IP = Spec(
    "/ip/hotspot/walled-garden/ip",
    takes(
        "comment dst-address dst-address-list dst-host dst-port protocol server "
        "src-address src-address-list",
        action=v.one_of("accept", "drop", "reject"),
        disabled=v.flag,
    ),
    begins={"action": "accept", "invalid": "false", "disabled": "false"},
)

_RADIUS = Spec(
    "/radius",
    takes(
        "called-id certificate comment domain realm secret",
        accounting_backup=v.flag,
        accounting_port=v.whole,
        address=v.address,
        authentication_port=v.whole,
        disabled=v.flag,
        protocol=v.one_of("udp", "radsec"),
        require_message_auth=v.one_of("no", "yes-for-request-resp"),
        service=v.some_of(
            "ppp", "login", "hotspot", "wireless", "dhcp", "ipsec", "dot1x"
        ),
        src_address=v.address,
        timeout=v.span,
    ),
    begins={
        "service": "",
        "called-id": "",
        "domain": "",
        "authentication-port": "1812",
        "accounting-port": "1813",
        "timeout": "300ms",
        "accounting-backup": "false",
        "realm": "",
        "protocol": "udp",
        "require-message-auth": "yes-for-request-resp",
        "disabled": "false",
    },
    required=("address",),
    sensitive=frozenset(("secret",)),
)

_ADDRESS = Spec(
    "/ip/address",
    takes(
        "comment interface",
        address=v.network,
        broadcast=v.address,
        disabled=v.flag,
        netmask=v.address,
        network=v.address,
    ),
    begins={"invalid": "false", "dynamic": "false", "disabled": "false"},
    required=("address", "interface"),
    refers={"interface": "/interface"},
    unique=("address", "interface"),
    duplicate="failure: already have such address",
)

_INTERFACE = Spec(
    "/interface",
    takes("comment name", disabled=v.flag, l2mtu=v.whole, mtu=v.whole),
    verbs=SETTINGS | {"enable", "disable"},
    unique=("name",),
)

_LEASE = Spec(
    "/ip/dhcp-server/lease",
    takes(
        "address-lists allow-dual-stack-queue always-broadcast block-access client-id "
        "comment dhcp-option dhcp-option-set insert-queue-before lease-time "
        "parent-queue queue-type rate-limit routes server use-src-mac",
        address=v.address,
        disabled=v.flag,
        mac_address=v.mac,
    ),
    begins={
        "status": "waiting",
        "radius": "false",
        "dynamic": "false",
        "blocked": "false",
        "disabled": "false",
    },
    unique=("mac-address", "address"),
)

_POOL = Spec(
    "/ip/pool",
    takes("comment name next-pool ranges"),
    verbs=PLAIN,
    required=("name", "ranges"),
    unique=("name",),
    duplicate=SAME_NAME.format("pool"),
)

_API_USER = Spec(
    "/user",
    takes(
        "address comment group inactivity-policy inactivity-timeout name password",
        disabled=v.flag,
    ),
    begins={"address": "", "group": "read", "expired": "false", "disabled": "false"},
    required=("name", "group"),
    unique=("name",),
    duplicate="failure: user with the same name already exists",
    hidden=frozenset(("password",)),
)

_COOKIE = Spec(
    "/ip/hotspot/cookie",
    {},
    verbs=READ | {"remove"},
    hidden=frozenset(("password",)),
)

SPECS = (
    _USER,
    _USER_PROFILE,
    _SERVER_PROFILE,
    _SERVER,
    _BINDING,
    _GARDEN,
    _GARDEN_IP,
    _RADIUS,
    _ADDRESS,
    _INTERFACE,
    _LEASE,
    _POOL,
    _API_USER,
    _COOKIE,
    Spec("/ip/hotspot/active", {}, verbs=READ | {"remove", "login"}),
    Spec("/ip/hotspot/host", {}, verbs=READ | {"remove"}),
    Spec("/log", {}, verbs=READ),
    Spec("/system/identity", takes("name"), verbs=SETTINGS, is_single=True),
    Spec(
        "/radius/incoming",
        takes("port vrf", accept=v.flag),
        verbs=SETTINGS,
        is_single=True,
    ),
    Spec(
        "/system/clock",
        takes("date time time-zone-autodetect time-zone-name"),
        verbs=SETTINGS,
        is_single=True,
    ),
    Spec("/system/resource", {}, verbs=READ, is_single=True),
    Spec("/system/health", {}, verbs=READ),
)
