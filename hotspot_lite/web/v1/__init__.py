"""The API for programs, /api/v1: what the admin can do, by token and in JSON.

Each endpoint is declared once (declare.py); serving, checking what comes in and the
OpenAPI document follow from that, so that they can't say different things.
"""

from hotspot_lite.web.v1.serve import V1

__all__ = ["V1"]
