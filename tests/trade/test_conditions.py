"""What is lastingly wrong is told when it changes, not each time it is seen."""

from __future__ import annotations

from hotspot_lite.box import Box
from hotspot_lite.trade.house import conditions, events

NOW = 1_800_000_000


def told() -> list[str]:
    return [event["type"] for event in events.last(10)]


def test_only_the_change_is_an_event(box: Box) -> None:
    looks = (False, True, True, True, False, False, True)
    for second, is_wrong in enumerate(looks):
        conditions.observe("router-away", is_wrong, "It is away.", NOW + second)
    assert told() == ["condition_began", "condition_ended", "condition_began"]


def test_it_is_wrong_since_it_began_though_its_words_change(box: Box) -> None:
    assert conditions.observe("drift", True, "1 user differs.", NOW)
    assert not conditions.observe("drift", True, "2 users differ.", NOW + 60)
    (row,) = conditions.wrong()
    assert (row.since, row.says) == (NOW, "2 users differ.")
    assert conditions.observe("drift", False, "", NOW + 120)
    assert conditions.wrong() == []
