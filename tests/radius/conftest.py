"""The fixtures of RADIUS's tests; `servers` has them under a name of its own."""

from servers import box, freeradius, own_radius, radius, start_radius

__all__ = ["box", "freeradius", "own_radius", "radius", "start_radius"]
