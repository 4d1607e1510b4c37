"""Magento 2.4.4 Open Source: the REST routes that carry products, prices, stock and what they need."""
