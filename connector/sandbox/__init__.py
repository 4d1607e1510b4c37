"""The outside systems, simulated over real HTTP on the loopback address.

Acumatica and Magento run as processes of their own with SQLite files of their own. They know nothing of the
connector: not one line is shared with it, so that a mistake in the connector cannot hide here as well.
"""
