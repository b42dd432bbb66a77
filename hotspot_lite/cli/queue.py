"""Looking into the queue and changing it: every change is in the audit log."""

from __future__ import annotations

from typing import Any

from hotspot_lite import jobs
from hotspot_lite.box import open_box
from hotspot_lite.cli.verbs import Args, add_noun, add_verb


def queue_status(args: Args) -> list[dict[str, Any]]:
    """Show what waits, runs and has failed in each lane."""
    from hotspot_lite.jobs import lanes, sight

    open_box()
    return [
        {"lane": name, "workers": lanes.LANES[name].workers, **counts}
        for name, counts in sight.counts(jobs.rows).items()
    ]


def queue_failed(args: Args) -> list[dict[str, Any]]:
    """List the failed jobs."""
    from hotspot_lite.jobs import sight

    open_box()
    names = ("id", "lane", "name", "args", "attempts", "times", "error")
    return [{n: job[n] for n in names} for job in sight.failed_jobs(jobs.rows)]


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    queue = add_noun(nouns, "queue", "the jobs")
    add_verb(queue, "status", queue_status)
    add_verb(queue, "failed", queue_failed)
