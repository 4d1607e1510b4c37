"""Generic inquiries over OData v4 (`/t/<tenant>/api/odata/gi/...`) and the older v3 address.

The same inquiries that feed the push notifications, read whole. Source: facts/ACUMATICA.md, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from flask import Response

from connector.sandbox.acumatica import filters, inquiry_rows, notices
from connector.sandbox.acumatica.answers import reply
from connector.sandbox.acumatica.erp import Erp
from connector.sandbox.acumatica.filters import FilterError, moment

Row = dict[str, Any]
ITEM_QUERIES = ("product", "price", "inventory")


def names(erp: Erp) -> dict[str, str]:
    """Inquiry name -> entity."""
    return {query: entity for entity, query in erp.store.push["queries"].items()}


def rows(erp: Erp, entity: str) -> list[Row]:
    """All rows of an inquiry, dates with a Z as OData writes them."""
    found: list[Row] = inquiry_rows.rows(erp, entity) if entity not in ITEM_QUERIES else []
    for doc in erp.items() if entity in ITEM_QUERIES else ():
        if entity == "product":
            found.append(notices.product_row(doc))
        elif entity == "price":
            found.append(notices.price_row(doc))
        else:
            levels = erp.levels(doc["fields"]["InventoryID"])
            found += [notices.stock_row(doc, name, row) for name, row in sorted(levels.items())]
    return [{name: f"{value}Z" if name.endswith("DateTime") else value for name, value in row.items()} for row in found]


def service(erp: Erp, root: str) -> Response:
    listed = [{"name": name, "kind": "EntitySet", "url": name} for name in names(erp)]
    return reply({"@odata.context": f"{root}/$metadata", "value": listed})


def metadata(erp: Erp) -> Response:
    """EDMX with one entity set for each inquiry; the column types are those of the rows."""
    types, sets = [], []
    for name, entity in names(erp).items():
        sample = rows(erp, entity)[:1]
        code = name.replace(" ", "_")
        columns = "".join(
            f"<Property Name={quoteattr(column)} Type={quoteattr(edm(column, value))}/>"
            for row in sample
            for column, value in row.items()
        )
        types.append(f"<EntityType Name={quoteattr(code)}>{columns}</EntityType>")
        sets.append(f"<EntitySet Name={quoteattr(name)} EntityType={quoteattr('Default.' + code)}/>")
    text = (
        '<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">'
        '<edmx:DataServices><Schema Namespace="Default" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
        f'{"".join(types)}<EntityContainer Name="Default">{"".join(sets)}</EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )
    return Response(text, content_type="application/xml; charset=utf-8")


def edm(column: str, value: Any) -> str:
    if column.endswith("DateTime"):
        return "Edm.DateTimeOffset"
    return "Edm.Boolean" if isinstance(value, bool) else "Edm.Decimal" if isinstance(value, float) else "Edm.String"


def answer(erp: Erp, name: str, args: Mapping[str, str], root: str, *, old: bool = False) -> Response:
    """The rows of one inquiry with `$filter`, `$select`, `$orderby`, `$top`, `$skip`; 404 for an unknown one."""
    entity = names(erp).get(name)
    if entity is None:
        return reply({"error": {"code": "", "message": f"Resource not found for the segment '{name}'."}}, 404)
    try:
        found = shaped(rows(erp, entity), args)
    except (FilterError, ValueError) as error:
        return reply({"error": {"code": "", "message": str(error)}}, 400)
    if old:
        found = [
            {key: f"{value:.4f}" if isinstance(value, float) else value for key, value in row.items()} for row in found
        ]
        return reply({"odata.metadata": f"{root}/$metadata#{name}", "value": found})
    return reply({"@odata.context": f"{root}/$metadata#{name.replace(' ', '%20')}", "value": found})


def shaped(found: list[Row], args: Mapping[str, str]) -> list[Row]:
    if args.get("$filter"):
        test = filters.compiled(filters.parse(args["$filter"]), column)
        found = [row for row in found if test(row)]
    for part in reversed([part.split() for part in args.get("$orderby", "").split(",") if part.strip()]):
        found.sort(key=lambda row: (row.get(part[0]) is not None, row.get(part[0])), reverse=part[-1].lower() == "desc")  # noqa: B023
    skip, top = int(args.get("$skip", 0)), args.get("$top")
    found = found[skip : skip + int(top) if top is not None else None]
    wanted = [name.strip() for name in args.get("$select", "").split(",") if name.strip()]
    return [{name: row[name] for name in wanted if name in row} for row in found] if wanted else found


def column(row: Row, name: str) -> Any:
    """A column's value for the filter. Raises FilterError for a column that the inquiry has not."""
    if name not in row:
        raise FilterError(f"Could not find a property named '{name}'.")
    return moment(row[name]) if name.endswith("DateTime") and row[name] else row[name]
