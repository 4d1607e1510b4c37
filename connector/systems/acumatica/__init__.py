"""Acumatica ERP over its contract-based REST API: the source of products, prices and stock.

This folder knows everything about Acumatica and nothing about stores, databases or pages. Its facts come from
facts/ACUMATICA.md. Deleting the folder and its line in `systems/registry` takes Acumatica out of the product.
"""

from connector.systems.acumatica.system import Acumatica

__all__ = ["Acumatica"]
