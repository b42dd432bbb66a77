"""The hardware: power supply, heat, the card and its wear, memory."""

from __future__ import annotations

from collections.abc import Iterator

from hotspot_lite import machine
from hotspot_lite.clock import boot_seconds
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, many, note, ok, one_line, size, span
from hotspot_lite.machine import disks, kernel, memory
from hotspot_lite.machine.disks import Card, Disk
from hotspot_lite.patience import within

LOOK_SECONDS = 5.0
MIB = 1024 * 1024
GIB = 1024 * MIB
DAY_SECONDS = 86400
# A card of 16 GB that is written so much each day lasts a year or two; we write a
# hundredth of it.
MUCH_A_DAY = 5 * GIB
# The first day holds the installation.
JUDGED_AFTER_SECONDS = DAY_SECONDS
MUCH_SWAPPED = 64 * MIB
MOST_SHOWN = 5
CHANGE_CARD = "Run: hotspot-lite backup make --to <a stick>; then change the card."


def _machine(case: Case) -> machine.Machine:
    if case.machine is None:
        folder = case.settings.data_dir
        case.machine = within(LOOK_SECONDS, lambda: machine.look(folder, case.root))
    return case.machine


def power(case: Case) -> Iterator[Finding]:
    """Whether a Pi gets enough power; other machines don't know."""
    seen = _machine(case)
    has = seen.power
    if has is None:
        if "Raspberry Pi" in seen.model:
            yield note("HL-BOX-01", f"{seen.model} doesn't tell how its power is.")
        return
    if not (has.was_low or has.was_slowed):
        yield ok("HL-BOX-01", f"{seen.model or 'the power supply'}: power enough")
        return
    if has.was_low:
        when = "now" if has.is_low else "since the machine started"
        slow = ", and runs slower for it" if has.was_slowed else ""
        says = f"The power supply is too weak: under-voltage {when}{slow}."
        impact = "Writes to the card go wrong, the machine hangs or restarts by itself."
        todo = "Use the Pi's own power supply and a short, thick cable; unplug what"
        todo += " draws power from USB. It is forgotten with a restart."
    else:
        when = "is" if has.is_slowed else "was, since it started,"
        says = f"The processor {when} slowed down (heat or power)."
        impact = "Pages and logins take longer."
        todo = "Give it air; see the temperature below. It is forgotten with a restart."
    yield Finding("HL-BOX-01", "warning", says, impact, todo)


def heat(case: Case) -> Iterator[Finding]:
    """The temperature, where there is a sensor."""
    has = _machine(case).heat
    if has is None:
        return
    says = f"{has.celsius:.0f} °C ({has.zone})"
    if not has.is_hot:
        yield ok("HL-BOX-02", says)
        return
    yield Finding(
        "HL-BOX-02",
        "broken" if has.celsius >= has.last_c else "warning",
        f"{says}: from {has.hot_c:.0f} °C it slows down.",
        "Pages and logins take longer; heat ages the card.",
        "Out of the sun and out of a closed case; a heat sink or a fan.",
    )


# -- the card ----------------------------------------------------------------------


def disk(case: Case) -> Iterator[Finding]:
    """Whether the ledger's disk can be written, and what ext4 noted of it and of the
    system's."""
    seen = _machine(case)
    if seen.disk is None:
        return
    yield _disk(seen.disk)
    system = seen.system
    if system is not None and system.errors and system.part != seen.disk.part:
        yield _disk(system)


def _disk(has: Disk) -> Finding:
    where = f"{has.part or has.kind} ({has.kind})"
    if has.is_read_only:
        return Finding(
            "HL-BOX-03",
            "broken",
            f"{where} is read-only.",
            "Nothing can be sold or written down. A card that fails ends so.",
            "Take a copy of the data folder now, change the card, restore the newest"
            " backup. Where it was made read-only on purpose: mount it rw.",
            about=has.part,
        )
    if has.errors:
        return Finding(
            "HL-BOX-03",
            "warning",
            f"ext4 noted {many(has.errors, 'error')} on {where}.",
            "The card is failing, or was harmed by a power cut.",
            f"{CHANGE_CARD} If it is a good one: have it checked at the next start"
            " (fsck.mode=force fsck.repair=yes in cmdline.txt, once).",
            about=has.part,
        )
    return ok("HL-BOX-03", f"{where} can be written, no errors noted", has.part)


def wear(case: Case) -> Iterator[Finding]:
    """How worn an eMMC is; an SD card says only what it is."""
    has = _machine(case).disk
    if has is None or has.card is None:
        return
    card = has.card
    says = f"{has.name}: {'eMMC' if card.kind == 'MMC' else 'SD card'} {card.name}"
    if card.made:
        says += f", made {card.made}"
    if card.is_worn:
        yield Finding(
            "HL-BOX-04",
            "broken" if card.spare == 3 else "warning",
            f"{says}: {_wear(card)}.",
            "It will soon take no more writes: no sales then.",
            CHANGE_CARD,
        )
    elif card.used_percent is None:
        yield ok("HL-BOX-04", f"{says}; an SD card doesn't tell its wear")
    else:
        yield ok("HL-BOX-04", f"{says}: {_wear(card)}")


def _wear(card: Card) -> str:
    used = card.used_percent
    told = []
    if used is not None:
        told.append("all of its life is used" if used > 100 else f"{used} % used")
    if card.spare and card.spare >= disks.SPARE_LOW:
        told.append("its spare blocks run out")
    return ", ".join(told)


def complaints(case: Case) -> Iterator[Finding]:
    """What the kernel says of disks, where this user may read its log."""
    found = within(LOOK_SECONDS, lambda: kernel.complaints(case.root))
    if found is None:
        if case.detailed:
            says = "The kernel's log of disk errors can be read by root only."
            todo = "To see it: sudo dmesg --level=err,crit"
            yield note("HL-BOX-05", says, remedy=todo)
        return
    if not found:
        yield ok("HL-BOX-05", "the kernel complains of no disk")
        return
    yield Finding(
        "HL-BOX-05",
        "warning",
        f"The kernel complained {many(len(found), 'time')} of a disk since the start.",
        "A card, a stick or its reader is failing.",
        "If it is the card (mmcblk): " + CHANGE_CARD,
        details=tuple(one_line(line) for line in found[-MOST_SHOWN:]),
    )


def written(case: Case) -> Iterator[Finding]:
    """What was written to the ledger's disk, a day; with --detailed to each."""
    has = _machine(case).disk
    up = boot_seconds()
    if has is not None and has.written_bytes:
        yield _written(has, has.written_bytes, up)
    if not case.detailed:
        return
    for name in disks.names(case.root):
        octets = disks.written(name, case.root)
        if octets and (has is None or name != has.name):
            yield note("HL-PRE-08", f"{size(octets)} written to {name} since the start")


def _written(has: Disk, octets: int, up_seconds: float) -> Finding:
    a_day = octets * DAY_SECONDS / max(up_seconds, DAY_SECONDS)
    says = f"{size(octets)} written to {has.name} in {span(up_seconds)}"
    if up_seconds > DAY_SECONDS:
        says += f", {size(a_day)} a day"
    if has.lifetime_bytes:
        says += f"; {size(has.lifetime_bytes)} to {has.part} since it was formatted"
    is_card = has.card is not None
    if is_card and up_seconds > JUDGED_AFTER_SECONDS and a_day > MUCH_A_DAY:
        impact = "Cheap cards are worn out within a year or two by that."
        todo = "Find who writes: sudo iotop -ao. The box itself writes some MiB a day."
        return Finding("HL-PRE-08", "warning", f"{says}.", impact, todo)
    return ok("HL-PRE-08", says)


# -- memory ------------------------------------------------------------------------


def short_memory(case: Case) -> Iterator[Finding]:
    """Whether memory is left, and whether the card must serve as memory."""
    has = within(LOOK_SECONDS, lambda: memory.read(case.root))
    if has is None:
        return
    says = f"{size(has.available_bytes)} of {size(has.total_bytes)} memory left"
    if has.is_short or has.killed:
        killed = f"; {many(has.killed, 'process', 'processes')} ended for want of it"
        yield Finding(
            "HL-BOX-06",
            "warning",
            f"{says}{killed if has.killed else ''}.",
            "The kernel ends a process when nothing is left: a sale waits, then.",
            "See what takes it: ps aux --sort=-rss | head. Move other programs away.",
        )
    else:
        yield ok("HL-BOX-06", says)
    if has.swapped_bytes > MUCH_SWAPPED:
        yield Finding(
            "HL-BOX-07",
            "warning",
            f"{size(has.swapped_bytes)} of memory lie in {', '.join(has.swap_files)}.",
            "Swapping wears a card out faster than all else, and is slow.",
            "Use compressed memory instead: sudo apt install zram-tools; then swapoff"
            " the file and take it out of /etc/fstab (dphys-swapfile on a Pi).",
        )
