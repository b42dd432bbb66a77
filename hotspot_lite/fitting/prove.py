"""Proves that sign-in, RADIUS and disconnect work, with a user to be thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain
from hotspot_lite.wires import radius
from hotspot_lite.wires.routeros import Active, Host, Router

NOBODY = radius.Online("hsl-nobody", "192.0.2.1", "00000000")
COOKIES = "/ip/hotspot/cookie"
# A router shows a session gone a moment after it said so.
GONE_TRIES, GONE_SECONDS = 10, 0.2
LEND = "Join the WiFi with a phone, don't log in, and test again."
APPLY = "Make the router so: hotspot-lite router apply --secret."


@dataclass(frozen=True)
class Proof:
    """One thing tried. `is_good` None: it could not be tried."""

    name: str
    is_good: bool | None
    says: str
    todo: str = ""

    @property
    def state(self) -> str:
        """How it went, in a word or two."""
        return {True: "ok", False: "failed", None: "not tried"}[self.is_good]

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        return {
            "name": self.name,
            "state": self.state,
            "says": self.says,
            "todo": self.todo,
        }


@dataclass(frozen=True)
class Trial:
    """Who tries: a throw-away user, by a device that is lent for it for a second.

    `server` is our own RADIUS, `listener` the router's ear for orders; `mac` names a
    device, "" takes one that is on the WiFi and not logged in, but none of `spared`.
    """

    username: str
    secret: str = field(repr=False)
    server: radius.Address
    listener: radius.Address
    mac: str = ""
    spared: frozenset[str] = frozenset()


def prove(router: Router, trial: Trial) -> Iterator[Proof]:
    """Try all that can be tried, one by one; raises no HotspotError."""
    api = _tried("sign-in", lambda: _api(router), "")
    yield api
    yield _tried("radius here", lambda: _radius(trial), "")
    if not api.is_good:
        for name in ("radius", "disconnect"):
            yield Proof(name, None, "The router lets nobody in, so it can't be asked.")
        return
    try:
        yield from _logins(router, trial)
    finally:
        yield from _swept(router, trial)


def _tried(name: str, work: Callable[[], str], todo: str) -> Proof:
    try:
        return Proof(name, True, work())
    except HotspotError as exc:
        return Proof(name, False, exc.says, todo or exc.todo)


def _api(router: Router) -> str:
    return f"The box signs in at the router, RouterOS {router.resource().version}."


def _radius(trial: Trial) -> str:
    answer = radius.test_login(trial.server, trial.username, trial.secret)
    if answer.kind == "silent":
        raise TryAgain(
            "RADIUS on this box doesn't answer.", "See: hotspot-lite doctor."
        )
    if answer.kind == "reject":
        raise GiveUp(
            f"RADIUS on this box refuses the test's user: {answer.message}",
            "See: hotspot-lite doctor; it may read another database.",
        )
    if not answer.signed:
        raise GiveUp(
            "RADIUS on this box answers without Message-Authenticator.",
            "RouterOS 7.15 and newer take no such answer: update FreeRADIUS.",
        )
    left = answer.session_timeout_seconds
    return f"RADIUS on this box accepts the test's user, for {left} s."


# -- through the router ----------------------------------------------------------


def _logins(router: Router, trial: Trial) -> Iterator[Proof]:
    try:
        host = _lent(router, trial)
    except HotspotError as exc:
        yield Proof("radius", False, exc.says, exc.todo)
        yield _tried("disconnect", lambda: _hears(trial), APPLY)
        return
    if host is None:
        says = "No device is on the WiFi to be lent, so the router had none to ask for."
        yield Proof("radius", None, says, LEND)
        yield _tried("disconnect", lambda: _hears(trial), APPLY)
        return
    login = _tried("radius", lambda: _login(router, trial, host), APPLY)
    yield login
    if login.is_good:
        yield _tried("disconnect", lambda: _disconnect(router, trial, host), APPLY)
    else:
        yield _tried("disconnect", lambda: _hears(trial), APPLY)


def _lent(router: Router, trial: Trial) -> Host | None:
    """The device to log in by: the one that is named, or the one seen last."""
    hosts = router.hosts(trial.mac or None)
    if trial.mac and not hosts:
        raise GiveUp(f"The router doesn't see the device {trial.mac}.", LEND)
    busy = {one.mac_address for one in router.active()}
    if trial.mac and busy & {hosts[0].mac_address}:
        raise GiveUp(f"{trial.mac} is logged in: it is in use.", LEND)
    spared = busy | trial.spared
    free = [
        host
        for host in hosts
        if not host.is_authorized
        and not host.is_bypassed
        and host.mac_address not in spared
    ]
    return min(free, key=lambda host: host.uptime_seconds, default=None)


def _login(router: Router, trial: Trial, host: Host) -> str:
    router.log_in(trial.username, trial.secret, host.mac_address, host.address)
    found = _online(router, trial)
    if found is None:
        raise GiveUp("The router took the login but doesn't show the device online.")
    if not found.radius:
        raise GiveUp("The router let the device in by itself, without asking RADIUS.")
    left = found.session_seconds_left
    return f"The router asked RADIUS and let {host.mac_address} in, for {left} s."


def _disconnect(router: Router, trial: Trial, host: Host) -> str:
    session = radius.Online(trial.username, host.address)
    if not radius.disconnect(trial.listener, session):
        raise GiveUp("The router doesn't find the session that it shows.")
    for _ in range(GONE_TRIES):
        if _online(router, trial) is None:
            return "A RADIUS order ended the session, and the router shows it gone."
        time.sleep(GONE_SECONDS)
    raise GiveUp("The router said the session is over and still shows it.")


def _hears(trial: Trial) -> str:
    """A router that hears us says that nobody by that name is online."""
    if radius.disconnect(trial.listener, NOBODY):
        raise GiveUp("The router says it ended a session that can't be.")
    return "The router hears RADIUS orders: the port and the secret are right."


def _online(router: Router, trial: Trial) -> Active | None:
    found = router.active(user=trial.username)
    return found[0] if found else None


def _swept(router: Router, trial: Trial) -> Iterator[Proof]:
    """However it went, nothing of the test stays at the router."""
    name = trial.username
    try:
        router.remove_active([one.id for one in router.active(user=name)])
        router.remove(COOKIES, [one.id for one in router.cookies(name)])
        router.remove_users([one.id for one in router.users(name)])
    except HotspotError as exc:
        says = f"The lent device may be online for some minutes more: {exc.says}"
        yield Proof("tidy", False, says, "It ends by itself; test again.")
