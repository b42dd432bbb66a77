"""The configuration that the pretend router starts with, written into its menus."""

from __future__ import annotations

from collections.abc import Mapping

from hotspot_lite.town.nas import RadiusAddress
from hotspot_lite.town.routeros_table import Row, Tables
from hotspot_lite.town.routeros_values import fine_duration, seconds_of

ROUTER_ADDRESS = "10.5.50.1"
GROUPS = {
    "read": "local,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api",
    "full": "local,ssh,ftp,reboot,read,write,policy,test,winbox,password,web,sniff,"
    "sensitive,api",
}


def add_box(
    tables: Tables, identity: str, users: Mapping[str, str], groups: Mapping[str, str]
) -> None:
    """Write the router's name, its API users and its interfaces."""
    tables["/system/identity"].append(name=identity)
    tables["/radius/incoming"].append(accept="false", port="3799", vrf="main")
    for name, password in users.items():
        group = groups.get(name, "full")
        tables["/user"].append(name=name, password=password, group=group)
    tables["/system/ntp/client"].append(enabled="false", mode="unicast", servers="")
    _add_interfaces(tables)
    _add_services(tables)


def radius_address(tables: Tables, version: tuple[int, ...]) -> RadiusAddress | None:
    """The first enabled /radius row for hotspot: so that setting it up matters."""
    for row in list(tables["/radius"].rows):
        if row["disabled"] == "false" and "hotspot" in row["service"]:
            return _radius_address(row, version)
    return None


def _radius_address(row: Row, version: tuple[int, ...]) -> RadiusAddress:
    signs = row["require-message-auth"] != "no" and version >= (7, 15)
    return RadiusAddress(
        row["address"],
        int(row["authentication-port"]),
        int(row["accounting-port"]),
        row.get("secret", ""),
        seconds_of(row["timeout"]),
        signs,
    )


def _add_interfaces(tables: Tables) -> None:
    for number, name in enumerate(("ether1", "ether2", "bridge-hs")):
        kind = "bridge" if name.startswith("bridge") else "ether"
        tables["/interface"].append(
            **{"name": name, "default-name": name, "type": kind},
            **{"mtu": "1500", "actual-mtu": "1500", "l2mtu": "1598"},
            **{"mac-address": f"48:8F:5A:00:00:{number:02X}", "link-downs": "0"},
            **{"rx-byte": "0", "tx-byte": "0", "rx-packet": "0", "tx-packet": "0"},
            running="true",
            disabled="false",
        )


def add_hotspot(tables: Tables, server: str, radius: RadiusAddress | None) -> None:
    """Write one hotspot server on bridge-hs, with RADIUS where an address is given."""
    _add_pool(tables)
    _add_server(tables, server, radius is not None)
    if radius is not None:
        _add_radius(tables, radius)
        tables["/radius/incoming"].rows[0]["accept"] = "true"


def _add_services(tables: Tables) -> None:
    for name, policy in GROUPS.items():
        tables["/user/group"].append(name=name, policy=policy)
    for name, port in (("www", "80"), ("api", "8728"), ("api-ssl", "8729")):
        tables["/ip/service"].append(name=name, port=port)


def _add_pool(tables: Tables) -> None:
    tables["/ip/address"].add(
        {"address": f"{ROUTER_ADDRESS}/24", "interface": "bridge-hs"}
    )
    tables["/ip/pool"].append(name="hsl-pool", ranges="10.5.50.10-10.5.50.254")


def _add_server(tables: Tables, server: str, use_radius: bool) -> None:
    tables["/ip/hotspot/user/profile"].append(name="default", default="true")
    tables["/ip/hotspot/profile"].append(name="default", default="true")
    tables["/ip/hotspot/profile"].append(
        name=f"{server}-prof",
        hotspot_address=ROUTER_ADDRESS,
        dns_name="login.wifi.example",
        login_by="http-pap,http-chap,mac-cookie",
        **{"use-radius": "true" if use_radius else "false"},
        radius_accounting="true",
        radius_interim_update="received",
        nas_port_type="wireless-802.11",
    )
    tables["/ip/hotspot"].append(
        name=server,
        interface="bridge-hs",
        address_pool="hsl-pool",
        profile=f"{server}-prof",
    )


def _add_radius(tables: Tables, radius: RadiusAddress) -> None:
    signs = radius.require_message_auth is not False
    tables["/radius"].append(
        service="hotspot",
        address=radius.host,
        secret=radius.secret,
        authentication_port=str(radius.auth_port),
        accounting_port=str(radius.acct_port),
        timeout=fine_duration(radius.timeout_seconds),
        require_message_auth="yes-for-request-resp" if signs else "no",
    )
