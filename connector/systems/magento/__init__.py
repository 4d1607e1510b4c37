"""Magento 2 (Open Source and Adobe Commerce): products, prices and stock over its REST API."""

from connector.systems.magento.system import Magento

__all__ = ["Magento"]
