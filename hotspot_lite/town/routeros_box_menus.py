"""The menus around the hotspot that setting a router up reads and writes.

Only the hotspot's own menus (`routeros_menus`) change how the pretend router behaves;
these keep what is written. Argument names are 7.18.2's; firewall matchers that
hotspot-lite never sends are left out.
"""

from __future__ import annotations

from hotspot_lite.town import routeros_values as v
from hotspot_lite.town.routeros_menus import (
    PLAIN,
    READ,
    SAME_NAME,
    SETTINGS,
    Spec,
    takes,
)

_ENABLED = {"disabled": "false"}

BOX_SPECS = (
    Spec(
        "/user/group",
        takes("comment name policy skin"),
        verbs=PLAIN,
        required=("name",),
        unique=("name",),
        duplicate=SAME_NAME.format("group"),
    ),
    Spec(
        "/ip/service",
        takes(
            "address certificate max-sessions tls-version vrf",
            disabled=v.flag,
            port=v.whole,
        ),
        verbs=SETTINGS | {"enable", "disable"},
        begins={"address": "", "vrf": "main", "max-sessions": "20", **_ENABLED},
    ),
    Spec("/system/device-mode", {}, verbs=READ, is_single=True),
    Spec(
        "/ip/dns/static",
        takes(
            "address-list cname comment forward-to match-subdomain name ns regexp text "
            "type",
            address=v.address,
            disabled=v.flag,
            ttl=v.span,
        ),
        begins={"ttl": "1d", "dynamic": "false", **_ENABLED},
        unique=("name", "address"),
    ),
    Spec(
        "/ip/dhcp-server",
        takes(
            "address-pool authoritative comment interface lease-script name relay "
            "server-address use-radius",
            add_arp=v.flag,
            disabled=v.flag,
            lease_time=v.span,
        ),
        begins={"lease-time": "30m", "address-pool": "static-only", **_ENABLED},
        required=("interface", "name"),
        refers={"interface": "/interface"},
        unique=("name",),
        duplicate=SAME_NAME.format("server"),
    ),
    Spec(
        "/ip/dhcp-server/network",
        takes(
            "boot-file-name caps-manager comment dhcp-option dhcp-option-set dns-none "
            "dns-server domain gateway netmask next-server ntp-server wins-server",
            address=v.network,
        ),
        verbs=PLAIN,
        required=("address",),
        unique=("address",),
    ),
    Spec(
        "/ip/firewall/nat",
        takes(
            "action chain comment dst-address dst-port hotspot in-interface log "
            "log-prefix out-interface out-interface-list protocol src-address "
            "src-address-list to-addresses to-ports",
            disabled=v.flag,
        ),
        begins={"action": "accept", "bytes": "0", "packets": "0", **_ENABLED},
        required=("chain",),
    ),
    Spec(
        "/interface/bridge/port",
        takes("bridge comment interface pvid", disabled=v.flag),
        begins=_ENABLED,
        required=("bridge", "interface"),
        refers={"bridge": "/interface", "interface": "/interface"},
        unique=("interface",),
        duplicate="failure: device already added as bridge port",
    ),
    Spec(
        "/system/ntp/client",
        takes("servers", enabled=v.flag, mode=v.one_of("unicast", "broadcast")),
        verbs=SETTINGS,
        is_single=True,
    ),
    Spec(
        "/system/scheduler",
        takes(
            "comment name on-event policy start-date start-time",
            disabled=v.flag,
            interval=v.span,
        ),
        begins={"interval": "0s", "run-count": "0", "on-event": "", **_ENABLED},
        required=("name",),
        unique=("name",),
        duplicate=SAME_NAME.format("scheduler"),
    ),
    Spec(
        "/system/script",
        takes("comment name policy source", dont_require_permissions=v.flag),
        verbs=PLAIN,
        begins={"run-count": "0"},
        required=("name",),
        unique=("name",),
        duplicate=SAME_NAME.format("script"),
    ),
    Spec("/file", takes("contents name"), verbs=READ | {"set", "remove"}),
    Spec("/system/backup", {}, verbs=frozenset(("save", "load"))),
    Spec("/tool", {}, verbs=frozenset(("fetch",))),
    Spec(
        "/ip/dhcp-server/option",
        takes("code comment force name value"),
        verbs=PLAIN,
        required=("name", "code"),
        unique=("name",),
        duplicate=SAME_NAME.format("option"),
    ),
)
