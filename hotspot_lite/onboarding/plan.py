"""The plan: remarks to read, steps to take; the same for every door that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotspot_lite.onboarding.needs import steps
from hotspot_lite.onboarding.remarks import Remark, remarks
from hotspot_lite.onboarding.seen import Seen
from hotspot_lite.onboarding.site import Site
from hotspot_lite.onboarding.steps import Step

LEVELS = ("blocker", "warning", "note")


@dataclass(frozen=True)
class Plan:
    """What differs from what the box needs, and what else is worth knowing."""

    version: str
    board: str
    identity: str
    remarks: Sequence[Remark]
    steps: Sequence[Step]

    @property
    def is_blocked(self) -> bool:
        """Whether something must be done by a person first."""
        return any(one.level == "blocker" for one in self.remarks)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to change."""
        return not self.steps and not self.is_blocked

    def text(self) -> str:
        """The plan for a person to read, without a secret."""
        lines = [f"Router {self.identity}, {self.board}, RouterOS {self.version}"]
        for one in self.remarks:
            lines.append(f"  {one.level}: {one.says}")
            lines += [f"      {one.todo}"] if one.todo else []
        for step in self.steps:
            lines += [f"  differs: {step.why}", f"      {step.line()}"]
        if self.is_done:
            lines.append("  Nothing differs from what this box needs.")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """All of it as data, without a secret."""
        return {
            "router": {
                "name": self.identity,
                "board": self.board,
                "version": self.version,
            },
            "is_done": self.is_done,
            "is_blocked": self.is_blocked,
            "remarks": [
                {"code": r.code, "level": r.level, "says": r.says, "todo": r.todo}
                for r in self.remarks
            ],
            "steps": [{"does": step.line(), "why": step.why} for step in self.steps],
        }


def make(site: Site, seen: Seen) -> Plan:
    """Hold what is against what should be."""
    return Plan(
        version=seen.version_text,
        board=seen.board,
        identity=seen.one("/system/identity").get("name", ""),
        remarks=sorted(remarks(site, seen), key=lambda one: LEVELS.index(one.level)),
        steps=steps(site, seen),
    )
