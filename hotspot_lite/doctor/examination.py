"""One examination from end to end: look, mend what is safe, look again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import hotspot_lite
from hotspot_lite import store
from hotspot_lite.clock import as_text
from hotspot_lite.doctor import (
    backups,
    ground,
    hardware,
    lanes,
    ledger,
    logs,
    money,
    network,
    operator,
    outward,
    processes,
    setup,
    updates,
)
from hotspot_lite.doctor.case import Case, open_case
from hotspot_lite.doctor.finding import LEVELS, Finding, cleaner, one_line, worst
from hotspot_lite.trade.house import audit

Check = Callable[[Case], Iterator[Finding]]
EXIT_CODES = {"ok": 0, "note": 0, "warning": 1, "broken": 2}
# What is done to a damaged or outdated box waits until a person has looked.
MOST_MENDS = 50


@dataclass(frozen=True)
class Section:
    """Checks under one head; `needs` is what must be there for them."""

    title: str
    needs: str
    checks: Sequence[Check]


SECTIONS = (
    Section("Prerequisites", "", (ground.python, ground.sqlite)),
    Section("Settings", "", (setup.loaded,)),
    Section(
        "Prerequisites",
        "settings",
        (
            ground.freeradius,
            ground.room,
            ground.memory_disk,
            ground.reach,
            ground.rights,
            ground.config,
        ),
    ),
    Section(
        "Machine",
        "settings",
        (
            hardware.power,
            hardware.heat,
            hardware.disk,
            hardware.wear,
            hardware.complaints,
            hardware.written,
            hardware.short_memory,
        ),
    ),
    Section(
        "Settings",
        "settings",
        (
            setup.router,
            setup.mpesa,
            setup.paystack,
            setup.callback,
            setup.radius,
            setup.sms,
            setup.key,
        ),
    ),
    Section("Settings", "database", (setup.staff, setup.on_sale)),
    Section("Processes", "settings", (processes.watch,)),
    Section("Processes", "queue", (processes.worker,)),
    Section("Processes", "settings", (processes.web, processes.live, processes.radius)),
    Section(
        "Queue",
        "queue",
        (
            lanes.waiting,
            lanes.oldest,
            lanes.paused,
            lanes.limited,
            lanes.failed,
            lanes.throughput,
            lanes.stuck,
            lanes.periodic,
        ),
    ),
    Section(
        "Money and access",
        "database",
        (
            money.without_time,
            money.undecided,
            money.uncertain,
            money.callbacks,
            money.kept_messages,
            money.strange_senders,
            operator.operator,
            money.admitted,
            money.lasting,
        ),
    ),
    Section("Database", "settings", (ledger.state, ledger.queue_file)),
    Section(
        "Database",
        "database",
        (ledger.sizes, ledger.wal, ledger.turn, ledger.foreign_keys),
    ),
    Section("Backups", "settings", (backups.newest, backups.copied, backups.sent)),
    Section("Clock", "settings", (outward.clock, outward.keeper)),
    Section("Network", "settings", (network.route, network.daraja, network.callback)),
    Section("Network", "database", (network.heard,)),
    Section(
        "Router and M-Pesa",
        "settings",
        (outward.router, outward.freshness, outward.daraja),
    ),
    Section("Updates", "settings", (updates.program, updates.debian, updates.restart)),
    Section("Logs", "settings", (logs.recent,)),
)


def examine(case: Case) -> list[Finding]:
    """Every finding of what can be looked at, in the order of the report."""
    found = []
    for section in SECTIONS:
        if case.has(section.needs):
            for check in section.checks:
                found += [
                    replace(one, section=section.title) for one in _safely(check, case)
                ]
    titles = list(dict.fromkeys(section.title for section in SECTIONS))
    return sorted(found, key=lambda one: titles.index(one.section))


def _safely(check: Check, case: Case) -> list[Finding]:
    """A check's findings; one that breaks is a finding itself, never a traceback."""
    found = []
    try:
        for one in check(case):
            found.append(one)  # noqa: PERF402  what came before it broke counts too
    except Exception as exc:
        name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        found.append(
            Finding(
                "HL-DOC-01",
                "warning",
                f"{name} couldn't be looked at: {type(exc).__name__}:"
                f" {one_line(str(exc))}",
                "Something may be wrong there that is not shown.",
                "Run it again as root; if it stays, report it with this line.",
                about=name,
            )
        )
    return found


def report(detailed: bool = False, logs: bool = False, fix: bool = False) -> Report:
    """Examine the box; with `fix` mend what is safe and examine it again."""
    began = time.monotonic()
    case = open_case(detailed, logs)
    try:
        findings = examine(case)
        mended = _mend(findings, case) if fix else []
    finally:
        case.close()
    if mended:
        case = open_case(detailed, logs)
        try:
            findings = examine(case)
        finally:
            case.close()
    return Report(case, findings, mended, time.monotonic() - began)


@dataclass(frozen=True)
class Report:
    """What one run came to. `mended` is (finding before, what was done)."""

    case: Case
    findings: list[Finding]
    mended: list[tuple[Finding, str]]
    seconds: float

    @property
    def level(self) -> str:
        """The gravest level of all findings."""
        return worst(one.level for one in self.findings)

    @property
    def exit_code(self) -> int:
        """0 all well, 1 warnings, 2 broken."""
        return EXIT_CODES[self.level]

    def as_json(self) -> dict[str, Any]:
        """The report as data, with nothing secret in it."""
        clean = cleaner(self.case.found)
        counts = Counter(one.level for one in self.findings)
        still = {
            (one.code, one.about): one for one in self.findings if one.level != "ok"
        }
        return {
            "level": self.level,
            "exit_code": self.exit_code,
            "version": hotspot_lite.__version__,
            "at": as_text(int(self.case.now)),
            "seconds": round(self.seconds, 2),
            "counts": {level: counts[level] for level in LEVELS},
            "findings": [one.as_json(clean) for one in self.findings],
            "fixed": [
                {
                    "code": one.code,
                    "about": one.about,
                    "was": clean(one.says),
                    "did": clean(did),
                    "gone": (one.code, one.about) not in still,
                    "now": clean(_says(still.get((one.code, one.about)))),
                }
                for one, did in self.mended
            ],
        }


def _says(one: Finding | None) -> str:
    return "" if one is None else one.says


def _mend(findings: Sequence[Finding], case: Case) -> list[tuple[Finding, str]]:
    """Do what the findings offer, each kind of deed once."""
    mended: list[tuple[Finding, str]] = []
    for one in findings:
        if one.mend is not None and len(mended) < MOST_MENDS:
            mended.append((one, _done(one)))
    if mended and case.database == "fit":
        mended += _note(mended, case)
    return mended


def _done(one: Finding) -> str:
    assert one.mend is not None
    try:
        return one.mend()
    except Exception as exc:
        return f"could not: {type(exc).__name__}: {one_line(str(exc))}"


def _note(
    mended: Sequence[tuple[Finding, str]], case: Case
) -> list[tuple[Finding, str]]:
    # What was done to the box is in the audit log like all that people do.
    clean = cleaner(case.found)
    try:
        with store.atomic():
            for one, did in mended:
                detail = clean(f"{one.code} {one.about} {did}".replace("  ", " "))
                audit.note("cli", "doctor --fix", detail, case.clock.at())
    except Exception as exc:
        says = f"the audit log could not be written: {one_line(str(exc))}"
        return [(Finding("HL-DOC-02", "warning", says), says)]
    return []
