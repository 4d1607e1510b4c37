"""Is a request one that Magento's own Swagger 2.0 document allows? Knows the document, not the connector.

Places where the running shop is more generous than its document, all measured (facts/MAGENTO.md): a partial stock
item inside a product is merged, the dates of a special price may be left out, a new attribute needs a code, a type
and a label, a new option a label, the payment of an order a method. `fields`
projects any answer and stands in no operation of the document.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft4Validator

GENEROUS = {
    "catalog-inventory-data-stock-item-interface": [],
    "catalog-data-special-price-interface": ["price", "store_id", "sku"],
    "catalog-data-product-attribute-interface": ["attribute_code", "frontend_input", "default_frontend_label"],
    "eav-data-attribute-option-interface": ["label"],
    "sales-data-order-payment-interface": ["method"],
}


class Swagger:
    """The document of one shop, strict about properties that it does not name."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.paths: dict[str, Any] = document["paths"]
        self.definitions = copy.deepcopy(document["definitions"])
        for name, definition in self.definitions.items():
            if name in GENEROUS:
                definition["required"] = GENEROUS[name]
            if not definition.get("required"):
                definition.pop("required", None)
            if "properties" in definition:
                definition["additionalProperties"] = False

    def problems(self, method: str, path: str, query: Sequence[tuple[str, str]] = (), body: Any = None) -> list[str]:
        """What is wrong with this request; `path` is the encoded one from /V1 on."""
        template, operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path} is no operation of the document"]
        parameters = operation.get("parameters", [])
        return [f"{method} {template}: {text}" for text in (*_query(query, parameters), *self._body(body, parameters))]

    def route(self, method: str, path: str) -> str:
        """The path as the document writes it: /V1/products/A%2FB -> /V1/products/{sku}."""
        return self._operation(method, path)[0]

    def _operation(self, method: str, path: str) -> tuple[str, dict[str, Any] | None]:
        if path in self.paths and method.lower() in self.paths[path]:
            return path, self.paths[path][method.lower()]
        for template, operations in self.paths.items():
            pattern = "[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", template))
            if re.fullmatch(pattern, path) and method.lower() in operations:
                return template, operations[method.lower()]
        return path, None

    def _body(self, body: Any, parameters: Sequence[dict[str, Any]]) -> list[str]:
        schema = next((item["schema"] for item in parameters if item["in"] == "body"), None)
        if schema is None:
            return [] if body is None else ["has a body that the document does not know"]
        strict = {**schema, "additionalProperties": False, "definitions": self.definitions}
        return [
            f"body {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in Draft4Validator(strict).iter_errors(body)
        ]


def _query(query: Sequence[tuple[str, str]], parameters: Sequence[dict[str, Any]]) -> list[str]:
    known = {item["name"]: item for item in parameters if item["in"] == "query"}
    problems = []
    for name, value in query:
        plain = re.sub(r"\[\d+\]", "[0]", unquote(name))
        if plain != "fields" and plain not in known:
            problems.append(f"unknown query parameter {name}")
        elif plain in known and known[plain].get("type") == "integer" and not re.fullmatch(r"-?\d+", value):
            problems.append(f"{name} is not an integer: {value}")
    for name, item in known.items():
        if item.get("required") and name not in dict(query):
            problems.append(f"query parameter {name} is missing")
    return problems


@cache
def load(path: Path) -> Swagger:
    return Swagger(json.loads(path.read_text()))
