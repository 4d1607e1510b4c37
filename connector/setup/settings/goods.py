"""The sections about what is sold: categories, products, prices, stock, pictures, attributes."""

from __future__ import annotations

from connector.setup.settings.section import Section, Values
from connector.systems.base import BOOLEAN, CHOICE, LINES, Setting

AT_ONCE = "On: a saved record travels by itself and has its Sync Now button. Off: only batch runs send it."


def source_map(lines: list[str]) -> dict[str, str]:
    """{"MAIN": "default"} from the lines "MAIN=default". Raises ValueError with a sentence."""
    found: dict[str, str] = {}
    for line in lines:
        warehouse, equals, source = (part.strip() for part in line.partition("="))
        if not (warehouse and equals and source) or "=" in source:
            raise ValueError(f"Write WAREHOUSE=source on each line; {line[:40]!r} is not like that.")
        if warehouse in found:
            raise ValueError(f"The warehouse {warehouse[:40]} appears twice.")
        found[warehouse] = source
    return found


def _inventory_rule(values: Values) -> dict[str, str]:
    errors = {}
    try:
        source_map(values["source_map"])
    except ValueError as error:
        errors["source_map"] = str(error)
    if values["vendor"] == "separate" and not values["vendor_attribute"]:
        errors["vendor_attribute"] = "Attribute for the vendor's quantity is required for a separate value."
    return errors


def _image_rule(values: Values) -> dict[str, str]:
    if values["source"] == "url" and not values["url_attribute"]:
        return {"url_attribute": "Field with the address is required when pictures come from addresses."}
    return {}


CATEGORY = Section(
    "category",
    "Category",
    (
        Setting(
            "company", "Acumatica default company", help="Only categories below the root of this name. Empty: all.",
        ),
        Setting("root", "Acumatica root category", help="ID of the category whose children are sent. Empty: the top."),
        Setting(
            "store_root", "Store root category", reference="category",
            help="ID of the store's category under which they are put. Empty: the store's first root.",
        ),
        Setting("individual_sync", "Individual sync", BOOLEAN, default=False, help=AT_ONCE),
        Setting(
            "deletion", "When the ERP deletes a category", CHOICE, default="disable",
            choices=(
                ("disable", "Disable it in the store"),
                ("delete", "Delete it in the store"),
                ("ignore", "Leave it as it is"),
            ),
            help="A category that is gone from the ERP may hold products of the store: disabling it can be undone.",
        ),
        Setting(
            "sort_order", "Send the sort order", BOOLEAN, default=True,
            help="On: siblings stand in the store in the ERP's order. Off: the store's own order stays.",
        ),
    ),
    page="sync",
)  # fmt: skip

PRODUCT = Section(
    "product",
    "Product",
    (
        Setting("individual_sync", "Individual sync", BOOLEAN, default=False, help=AT_ONCE),
        Setting(
            "deletion", "When the ERP deletes a product", CHOICE, default="disable",
            choices=(
                ("disable", "Disable it in the store"),
                ("delete", "Delete it in the store"),
                ("ignore", "Leave it as it is"),
            ),
            help="Disabling can be undone; a deleted product loses its address, its reviews and its history.",
        ),
        Setting(
            "websites", "Websites", LINES, default=(), reference="website",
            help="IDs or codes, one on each line. Empty: all websites.",
        ),
        Setting("indexing", "Indexing after sync", BOOLEAN, default=False, help="Asked for at the end of each run."),
        Setting(
            "kits", "Kits become", CHOICE, default="bundle",
            choices=(("bundle", "A bundle of their components"), ("simple", "A simple product")),
            help="A bundle shows and counts its components; a simple product has a price and a stock of its own.",
        ),
        Setting(
            "backorders_attribute", "Attribute for backorders", default="BACKORDERS",
            help="Acumatica attribute that says whether the store may sell what is not there.",
        ),
        Setting(
            "relations", "Send related products", BOOLEAN, default=True,
            help="Related, up-sell and cross-sell items become links of the store.",
        ),
    ),
    page="sync",
)  # fmt: skip

PRICE = Section(
    "price",
    "Price",
    (
        Setting(
            "preference", "Price that is sent", CHOICE, default="default_price",
            choices=(("default_price", "Default price"), ("sales_price", "Sales price")),
            help="Default price: the one on the item. Sales price: the newest base row of Sales Prices in force.",
        ),
        Setting(
            "special_price", "Send special prices", BOOLEAN, default=False,
            help="A lower price with an end becomes the store's special price.",
        ),
        Setting(
            "tiers", "Sales price sync", BOOLEAN, default=False,
            help="Sales prices by quantity and by customer price class become tier and group prices.",
        ),
    ),
)  # fmt: skip

STOCK_PRICE = Section(
    "stock_price",
    "Inventory and price",
    (
        Setting(
            "what", "Sync", CHOICE, default="both",
            choices=(
                ("both", "Inventory and price"),
                ("inventory", "Inventory only"),
                ("price", "Price only"),
            ),
            help="What the joint run sends. Always from Acumatica to the store.",
        ),
    ),
    page="sync",
)  # fmt: skip

INVENTORY = Section(
    "inventory",
    "Inventory",
    (
        Setting(
            "quantity_kind", "Quantity that is sent", CHOICE, default="available",
            choices=(
                ("available", "Available"),
                ("available_for_shipping", "Available for shipping"),
                ("on_hand", "On hand"),
            ),
            help="On hand counts what is reserved for orders as well; the two others leave it out.",
        ),
        Setting(
            "warehouses", "Warehouses", LINES, default=(), reference="warehouse",
            help="One on each line. Empty: all warehouses.",
        ),
        Setting(
            "default_warehouse", "Default warehouse", reference="warehouse",
            help="Written on order lines, and used for stock where no mapping says otherwise.",
        ),
        Setting(
            "branch_wise", "By branch", BOOLEAN, default=False,
            help="On: each store view counts the warehouses of the branches that Stores and Branches gives it. "
            "Off: the warehouses above count.",
        ),
        Setting(
            "vendor", "Vendor's quantity", CHOICE, default="none",
            choices=(
                ("none", "Leave it out"),
                ("separate", "Send it as a value of its own"),
                ("sum", "Add it to the quantity"),
            ),
            help="What the item's vendors have, from its vendor details: left out, a value of its own, or added.",
        ),
        Setting(
            "vendor_attribute", "Attribute for the vendor's quantity",
            help="Code of the store's product attribute. Only for a value of its own.",
        ),
        Setting(
            "subtract_open_orders", "Subtract open store orders", BOOLEAN, default=False,
            help="Orders of the store that Acumatica does not know yet reduce the quantity that is sent. Only for a "
            "store that sells by the quantity itself: Magento's own reservations count such orders already.",
        ),
        Setting("indexing", "Indexing after sync", BOOLEAN, default=True, help="Asked for at the end of each run."),
        Setting(
            "source_map", "Warehouse to source", LINES, default=(), advanced=True,
            help="WAREHOUSE=source on each line. A warehouse that is not named goes to the default source. The rows "
            "of the warehouse mapping come before these.",
        ),
        Setting(
            "default_source", "Default source", default="default", required=True, reference="source",
            help="The store's source for every warehouse that no row maps. A store with one source calls it default.",
        ),
    ),
    rule=_inventory_rule,
)  # fmt: skip

IMAGE = Section(
    "image",
    "Image",
    (
        Setting(
            "source", "Pictures come from", CHOICE, default="files",
            choices=(("files", "The files of the item"), ("url", "An address in a field of the item")),
            help="Files attached to the item are uploaded; an address is fetched from where it points to.",
        ),
        Setting("url_attribute", "Field with the address", help="Name of the field or attribute of the item."),
        Setting(
            "keep_foreign", "Keep pictures made in the store", BOOLEAN, default=True,
            help="Off: pictures that did not come from Acumatica are taken out.",
        ),
    ),
    help="Always from Acumatica to the store.",
    rule=_image_rule,
    page="sync",
)  # fmt: skip

COMPOSITE = Section(
    "composite",
    "Product configurator",
    (Setting("indexing", "Indexing after sync", BOOLEAN, default=True, help="Asked for at the end of each run."),),
    page="sync",
)

ATTRIBUTE = Section(
    "attribute",
    "Attributes",
    (
        Setting(
            "group", "Attribute group", default="Acumatica", required=True,
            help="Group of the attribute set in which new attributes are put.",
        ),
        Setting("sets", "Make attribute sets", BOOLEAN, default=True, help="One for each item class."),
    ),
    help="Always from Acumatica to the store.",
    page="sync",
)  # fmt: skip
