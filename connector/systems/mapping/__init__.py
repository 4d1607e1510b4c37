"""Mappings, pure: which row counts for a record, and what it makes of the source's value.

Rows come in as values, (field, value) pairs go out. It knows no table, no entity and no system. `transforms`
and `templates` say how a value becomes another; `tables` looks things up (payment methods, carriers, statuses).
"""

from connector.systems.mapping.fields import (
    BOTH,
    BOTH_ERP,
    BOTH_NEWEST,
    BOTH_STORE,
    DIRECTIONS,
    USES,
    Result,
    Row,
    apply,
    effective,
    in_force,
    of,
    results,
    winner,
)
from connector.systems.mapping.tables import (
    Near,
    branch,
    classes_of,
    group_of,
    near,
    payment,
    shipping_in,
    shipping_out,
    source_of,
    status_in,
    status_out,
    warehouse_of,
    websites_of,
)
from connector.systems.mapping.transforms import Transform, problem

__all__ = [
    "BOTH",
    "BOTH_ERP",
    "BOTH_NEWEST",
    "BOTH_STORE",
    "DIRECTIONS",
    "USES",
    "Near",
    "Result",
    "Row",
    "Transform",
    "apply",
    "branch",
    "classes_of",
    "effective",
    "group_of",
    "in_force",
    "near",
    "of",
    "payment",
    "problem",
    "results",
    "shipping_in",
    "shipping_out",
    "source_of",
    "status_in",
    "status_out",
    "warehouse_of",
    "websites_of",
    "winner",
]
