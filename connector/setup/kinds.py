"""The kinds of mapping: which columns each has, where their values are chosen from, and what may stand once only.

A table, read by the checks of `mappings` and by the pages, so that the two cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.records import CATEGORY, CUSTOMER, PRODUCT

FIXED_ERP = {CATEGORY: ("CategoryID", "ParentCategoryID")}  # these go from the ERP to the store, never back (DIR-09)
CARD_TYPES = (
    ("AE", "American Express"), ("VI", "Visa"), ("MC", "MasterCard"), ("DI", "Discover"), ("JCB", "JCB"),
    ("DN", "Diners Club"), ("MI", "Maestro"), ("UN", "UnionPay"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind. `name` is store, erp, or a key of `more`; `list` the reference list to choose from."""

    name: str
    label: str
    list: str = ""  # a reference list, or "fields" of this side's schema
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    several: bool = False  # values separated by commas, kept as a list
    help: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One mapping. `once` are groups of columns that may not repeat in one scope; blank ones may."""

    name: str
    title: str
    columns: tuple[Column, ...]
    once: tuple[tuple[str, ...], ...]
    verb: str = "Map"
    entity: str = ""  # set: rows of fields, with direction, use-in and transform
    scoped: bool = True
    recommended: bool = False
    lists: tuple[str, ...] = ()  # what its Update buttons fetch
    help: str = ""

    @property
    def fields(self) -> bool:
        """True when its rows map fields: they have a direction, a use and perhaps a transform."""
        return bool(self.entity)

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _attributes(entity: str, title: str, help: str) -> Kind:
    columns = (
        Column("store", "Store attribute", "fields", required=True),
        Column("erp", "ERP field", "fields", help="Empty only for a constant."),
    )
    once = (("store",),)
    return Kind(entity, title, columns, once, entity=entity, recommended=True, help=help)


KINDS = (
    _attributes(PRODUCT, "Product attributes", "What is not mapped here travels as the connector knows it by itself."),
    _attributes(CATEGORY, "Category attributes", "Names, order and meta data of categories."),
    _attributes(CUSTOMER, "Customer attributes", "Contact data and attributes of customers."),
    Kind(
        "customer_group",
        "Customer groups",
        (
            Column("store", "Store customer group", "customer_group", required=True),
            Column("erp", "ERP customer class", "customer_class"),
            Column("price_class", "ERP customer price class", "price_class", help="May stay empty."),
        ),
        (("erp",), ("price_class",)),
        lists=("customer_class", "price_class", "customer_group"),
        help="A class or a price class may be used once only.",
    ),
    Kind(
        "payment",
        "Payment methods",
        (
            Column("store", "Store payment method", "store_payment_method", required=True),
            Column("card_type", "Card type", choices=CARD_TYPES, help="Empty: for every card."),
            Column("plugin", "ERP payment plug-in", "plugin", help="May stay empty."),
            Column("erp", "ERP payment method", "payment_method", required=True),
            Column("cash_account", "Cash account", "cash_account", help="Empty: the default of the order settings."),
        ),
        (("store", "card_type"),),
        lists=("store_payment_method", "payment_method", "cash_account", "plugin"),
    ),
    Kind(
        "shipping_out",
        "Shipping, ERP to store",
        (
            Column("erp", "ERP ship via", "ship_via", required=True),
            Column("store", "Store carrier", "shipping_carrier", required=True, help="Or custom."),
            Column("title", "Shipping title", help="What buyers see beside the track number."),
        ),
        (("erp",),),
        lists=("ship_via", "shipping_carrier"),
    ),
    Kind(
        "shipping_in",
        "Shipping, store to ERP",
        (
            Column(
                "store", "Store shipping method", "shipping_method", required=True,
                help="The method's code, or the text that buyers see.",
            ),
            Column("erp", "ERP ship via", "ship_via", required=True),
        ),
        (("store",),),
        lists=("ship_via", "shipping_method"),
    ),
    Kind(
        "warehouse",
        "Warehouses",
        (
            Column("store", "Store source", "source", required=True),
            Column("erp", "ERP warehouse", "warehouse", required=True),
        ),
        (("erp",),),
        lists=("warehouse", "source"),
        help="The stock of a warehouse lands in its source only. Several warehouses may fill one source.",
    ),
    Kind(
        "status_out",
        "Order statuses, ERP to store",
        (
            Column(
                "erp", "ERP order status", "status", required=True,
                help="As the ERP spells it. Upper case, lower case and blanks do not matter.",
            ),
            Column("store", "Store order status", "order_status", required=True),
        ),
        (("erp",),),
        recommended=True,
        lists=("order_status",),
        verb="Add",
    ),
    Kind(
        "status_in",
        "Order statuses, store to ERP",
        (
            Column("store", "Store order status", "order_status", required=True),
            Column("erp", "ERP order status", "status", required=True),
        ),
        (("store",),),
        recommended=True,
        lists=("order_status",),
        verb="Add",
    ),
    Kind(
        "branch",
        "Stores and branches",
        (
            Column("store", "Store view", "store_view", required=True),
            Column("erp", "ERP branch", "branch", required=True),
            Column("website", "Website", "website", help="Products of the branch appear there."),
            Column(
                "warehouses", "Warehouses", "warehouse", several=True,
                help="Separated by commas; the first one takes the orders.",
            ),
            Column("source", "Inventory source", "source", help="By branch: the source that its warehouses feed."),
            Column(
                "vendor", "Vendor inventory", choices=(("yes", "Include"), ("no", "Leave out")),
                help="By branch: whether vendors' stock counts for it. Empty: yes.",
            ),
        ),
        (("store",),),
        scoped=False,
        lists=("branch", "store_view", "website", "warehouse", "source"),
    ),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}


def find(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return BY_NAME[name]
