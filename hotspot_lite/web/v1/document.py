"""The OpenAPI document, from the endpoints themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from hotspot_lite import __version__
from hotspot_lite.trade.people.tokens import ROLES
from hotspot_lite.web.v1.declare import WORD, Endpoint, record, whole

ERROR = record(error=record(says=WORD, todo=WORD, field=WORD))
MEANS = {
    401: "No token, or one that is wrong, over or revoked.",
    403: "The token's scope is too narrow.",
    404: "There is no such thing.",
    422: "Something given can't be used: `says` what, `todo` what to do.",
    429: "Too many wrong tokens came from that address.",
    507: "The disk is full: nothing new is sold, and no money moved.",
}


def document(endpoints: Iterable[Endpoint], name: str, base: str) -> dict[str, Any]:
    """OpenAPI 3.1 of these endpoints, below `base`."""
    paths: dict[str, Any] = {}
    for one in endpoints:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{name}: hotspot-lite",
            "version": __version__,
            "description": "Money is in cents, data in octets, times are UTC.",
        },
        "servers": [{"url": base}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": ERROR},
        },
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    told: dict[str, Any] = {
        "summary": one.summary,
        "description": f"Scope: {scope_of(one)}.",
        "operationId": re.sub(r"\W+", "_", f"{one.method} {one.path}").strip("_"),
        "parameters": [*_in_path(one), *_in_query(one)],
        "responses": _answers(one),
    }
    if one.body:
        told["requestBody"] = {
            "required": bool(one.needs),
            "content": _json(
                {
                    "type": "object",
                    "properties": dict(one.body),
                    "required": list(one.needs),
                    "additionalProperties": False,
                }
            ),
        }
    return told


def scope_of(one: Endpoint) -> str:
    """The narrowest scope that may ask it."""
    if not one.roles:
        return "read"
    return next(scope for scope, role in ROLES.items() if role in one.roles)


def _in_path(one: Endpoint) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": whole(1) if name == "id" else {"type": "string"},
        }
        for name in re.findall(r"\{(\w+)\}", one.path)
    ]


def _in_query(one: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in one.query.items()
    ]


def _answers(one: Endpoint) -> dict[str, Any]:
    statuses = {401, 403, 429, *one.fails} | ({422} if one.query or one.body else set())
    statuses |= {507} if one.body else set()
    if not one.roles:
        statuses -= {403}
    found: dict[str, Any] = {
        str(one.status): {"description": one.summary, "content": _json(one.answer)}
    }
    for status in sorted(statuses):
        error = {"$ref": "#/components/schemas/Error"}
        found[str(status)] = {"description": MEANS[status], "content": _json(error)}
    return found


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
