"""Which module looks after which kind of record."""

from __future__ import annotations

from connector.sandbox.acumatica.documents import Documents
from connector.sandbox.acumatica.entity import Entity
from connector.sandbox.acumatica.erp import Erp
from connector.sandbox.acumatica.writing import Writing

SPECIAL: dict[str, type[Writing]] = {}


def records(erp: Erp, entity: Entity, version: str, site: str) -> Writing:
    """The records of an entity, with what is special about them."""
    kind = SPECIAL.get(entity.name.lower(), Documents if entity.shape else Writing)
    return kind(erp, entity, version, site)
