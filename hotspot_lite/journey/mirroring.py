"""The router keeps a copy of who has paid, for when this box is dead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from hotspot_lite import samples
from hotspot_lite.errors import GiveUp
from hotspot_lite.journey.checking import tell
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.service import mirror, mirrored, router_checks
from hotspot_lite.trade.service.mirror import Found, Grant, Plan, Wish
from hotspot_lite.wires.routeros import ProfileWish, User, UserWish

# More than these at once are looked up faster all together.
MOST_SINGLY = 20
# What is written at the router and not noted here yet, at most.
NOTED_AT_ONCE = 50
# A run stays within its lane's timeout, on a small board too; the next goes on.
MOST_WRITES = 500
# Two thousand users take a small board some seconds.
LIST_SECONDS = 30.0


@huey.job("provisioning", every_seconds=lambda: 20.0, durable=False)
def mirror_changes() -> None:
    """Tell the router whose time began, changed or ended; mostly there is nothing."""
    now = here.now()
    if not here.router_answers() or here.settings["access.planes"] == "radius":
        return
    due = mirrored.due(now)
    if len(due) > MOST_SINGLY or not here.has_agreed:  # we may have been dead
        reconcile_planes()
        return
    for customer_id in due:
        mirror_one(customer_id)


def mirror_one(customer_id: int) -> None:
    """Bring one customer's user at the router up to date. Raises TryAgain, GiveUp."""
    with here.agreeing:
        wanted = mirror.grants(here.now(), [customer_id])
        names = {row.username for row in mirrored.of_customer(customer_id)}
        names |= {grant.username for grant in wanted}
        found = [user for name in names for user in here.router().users(name=name)]
        _agree(wanted, found, names)


@huey.job("provisioning", every_seconds=lambda: 600.0, durable=False)
def reconcile_planes() -> None:
    """Hold all of the router's users against who has paid; repair what drifted.

    What the router counted while we were dead is taken in first.
    """
    if not here.router_answers():
        return
    with here.agreeing:
        found, plan = _agree_all()
    here.has_agreed = True
    tell(router_checks.clashes(plan.clashes))
    tell(router_checks.drift(plan.drifted))
    gone = {user.id for user in plan.remove}
    left = {user.profile for user in found if user.id not in gone}
    _forget_profiles(left | _profiles(plan))


def _agree_all() -> tuple[list[User], Plan]:
    is_mirrored = here.settings["access.planes"] != "radius"
    wanted = mirror.grants(here.now()) if is_mirrored else []
    with here.router().at_length(LIST_SECONDS):
        found = here.router().users()
    return found, _agree(wanted, found, None)


def _agree(
    wanted: Iterable[Grant], found: Sequence[User], names: set[str] | None
) -> Plan:
    told = mirrored.kept(names)
    ours = [user for user in found if mirror.is_ours(user)]
    zone = here.settings["box.timezone"]
    if mirrored.merge_use(ours, told, here.now(), zone):
        # What was used counts: a grant may be smaller now, or over.
        chosen = None if names is None else {g.customer_id for g in wanted}
        wanted = mirror.grants(here.now(), chosen)
    plan = mirror.plan(wanted, found, told, _sleeps())
    _carry_out(plan)
    gone = set(told) - {one.name for one in found} if names is None else names
    kept = {wish.grant.username for wish in (*plan.add, *_wishes(plan))}
    mirrored.forget(gone - kept)
    return plan


def _wishes(plan: Plan) -> list[Wish]:
    return [wish for _, wish in (*plan.change, *plan.right)]


def _sleeps() -> bool | None:
    """Whether the router's own users sleep, because RADIUS decides.

    While RADIUS is silent the router's script has woken them, or is about to: then
    they are left as they are.
    """
    if here.settings["access.planes"] == "router":
        return False
    told = samples.newest(here.settings.run_dir, "radius")
    return True if told is None or told["answers"] else None


def _carry_out(plan: Plan) -> None:
    router = here.router()
    for wish in {w.profile: w for w in (*plan.add, *_wishes(plan))}.values():
        router.put_profile(_profile(wish))
    for part in _parts(_written(plan)):
        mirrored.written(part, here.now())
    new = mirrored.unnoted(plan.right)
    if new:
        mirrored.written(new, here.now())
    router.remove_users([user.id for user in plan.remove])
    mirrored.forget({user.name for user in plan.remove})


def _written(plan: Plan) -> Iterator[tuple[Wish, Found | None]]:
    """Write them one by one, giving each that is written: a kill loses no more."""
    router = here.router()
    for wish in plan.add[:MOST_WRITES]:
        # One that came since we listed them is judged by the next comparison.
        if router.add_user_once(_user(wish)):
            yield wish, None
    for user, wish in plan.change[:MOST_WRITES]:
        assert isinstance(user, User)
        router.change_user(user, _user(wish))
        yield wish, user


def _parts(
    pairs: Iterator[tuple[Wish, Found | None]],
) -> Iterator[list[tuple[Wish, Found | None]]]:
    while part := list(islice(pairs, NOTED_AT_ONCE)):
        yield part


def _user(wish: Wish) -> UserWish:
    return UserWish(
        name=wish.grant.username,
        password=wish.grant.secret,
        profile=wish.profile,
        limit_seconds=wish.limit_seconds,
        limit_bytes=wish.limit_bytes,
        comment=wish.comment,
        is_disabled=wish.is_disabled,
    )


def _profile(wish: Wish) -> ProfileWish:
    return ProfileWish(
        name=wish.profile,
        rate_limit=wish.grant.rate,
        shared_users=wish.grant.devices,
    )


def _profiles(plan: Plan) -> set[str]:
    return {wish.profile for wish in (*plan.add, *_wishes(plan))}


def _forget_profiles(used: set[str]) -> None:
    """Profiles of ours that no user has; one in use is refused, and stays."""
    router = here.router()
    for one in router.profiles():
        if one.name.startswith(f"{mirror.MARK}-") and one.name not in used:
            try:
                router.remove_profiles([one.id])
            except GiveUp:
                continue
