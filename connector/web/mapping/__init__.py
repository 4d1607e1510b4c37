"""Mapping pages: a grid for each kind, the form of its rows with a tester, versions, and the order statuses."""

from connector.web.mapping import acts, attributes, edit, grid, statuses
from connector.web.mapping.base import blueprint

__all__ = ["acts", "attributes", "blueprint", "edit", "grid", "statuses"]
