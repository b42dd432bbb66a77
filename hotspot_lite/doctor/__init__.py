"""hotspot-lite doctor: every check the owner would otherwise phone someone about.

Each finding says what is so, what it means for customers or money, and what to do.
"""

from __future__ import annotations

import os
from typing import Any

# Imported when asked for: the command line starts without all that is examined here.


def main(
    detailed: bool = False, logs: bool = False, fix: bool = False
) -> tuple[int, dict[str, Any]]:
    """Examine this box: the exit code (0 well, 1 warnings, 2 broken) and the report."""
    from hotspot_lite.doctor import examination

    report = examination.report(detailed, logs, fix)
    return report.exit_code, report.as_json()


def text(report: dict[str, Any], detailed: bool = False, colour: bool = False) -> str:
    """The report as a person reads it: one line a finding, details indented."""
    from hotspot_lite.doctor import page

    return page.text(report, detailed, colour and "NO_COLOR" not in os.environ)
