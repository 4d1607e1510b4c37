"""The settings of a Magento 2 store as data, and what the plug-in can do. It knows no page and no request."""

from __future__ import annotations

from connector.records import (
    ATTRIBUTE,
    CATEGORY,
    COMPOSITE,
    CREDIT_MEMO,
    CUSTOMER,
    CUSTOMER_ATTRIBUTE,
    IMAGE,
    INVENTORY,
    INVOICE,
    ORDER,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    PRODUCT_STATUS,
    RELATION,
    SHIPMENT,
    TAX_CATEGORY,
)
from connector.systems.base import BOOLEAN, CHOICE, INTEGER, SECRET, URL, Capabilities, Setting

BEARER, OAUTH1 = "bearer", "oauth1"

SETTINGS = (
    Setting(
        "url", "Store URL", URL, required=True,
        help="The address of the shop, e.g. https://shop.example.com. Everything after /rest is cut off.",
    ),
    Setting(
        "auth", "Sign in with", CHOICE, default=BEARER,
        choices=((BEARER, "Access token (bearer)"), (OAUTH1, "OAuth 1.0a (all four keys of the integration)")),
        help="From 2.4.4 Magento takes the bare access token only if an administrator allows it, OAuth always.",
    ),
    Setting(
        "token", "Access token", SECRET, confirm=True, required=True,
        help="Magento Admin: System > Integrations > your integration > Access Token.",
    ),
    Setting(
        "consumer_key", "Consumer key", needs=("auth", OAUTH1),
        help="Only for OAuth 1.0a: Consumer Key of the same integration.",
    ),
    Setting(
        "consumer_secret", "Consumer secret", SECRET, needs=("auth", OAUTH1),
        help="Only for OAuth 1.0a: Consumer Secret.",
    ),
    Setting(
        "token_secret", "Access token secret", SECRET, needs=("auth", OAUTH1),
        help="Only for OAuth 1.0a: Access Token Secret.",
    ),
    Setting(
        "store_view", "Store view", default="all", advanced=True,
        help='"all" writes for every store view; any other code writes for that view only.',
    ),
    Setting(
        "default_attribute_set", "Default attribute set", default="Default",
        help="For new products whose item class is not an attribute set of the store.",
    ),
    Setting(
        "default_tax_class", "Default tax class", default="Taxable Goods",
        help="For new products whose tax category is not a product tax class of the store.",
    ),
    Setting(
        "price_store_id", "Store id of prices", INTEGER, default=0, low=0, advanced=True,
        help="0 is the price of all stores. Any other id shadows later global prices in that view.",
    ),
    Setting(
        "reindex_path", "Path that starts the indexers", advanced=True,
        help="Magento's own API has none. A shop with a module of its own names its route below /V1, such as "
        "/indexers/run: it is posted to after a run where Indexing after sync is on.",
    ),
    Setting(
        "parallel", "Parallel requests", INTEGER, default=4, low=1, high=16, advanced=True,
        help="How many requests may be under way at the same time. More than four seldom gain anything.",
    ),
    Setting(
        "requests_per_minute", "Requests per minute", INTEGER, default=0, low=0, high=60_000, advanced=True,
        help="0 is no limit.",
    ),
    Setting(
        "verify_tls", "Check the certificate", BOOLEAN, default=True, advanced=True,
        help="Switch off only for a test shop with a certificate of its own.",
    ),
)  # fmt: skip

NO_CUSTOMER_ATTRIBUTES = (
    "Magento Open Source has no attributes of customers that people can make, and the REST API of Adobe Commerce has "
    "no call that makes one: create it in the store's admin under Stores > Attributes > Customer, then it is filled."
)
NO_MEMOS = "Credit memos travel from the store to the ERP only: a refund in the store is its people's decision."
# facts/MAGENTO.md, timings: base-prices cost 0.14 ms a row, so large batches pay; source items cost 3 ms a row
# and hold locks meanwhile, so 50-100 is enough. Two parallel writers gain, four add nothing on two cores.
CAPABILITIES = Capabilities(
    reads=frozenset({PRODUCT, ORDER, CUSTOMER, CATEGORY, CREDIT_MEMO}),
    writes=frozenset(
        {
            PRODUCT, PRICE, INVENTORY, CATEGORY, CUSTOMER, ORDER, ORDER_STATUS, SHIPMENT, INVOICE, ATTRIBUTE,
            CUSTOMER_ATTRIBUTE, TAX_CATEGORY, PRODUCT_STATUS, COMPOSITE, RELATION, IMAGE,
        }
    ),
    pushes=frozenset({ORDER, CUSTOMER, CREDIT_MEMO}),
    batches={PRICE: 500, INVENTORY: 100},
    groups={PRODUCT: 100, INVENTORY: 1_000},
    parallel=4,
    limits={CUSTOMER_ATTRIBUTE: NO_CUSTOMER_ATTRIBUTES, CREDIT_MEMO: NO_MEMOS},
)  # fmt: skip
