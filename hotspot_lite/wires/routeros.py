"""The product's RouterOS client: who is online, let one in, put one out, keep users.

One Router is one connection of one thread; what it does when the line breaks is known
in `routeros_talk`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hotspot_lite.errors import GiveUp
from hotspot_lite.wires.routeros_faults import refusal_of
from hotspot_lite.wires.routeros_line import RouterAddress
from hotspot_lite.wires.routeros_rows import (
    BINDING,
    COOKIE,
    PROFILE,
    USER,
    Binding,
    BindingWish,
    Cookie,
    Profile,
    ProfileWish,
    RouterClock,
    User,
    UserWish,
    binding_of,
    clock_of,
    cookie_of,
    profile_of,
    user_of,
)
from hotspot_lite.wires.routeros_talk import Talk, Trapped, query
from hotspot_lite.wires.routeros_words import (
    Active,
    Host,
    Resource,
    Traffic,
    active_of,
    host_of,
    mac_of,
    resource_of,
    seconds_of,
    temperature_of,
    traffic_of,
)

__all__ = [
    "Active",
    "Binding",
    "BindingWish",
    "Cookie",
    "Host",
    "Profile",
    "ProfileWish",
    "Resource",
    "Router",
    "RouterAddress",
    "RouterClock",
    "Traffic",
    "User",
    "UserWish",
    "seconds_of",
]

_ACTIVE = (
    ".id,user,address,mac-address,uptime,session-time-left,bytes-in,bytes-out,radius,"
    "server,login-by,limit-bytes-total"
)
_HOST = ".id,mac-address,address,server,uptime,authorized,bypassed,bytes-in,bytes-out"
_ACTIVES = "/ip/hotspot/active"
_USERS = "/ip/hotspot/user"
_PROFILES = "/ip/hotspot/user/profile"
_BINDINGS = "/ip/hotspot/ip-binding"
_COOKIES = "/ip/hotspot/cookie"


class Router(Talk):
    """A router, by its API; each call raises TryAgain or GiveUp."""

    # -- how it is -----------------------------------------------------------

    def resource(self) -> Resource:
        """How the router is: version, uptime, load, memory."""
        self._begin()
        return self._facts(resource_of, "/system/resource/print")[0]

    def identity(self) -> str:
        """The router's name."""
        self._begin()
        rows = self._facts(lambda row: row["name"], "/system/identity/print")
        return rows[0]

    def clock(self) -> RouterClock:
        """What the router takes the time to be."""
        self._begin()
        return self._facts(clock_of, "/system/clock/print")[0]

    def temperature_c(self) -> int | None:
        """The board's temperature; None where it has no thermometer, as a CHR."""
        try:
            return temperature_of(self.rows("/system/health"))
        except GiveUp:
            return None  # x86 has no such menu

    def traffic(self, interface: str) -> Traffic:
        """What an interface moves just now, in bits per second."""
        self._begin()
        words = (f"=interface={interface}", "=once=")
        return self._facts(traffic_of, "/interface/monitor-traffic", *words)[0]

    # -- who is online -------------------------------------------------------

    def active(self, mac: str | None = None, user: str | None = None) -> list[Active]:
        """Who is logged in; all, or those of a device (MAC) and a user name."""
        self._begin()
        return self._active(mac, user)

    def hosts(self, mac: str | None = None) -> list[Host]:
        """The devices that the hotspot sees; all, or the one with a MAC."""
        self._begin()
        words = [f"=.proplist={_HOST}", *query("mac-address", _mac(mac))]
        return self._facts(host_of, "/ip/hotspot/host/print", *words, may_be_empty=True)

    def cookies(self, user: str | None = None) -> list[Cookie]:
        """The devices that the router lets in again by itself; all, or a user's."""
        self._begin()
        words = [f"=.proplist={COOKIE}", *query("user", user)]
        return self._facts(cookie_of, f"{_COOKIES}/print", *words, may_be_empty=True)

    def log_in(self, user: str, password: str, mac_address: str, address: str) -> None:
        """Let a device in as a user, as if it had typed the password itself.

        A device that is in already as this user is left as it is, so that a job may
        run this twice; one that is in as somebody else is logged out first. The router
        may ask RADIUS meanwhile: let deadline_seconds be longer than the router waits
        for that, or a later try finds the device in.
        """
        self._begin()
        before = self._active(mac_address, None)
        if any(active.user == user for active in before):
            return
        self.remove_active([active.id for active in before])
        try:
            self._talk(
                f"{_ACTIVES}/login",
                [
                    f"=user={user}",
                    f"=password={password}",
                    f"=mac-address={_mac(mac_address)}",
                    f"=ip={address}",
                ],
            )
        except Trapped as trapped:
            self._judge_login(str(trapped), user, mac_address)

    def log_out(self, mac: str) -> bool:
        """Put a device out, and its cookie; says whether it was in."""
        self._begin()
        found = [active.id for active in self._active(mac, None)]
        self.remove_active(found)
        return bool(found)

    def remove_active(self, ids: Sequence[str]) -> None:
        """Put sessions out by the ids that active() gave; who is gone is gone."""
        if ids:
            self._remove(_ACTIVES, ids)

    # -- whom it knows by itself ---------------------------------------------

    def users(self, name: str | None = None, comment: str | None = None) -> list[User]:
        """Local users: all, or those of a name or with a comment."""
        self._begin()
        words = [*query("name", name), *query("comment", comment)]
        if len(words) > 1:
            words.append("?#&")
        words.insert(0, f"=.proplist={USER}")
        return self._facts(user_of, f"{_USERS}/print", *words, may_be_empty=True)

    def add_user(self, wish: UserWish) -> str:
        """Make a local user; gives its id. GiveUp where the name is taken."""
        words = wish.words()
        if not wish.mac_address:
            del words["mac-address"]
        return self.add_words(_USERS, words)

    def add_user_once(self, wish: UserWish) -> bool:
        """Make a local user; False where one of that name came since we looked."""
        return self._once(
            lambda: self.add_user(wish), lambda: self.users(name=wish.name)
        )

    def change_user(self, found: User, wish: UserWish) -> bool:
        """Change what differs of a user; says whether anything did."""
        changes = wish.changes(found)
        self.change_words(_USERS, found.id, changes)
        return bool(changes)

    def remove_users(self, ids: Sequence[str]) -> None:
        """Forget local users; none given is nothing to do."""
        self.remove(_USERS, ids)

    def reset_user_counters(self, ids: Sequence[str]) -> None:
        """Set what users have used back to nothing: their limits begin anew."""
        if ids:
            self.run(f"{_USERS}/reset-counters", {"numbers": ",".join(ids)})

    def profiles(self, name: str | None = None) -> list[Profile]:
        """User profiles: all, or the one of a name."""
        self._begin()
        words = [f"=.proplist={PROFILE}", *query("name", name)]
        return self._facts(profile_of, f"{_PROFILES}/print", *words, may_be_empty=True)

    def put_profile(self, wish: ProfileWish) -> bool:
        """Make a profile, or change what differs of it; says whether anything did."""
        found = self.profiles(wish.name)
        if not found:
            # What isn't set can't be said empty to a new row.
            words = {name: value for name, value in wish.words().items() if value}
            self._once(
                lambda: self.add_words(_PROFILES, words),
                lambda: self.profiles(wish.name),
            )
            return True
        changes = wish.changes(found[0])
        self.change_words(_PROFILES, found[0].id, changes)
        return bool(changes)

    def remove_profiles(self, ids: Sequence[str]) -> None:
        """Forget profiles; one that users still have is refused by the router."""
        self.remove(_PROFILES, ids)

    def bindings(self, mac: str | None = None) -> list[Binding]:
        """Devices treated by their address; all, or those of a MAC."""
        self._begin()
        words = [f"=.proplist={BINDING}", *query("mac-address", _mac(mac))]
        return self._facts(binding_of, f"{_BINDINGS}/print", *words, may_be_empty=True)

    def add_binding(self, wish: BindingWish) -> str:
        """Make a binding; gives its id."""
        return self.add_words(_BINDINGS, wish.words())

    def remove_bindings(self, ids: Sequence[str]) -> None:
        """Forget bindings; none given is nothing to do."""
        self.remove(_BINDINGS, ids)

    # -- inside --------------------------------------------------------------

    def _once(
        self, add: Callable[[], object], there: Callable[[], Sequence[object]]
    ) -> bool:
        """Whether it was added; False where it came meanwhile.

        The last order of a worker that was killed may reach the router after our list.
        """
        try:
            add()
        except GiveUp:
            if not there():
                raise
            return False
        return True

    def _active(self, mac: str | None, user: str | None) -> list[Active]:
        queries = [*query("mac-address", _mac(mac)), *query("user", user)]
        words = [f"=.proplist={_ACTIVE}", *queries]
        return self._facts(active_of, f"{_ACTIVES}/print", *words, may_be_empty=True)

    def _judge_login(self, message: str, user: str, mac: str) -> None:
        """A refused login is fine if the device is in; by its own hand, perhaps."""
        if any(active.user == user for active in self._active(mac, None)):
            return
        if "already logged in" in message:
            raise GiveUp(
                "The device is logged in as somebody else.", "Log it out first."
            )
        raise refusal_of(message)


def _mac(mac: str | None) -> str | None:
    return None if mac is None else mac_of(mac)
