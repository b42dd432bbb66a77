"""Who is online and how much was used, from what the router's accounting tells.

Records may come twice, late, or in any order: a session keeps the highest counters
it was told, and a subscription's use is the sum over its sessions, never an addition.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any, Protocol

from peewee import fn

from hotspot_lite import store
from hotspot_lite.trade.models import (
    Customer,
    Device,
    DeviceBlock,
    Session,
    Subscription,
)
from hotspot_lite.trade.service import usage
from hotspot_lite.trade.service.counting import SUPPOSED, Accounting, absorb, is_another

# Three interim updates of 300 s: templates/login.sql counts devices by it too.
LIVE_SECONDS = 900
STALE_SECONDS = 3600
# A record is in the ledger this long after the router sent it, at the latest.
SETTLED_SECONDS = 30
# A router's uptime and our clock are apart by that much.
BOOT_SECONDS = 5
WRONG_TRIES = 10
TRIES_SECONDS = 600
BLOCK_SECONDS = 600
WRONG = frozenset({"unknown", "password"})
# SQLite takes 999 values in a statement.
CHUNK = 400


# Not in the database: it would cost the card a write for each wrong code, and whoever
# guesses gains ten tries by our restart.
_TRIES: dict[str, list[int]] = {}


class Reject(Protocol):
    """One refused login: `reason` is one word, as in the spool's auth.tsv."""

    @property
    def at(self) -> int: ...
    @property
    def username(self) -> str: ...
    @property
    def mac(self) -> str: ...
    @property
    def reason(self) -> str: ...


def record(records: Iterable[Accounting], now: int, timezone: str = "UTC") -> set[int]:
    """Write what the records tell, in one transaction; the subscriptions touched.

    The same records again change nothing. The first session of a first-use
    subscription starts its time, not before it was made and not after `now`. What the
    counters grew by goes to the day, at the place, on which the record happened.
    """
    told = list(records)
    ours = [item for item in told if item.unique_id and item.status in _OF_SESSION]
    with store.atomic():
        touched = _write_sessions(ours, now, timezone)
        for item in told:
            if item.status in ("Accounting-On", "Accounting-Off"):
                _end_all_of(item.nas, item.at)
        _begin_first_use(touched, now)
        _recount(touched)
    return touched


_OF_SESSION = ("Start", "Interim-Update", "Stop")


def _write_sessions(records: list[Accounting], now: int, timezone: str) -> set[int]:
    rows = _known({item.unique_id for item in records})
    before = {uniq: dict(row.__data__) for uniq, row in rows.items()}
    owners = _Owners(records)
    grown: usage.Grown = {}
    for item in sorted(records, key=lambda item: item.at):
        row: Any = rows.get(item.unique_id)
        if row is not None and is_another(row, item):
            _set_aside(row, rows, before, grown)
            row = None
        if row is None:
            row = rows[item.unique_id] = _begun(item)
        was = usage.counters(row)
        absorb(row, item)
        usage.add(grown, usage.day_of(item.at, now, timezone), row, was)
        if row.subscription_id is None:
            row.subscription = owners.of(item)
    _save(rows, before)
    usage.note(grown)
    return {row.subscription_id for row in rows.values() if row.subscription_id}


def _known(uniqs: set[str]) -> dict[str, Any]:
    return {
        row.uniq: row
        for part in _chunks(sorted(uniqs))
        for row in Session.select().where(Session.uniq.in_(part))
    }


def _set_aside(
    row: Any,
    rows: dict[str, Any],
    before: dict[str, dict[str, object]],
    grown: usage.Grown,
) -> None:
    """Give an old session another key, since a new one has come to its own."""
    old, aside = row.uniq, f"{row.uniq}@{row.started_at}"
    if old in before:
        Session.update(uniq=aside).where(Session.uniq == old).execute()
        before[aside] = before.pop(old) | {"uniq": aside}
    row.uniq = aside
    rows[aside] = row
    for day, uniq in [key for key in grown if key[1] == old]:
        grown[day, aside] = grown.pop((day, uniq))


def _begun(item: Accounting) -> Session:
    return Session(
        uniq=item.unique_id,
        username=item.username,
        mac=item.mac.upper(),
        ip=item.ip,
        nas=item.nas,
        acct_session_id=item.acct_session_id,
        started_at=item.at - item.seconds,
        seen_at=item.at,
    )


def _save(rows: dict[str, Any], before: dict[str, dict[str, object]]) -> None:
    new = [row for uniq, row in rows.items() if uniq not in before]
    Session.bulk_create(new, batch_size=CHUNK // len(Session._meta.fields))
    for uniq, was in before.items():
        if rows[uniq].__data__ != was:
            rows[uniq].save()


class _Owners:
    """Whose subscription a record is: its Class says, or else the login's name."""

    def __init__(self, records: list[Accounting]) -> None:
        asked = sorted({i.subscription_id for i in records if i.subscription_id})
        self.known = {
            found.id
            for part in _chunks(asked)
            for found in Subscription.select().where(Subscription.id.in_(part))
        }
        self.by_name: dict[str, list[tuple[int, int | None]]] = {}

    def of(self, item: Accounting) -> int | None:
        if item.subscription_id in self.known:
            return item.subscription_id
        if item.username not in self.by_name:
            self.by_name[item.username] = _subscriptions_of(item.username)
        for ident, starts_at in self.by_name[item.username]:
            if starts_at is None or starts_at <= item.at:
                return ident
        return None


def _subscriptions_of(username: str) -> list[tuple[int, int | None]]:
    """A customer's, by login or a device's MAC, with their start; the newest first."""
    by_mac = Device.select(Device.customer).where(Device.mac == username)
    customer = Customer.select(Customer.id).where(
        (Customer.username == username) | Customer.id.in_(by_mac)
    )
    query: Any = Subscription.select(Subscription.id, Subscription.starts_at)
    query = query.where(Subscription.customer.in_(customer))
    return list(query.order_by(Subscription.id.desc()).tuples())


def _end_all_of(nas: str, at: int) -> None:
    """The router came up or goes down: what it had open is over."""
    Session.update(ended_at=Session.seen_at, cause=SUPPOSED[0]).where(
        (Session.nas == nas) & Session.ended_at.is_null() & (Session.seen_at <= at)
    ).execute()


def _begin_first_use(touched: set[int], now: int) -> None:
    for part in _chunks(sorted(touched)):
        waiting: Any = (
            Subscription.select(Subscription, fn.min(Session.started_at).alias("first"))
            .join(Session)
            .where(Subscription.id.in_(part) & Subscription.starts_at.is_null())
            .group_by(Subscription.id)
        )
        for found in list(waiting):
            # A clock that was wrong must not take time away from who paid.
            starts_at = min(max(found.first, found.made_at), now)
            Subscription.update(
                starts_at=starts_at, expires_at=starts_at + found.duration_seconds
            ).where(Subscription.id == found.id).execute()


def _recount(touched: set[int]) -> None:
    octets = fn.sum(Session.octets_in + Session.octets_out)
    for part in _chunks(sorted(touched)):
        sums: Any = (
            Session.select(Session.subscription, octets, fn.sum(Session.seconds))
            .where(Session.subscription.in_(part))
            .group_by(Session.subscription)
            .tuples()
        )
        for ident, used, seconds in list(sums):
            is_news = (Subscription.data_used_bytes != used) | (
                Subscription.used_seconds != seconds
            )
            Subscription.update(data_used_bytes=used, used_seconds=seconds).where(
                (Subscription.id == ident) & is_news
            ).execute()


def _chunks(values: Sequence[object]) -> Iterator[Sequence[object]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def online(now: int) -> int:
    """How many sessions are open and were heard of in the last 15 minutes."""
    return int(Session.select().where(is_live(now)).count())


def live(now: int) -> list[Session]:
    """Those sessions, the newest first."""
    query = Session.select().where(is_live(now))
    return list(query.order_by(Session.started_at.desc(), Session.uniq))


def is_live(now: int) -> Any:
    """The query for sessions that are open and were heard of lately."""
    return Session.ended_at.is_null() & (Session.seen_at > now - LIVE_SECONDS)


def end_stale(now: int) -> int:
    """End sessions not heard of for an hour, whose Stop was lost; how many.

    One that is heard of again is open again. Only under a believed clock.
    """
    stale = Session.ended_at.is_null() & (Session.seen_at <= now - STALE_SECONDS)
    if not Session.select().where(stale).exists():
        return 0
    with store.atomic():
        ended = Session.update(ended_at=Session.seen_at, cause=SUPPOSED[1])
        return int(ended.where(stale).execute())


def acct_id_of(username: str, mac: str) -> str:
    """The Acct-Session-Id of a device's open session, or "" where none was told."""
    found = _open_of(username, mac)
    return "" if found is None else str(found.acct_session_id)


def bytes_told(username: str, mac: str) -> int:
    """What accounting told of a device's open session so far."""
    found = _open_of(username, mac)
    return 0 if found is None else int(found.octets_in + found.octets_out)


def _open_of(username: str, mac: str) -> Session | None:
    is_its = (Session.username == username) & (Session.mac == mac)
    query = Session.select().where(is_its & Session.ended_at.is_null())
    found: Session | None = query.order_by(Session.seen_at.desc()).first()
    return found


def end_gone(shown: Container[tuple[str, str]], booted_at: int, now: int) -> int:
    """End open sessions that the router no longer shows; how many.

    `shown` are user and MAC of who is online there, `booted_at` is when it started.
    After a reboot or a lost Stop they would fill their customer's devices for a
    quarter of an hour. What was heard of just now may have begun since the router was
    asked; one heard of again is open again.
    """
    open_ = Session.ended_at.is_null() & (Session.seen_at <= now - SETTLED_SECONDS)
    gone = [
        row
        for row in Session.select().where(open_)
        if (row.username, row.mac) not in shown
    ]
    if gone:
        with store.atomic():
            for row in gone:
                rebooted = row.started_at < booted_at - BOOT_SECONDS
                row.cause = SUPPOSED[0 if rebooted else 1]
                row.ended_at = row.seen_at
                row.save()
    return len(gone)


def note_rejects(
    rejects: Iterable[Reject], now: int, tries: dict[str, list[int]] | None = None
) -> set[str]:
    """Block each device with 10 wrong tries in 10 minutes, for 10; the newly blocked.

    `tries` remembers from call to call, times by MAC: the process's own if none is
    given. A device that asks by its own MAC, as each unknown one does, has tried no
    code.
    """
    tries = _TRIES if tries is None else tries
    for item in rejects:
        if item.mac and item.reason in WRONG and not _is_probe(item):
            tries.setdefault(item.mac.upper(), []).append(item.at)
    _forget_old(tries, now)
    wrong = {mac for mac, times in tries.items() if len(times) >= WRONG_TRIES}
    for mac in wrong:
        del tries[mac]
    _block(wrong, now)
    return wrong


def _is_probe(item: Reject) -> bool:
    return item.username.upper() == item.mac.upper()


def _forget_old(tries: dict[str, list[int]], now: int) -> None:
    for mac, times in list(tries.items()):
        recent = [at for at in times if at > now - TRIES_SECONDS]
        if recent:
            tries[mac] = recent
        else:
            del tries[mac]


def _block(macs: set[str], now: int) -> None:
    if not macs:
        return
    until = now + BLOCK_SECONDS
    with store.atomic():
        DeviceBlock.delete().where(DeviceBlock.until <= now).execute()
        for mac in sorted(macs):
            DeviceBlock.insert(mac=mac, until=until).on_conflict(
                conflict_target=[DeviceBlock.mac], update={DeviceBlock.until: until}
            ).execute()
