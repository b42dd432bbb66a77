"""The accounting system, from the command line."""

from __future__ import annotations

from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.text import Answer, table
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import length_text


def sync_status(args: Args) -> Answer:
    """Show what is written there, what waits, what was refused and why."""
    from hotspot_lite.trade.office import syncing

    box = open_box()
    counts, kept = syncing.counts(), syncing.standing()
    heads = ["kind", *syncing.STATES]
    rows = [[kind, *states.values()] for kind, states in counts.items()]
    lines = [table(heads, rows)]
    wait = kept.not_before - box.clock.at()
    if not box.settings["moysklad.token"]:
        lines.append("No accounting system is set: set moysklad.token.")
    elif kept.is_shut:
        lines.append(f"Stopped: {kept.says}")
    elif wait > 0:
        lines.append(f"Waits {length_text(wait)} ({kept.says})")
    bad = [
        {"id": one.id, "kind": one.kind, "of": one.local_id, "error": one.error}
        for one in syncing.failed()
    ]
    lines += [f"{one['id']}: {one['kind']} {one['of']}: {one['error']}" for one in bad]
    data = {"counts": counts, "is_shut": kept.is_shut, "failed": bad}
    return Answer(data, "\n".join(lines), 1 if kept.is_shut or bad else 0)


def sync_run(args: Args) -> dict[str, Any]:
    """Look at everything and have the worker write what is missing there."""
    from hotspot_lite import jobs
    from hotspot_lite.trade.office import syncing

    now = open_box().clock.at()
    count = syncing.collect_all("cli", now)
    jobs.put("default.sync_books", once="now")
    return {"to_write": count}


def sync_retry(args: Args) -> dict[str, int]:
    """Try what was refused again, all or one."""
    from hotspot_lite.trade.office import syncing

    return {"again": syncing.retry("cli", open_box().clock.at(), args.id)}


def sync_resume(args: Args) -> dict[str, str]:
    """Go on after it did not let us in."""
    from hotspot_lite.trade.office import syncing

    syncing.resume("cli", open_box().clock.at())
    return {"says": "It goes on within a minute."}


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    noun = add_noun(nouns, "sync", "the accounting system")
    add_verb(noun, "status", sync_status)
    add_verb(noun, "run", sync_run)
    add_verb(noun, "resume", sync_resume)
    again = add_verb(noun, "retry", sync_retry)
    again.add_argument("id", type=int, nargs="?", default=None, help="without: all")
