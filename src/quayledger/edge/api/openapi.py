"""OpenAPI 3.1 from the route table."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from quayledger.edge.api.problems import MEDIA_TYPE, Problem
from quayledger.edge.api.routes import JSON, Parameter, Route


def document(title: str, version: str, table: Sequence[Route]) -> dict[str, Any]:
    """The OpenAPI document of the routes."""
    types = {route.takes for route in table} | {route.answers for route in table} | {Problem}
    named = [kind for kind in types if kind not in (None, bytes)]
    ordered = sorted(named, key=str)
    schemas, components = msgspec.json.schema_components(
        ordered, ref_template="#/components/schemas/{name}"
    )
    by_type = dict(zip(map(str, ordered), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        operation = _operation(route, by_type)
        paths.setdefault(f"/v1{route.path}", {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, by_type: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "-", f"{route.method.lower()}{route.path}").strip("-"),
        "summary": route.summary,
        "responses": {
            str(route.status): {
                "description": "Done.",
                "content": {route.media_type: {"schema": _schema(route.answers, by_type)}},
            },
            "default": {
                "description": "A problem (RFC 9457).",
                "content": {MEDIA_TYPE: {"schema": by_type[str(Problem)]}},
            },
        },
        "security": [{"session": []}] if route.session else [],
    }
    path = [Parameter(name, name, "path", True) for name in re.findall(r"{(\w+)", route.path)]
    if path or route.parameters:
        operation["parameters"] = [
            {
                "name": parameter.name,
                "in": parameter.where,
                "required": parameter.required,
                "description": parameter.meaning,
                "schema": {"type": "string"},
            }
            for parameter in (*path, *route.parameters)
        ]
    if route.takes is not None:
        media = "application/octet-stream" if route.takes is bytes else JSON
        content = {media: {"schema": _schema(route.takes, by_type)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _schema(kind: Any, by_type: dict[str, Any]) -> Any:
    if kind is bytes:
        return {"type": "string", "format": "binary"}
    return by_type.get(str(kind), {})
