"""The fixtures of the journey's tests; `road` has them under a name of its own."""

from road import asked, box, clock, paid, sold, town, visitor
from village import village

__all__ = ["asked", "box", "clock", "paid", "sold", "town", "village", "visitor"]
