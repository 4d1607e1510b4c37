"""A believable catalogue, the same for everybody: products, categories, warehouses, prices and stock.

Pure data out of a seeded generator, in plain dicts with the ERP's field names. It knows no HTTP and no
storage. A few items are awkward on purpose: equal descriptions, odd characters, no attributes, not for sale.
"""

from __future__ import annotations

import random
import uuid
from typing import Any

SEED = 20260101
WAREHOUSES = (("MAIN", "Main warehouse"), ("EAST", "East coast hub"), ("RETAIL", "Shop floor"))
TAX_CATEGORIES = (("TAXABLE", "Taxable goods"), ("EXEMPT", "Exempt from tax"), ("REDUCED", "Reduced rate"))
CATEGORIES = (  # id, parent, description
    (1, 0, "Company"), (10, 1, "Workshop"), (11, 10, "Hand tools"), (12, 10, "Power tools"), (20, 1, "Kitchen"),
    (21, 20, "Cookware"), (22, 20, "Small appliances"), (30, 1, "Outdoor"), (31, 30, "Camping"), (32, 30, "Cycling"),
    (40, 1, "Clothing"), (41, 40, "Work wear"), (42, 40, "Footwear"), (50, 1, "Office"), (60, 1, "Lighting"),
    (61, 60, "Indoor"), (62, 60, "Garden & terrace"), (51, 50, "Furniture"), (52, 50, "Paper & pens"),
    (13, 10, "Measuring"), (23, 20, "Knives"), (33, 30, "Water sports"), (43, 40, "Children"), (90, 1, "Services"),
    (99, 1, "Outlet"),
)  # fmt: skip
ATTRIBUTES = {
    "COLOR": ("Colour", ("Black", "White", "Red", "Blue", "Green", "Grey", "Orange", "Yellow")),
    "SIZE": ("Size", ("XS", "S", "M", "L", "XL", "XXL")),
    "BRAND": (
        "Brand",
        ("Halden", "Northfell", "Kessler", "Brookmont", "Tarn & Sons", "Oriel", "Vesper", "Castlegate", "Juniper Co"),
    ),
    "MATERIAL": ("Material", ("Steel", "Oak", "Cotton", "Nylon", "Aluminium", "Ceramic", "Leather", "Glass")),
}
CLASSES: dict[str, dict[str, Any]] = {
    "TOOLS": {
        "title": "Tools", "prefix": "TL", "categories": (11, 12), "attributes": ("BRAND", "MATERIAL"),
        "nouns": ("Claw Hammer", "Cordless Drill", "Hand Saw", "Spanner Set", "Spirit Level", "Chisel", "Wood Plane",
                  "Bench Vice", "Rubber Mallet", "Tape Measure", "Jigsaw", "Angle Grinder"),
        "adjectives": ("Forged", "Compact", "Heavy Duty", "Precision", "Insulated", "Classic", "Long Reach"),
        "price": (6, 240), "weight": (0.2, 6.0),
    },
    "KITCHEN": {
        "title": "Kitchen", "prefix": "KT", "categories": (21, 22), "attributes": ("BRAND", "COLOR", "MATERIAL"),
        "nouns": ("Saucepan", "Frying Pan", "Chef Knife", "Kettle", "Mixing Bowl", "Baking Tray", "Coffee Grinder",
                  "Chopping Board", "Casserole", "Stock Pot", "Pepper Mill", "Toaster"),
        "adjectives": ("Enamelled", "Cast Iron", "Non-Stick", "Stackable", "Copper Base", "Family", "Bistro"),
        "price": (4, 180), "weight": (0.1, 5.5),
    },
    "OUTDOOR": {
        "title": "Outdoor", "prefix": "OD", "categories": (31, 32), "attributes": ("BRAND", "COLOR"),
        "nouns": ("Two-Person Tent", "Sleeping Bag", "Camp Stove", "Head Torch", "Trail Backpack", "Bike Pump",
                  "Water Bottle", "Folding Chair", "Hammock", "Bicycle Helmet", "Dry Bag", "Walking Poles"),
        "adjectives": ("Ultralight", "All-Season", "Ridge", "Waterproof", "Summit", "Valley", "Packable"),
        "price": (8, 420), "weight": (0.1, 7.5),
    },
    "APPAREL": {
        "title": "Apparel", "prefix": "AP", "categories": (41,), "attributes": ("BRAND", "COLOR", "SIZE"),
        "nouns": ("Work Jacket", "T-Shirt", "Cargo Trousers", "Fleece", "Rain Coat", "Polo Shirt", "Overall",
                  "Knit Cap", "Work Gloves", "Thermal Vest"),
        "adjectives": ("Reflective", "Organic Cotton", "Quilted", "Stretch", "Hooded", "Everyday", "Ripstop"),
        "price": (7, 160), "weight": (0.05, 1.8),
    },
    "FOOTWEAR": {
        "title": "Footwear", "prefix": "FW", "categories": (42,), "attributes": ("BRAND", "COLOR", "SIZE"),
        "nouns": ("Safety Boots", "Trail Shoes", "Wellington Boots", "Work Clogs", "Hiking Boots", "Sandals"),
        "adjectives": ("Steel Toe", "Lightweight", "Lined", "Grip Sole", "Breathable"),
        "price": (19, 210), "weight": (0.4, 2.2),
    },
    "OFFICE": {
        "title": "Office", "prefix": "OF", "categories": (50,), "attributes": ("BRAND", "COLOR"),
        "nouns": ("Desk Lamp", "Notebook", "Document Tray", "Swivel Chair", "Whiteboard", "Paper Shredder", "Stapler",
                  "Filing Cabinet", "Monitor Stand", "Fountain Pen"),
        "adjectives": ("Adjustable", "A4", "Ergonomic", "Slimline", "Recycled", "Executive"),
        "price": (2, 340), "weight": (0.05, 18.0),
    },
    "LIGHTING": {
        "title": "Lighting", "prefix": "LI", "categories": (60,), "attributes": ("COLOR",),
        "nouns": ("LED Bulb", "Ceiling Light", "Garden Lantern", "Floor Lamp", "String Lights", "Work Light"),
        "adjectives": ("Warm White", "Dimmable", "Solar", "Vintage", "Cool White"),
        "price": (3, 190), "weight": (0.05, 4.0),
    },
}  # fmt: skip
SERVICES = ("Assembly at Home", "Tool Sharpening", "Extended Warranty", "Gift Wrapping", "Bike Inspection",
            "Installation Visit", "Engraving", "Old Appliance Pick-up")  # fmt: skip
STATUSES = ("Active", "Inactive", "No Sales", "No Purchases", "No Request", "Marked for Deletion")
SELLABLE = ("Active", "No Purchases", "No Request")
ODD = (  # ids and names that break careless clients
    ("TL-10/25 X", "Hex Key Set 10/25"),
    ("KT 4 CUP", "Espresso Pot for 4 Cups"),
    ("OD#7+A", "Carabiner No. 7 + Accessory"),
    ("LI-50%", 'Lamp Shade 12" 50% Linen'),
    ("AP-CAFÉ", "Apron “Café” für Profis"),
    ("OF&Q?1", "Quill & Ink (Is It?)"),
)


def generate(count: int, seed: int = SEED) -> list[dict[str, Any]]:
    """`count` items: {kind, fields, details, stock: {warehouse: (on hand, booked)}, promotion or None}."""
    chance = random.Random(seed)
    services = min(len(SERVICES), count // 40)
    odd = ODD if count >= 100 else ()
    items = [_stock_item(chance, index) for index in range(count - services - len(odd))]
    items += [_odd_item(chance, name, title) for name, title in odd]
    items += [_service(chance, index) for index in range(services)]
    return items


def identity(kind: str, key: str) -> str:
    """The record's GUID: the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sandbox:{kind}:{key}"))


def _stock_item(chance: random.Random, index: int) -> dict[str, Any]:
    name = list(CLASSES)[index % len(CLASSES)]
    kind = CLASSES[name]
    brand = chance.choice(ATTRIBUTES["BRAND"][1])
    title = f"{brand} {chance.choice(kind['adjectives'])} {chance.choice(kind['nouns'])}"
    item = _item(chance, f"{kind['prefix']}-{index + 1:05d}", title, name, brand)
    fields = item["fields"]
    roll = index % 50  # two of a hundred of each: some things are not for sale, as in every real catalogue
    if roll == 17:
        fields["ItemStatus"] = "Inactive"
    elif roll == 33:
        fields["ItemStatus"] = "No Sales" if index % 100 == 33 else "No Purchases"
    elif roll == 41:
        fields["ExportToExternal"] = False
    return item


def _odd_item(chance: random.Random, name: str, title: str) -> dict[str, Any]:
    prefix = name[:2]
    of = next(key for key, kind in CLASSES.items() if kind["prefix"] == prefix)
    return _item(chance, name, title, of, "")


def _item(chance: random.Random, name: str, title: str, of: str, brand: str) -> dict[str, Any]:
    kind = CLASSES[of]
    attributes = [_attribute(chance, attribute, brand) for attribute in kind["attributes"]]
    size = next((row["Value"] for row in attributes if row["AttributeID"] == "SIZE"), "")
    color = next((row["Value"] for row in attributes if row["AttributeID"] == "COLOR"), "")
    words = ", ".join(word for word in (color, size) if word)
    price = _price(chance, *kind["price"])
    stock = {warehouse: _level(chance) for warehouse, _ in WAREHOUSES}
    fields = {
        "InventoryID": name,
        "Description": f"{title}, {words}" if words else title,
        "ItemClass": of,
        "ItemStatus": "Active",
        "ItemType": "Finished Good",
        "PostingClass": "STOCK",
        "TaxCategory": "TAXABLE",
        "ValuationMethod": "Average",
        "LotSerialClass": "NOTTRACKED",
        "BaseUOM": "EA",
        "SalesUOM": "EA",
        "PurchaseUOM": "EA",
        "DefaultPrice": price,
        "MSRP": round(price * 1.25, 2),
        "CurySpecificPrice": price,
        "CurySpecificMSRP": round(price * 1.25, 2),
        "LastCost": round(price * 0.55, 2),
        "AverageCost": round(price * 0.56, 2),
        "DefaultWarehouseID": "MAIN",
        "DimensionWeight": round(chance.uniform(*kind["weight"]), 2),
        "WeightUOM": "KG",
        "DimensionVolume": 0.0,
        "VolumeUOM": "LITER",
        "IsAKit": False,
        "ExportToExternal": True,
        "Availability": "Set as Available (Track Qty.)",
        "NotAvailable": "Store Default",
        "Visibility": "Visible",
        "Content": f"<p>{title}. {_sentence(chance)}</p>",
        "SearchKeywords": f"{kind['title'].lower()} {words.lower()}".strip(),
        "PageTitle": title,
        "MetaDescription": f"{title} from our {kind['title'].lower()} range.",
        "CountryOfOrigin": "US",
    }
    details = {
        "Attributes": attributes,
        "Categories": [{"CategoryID": chance.choice(kind["categories"])}],
        "CrossReferences": [
            {"AlternateID": f"{4_000_000_000_000 + chance.randrange(10**12)}", "AlternateType": "Barcode", "UOM": "EA",
             "Description": "", "VendorOrCustomer": ""}
        ],
        "UOMConversions": [],
    }  # fmt: skip
    promotion = round(price * 0.8, 2) if chance.random() < 0.06 else None
    return {"kind": "StockItem", "fields": fields, "details": details, "stock": stock, "promotion": promotion}


def _service(chance: random.Random, index: int) -> dict[str, Any]:
    price = _price(chance, 5, 120)
    fields = {
        "InventoryID": f"SV-{index + 1:03d}",
        "Description": SERVICES[index],
        "ItemClass": "SERVICE",
        "ItemStatus": "Active",
        "ItemType": "Service",
        "PostingClass": "NONSTOCK",
        "TaxCategory": "EXEMPT",
        "BaseUnit": "HOUR",
        "SalesUnit": "HOUR",
        "PurchaseUnit": "HOUR",
        "DefaultPrice": price,
        "MSRP": price,
        "CurySpecificPrice": price,
        "CurySpecificMSRP": price,
        "RequireShipment": SERVICES[index] == "Gift Wrapping",
        "RequireReceipt": False,
        "IsKit": False,
        "ExportToExternal": True,
        "Availability": "Set as Available (Don't Track Qty.)",
        "Visibility": "Visible",
        "Content": f"<p>{SERVICES[index]}. {_sentence(chance)}</p>",
        "PageTitle": SERVICES[index],
    }
    details: dict[str, list[Any]] = {
        "Attributes": [],
        "Categories": [{"CategoryID": 90}],
        "SalesCategories": [{"CategoryID": 90}],
        "CrossReferences": [],
    }
    return {"kind": "NonStockItem", "fields": fields, "details": details, "stock": {}, "promotion": None}


def _attribute(chance: random.Random, name: str, brand: str) -> dict[str, Any]:
    title, values = ATTRIBUTES[name]
    value = brand if name == "BRAND" and brand else chance.choice(values)
    return {"AttributeID": name, "AttributeDescription": title, "Value": value, "ValueDescription": value,
            "Required": False, "IsActive": True}  # fmt: skip


def _price(chance: random.Random, low: float, high: float) -> float:
    return float(chance.randint(int(low), int(high))) - 1 + chance.choice((0.49, 0.5, 0.75, 0.9, 0.95, 0.99))


def _level(chance: random.Random) -> tuple[float, float]:
    on_hand = float(chance.choice((0, 3, 8, 15, 24, 40, 75, 120, 250)))
    return on_hand, float(min(on_hand, chance.choice((0, 0, 0, 1, 2, 5))))


def _sentence(chance: random.Random) -> str:
    return chance.choice(
        (
            "Built to be used every day and to be passed on.",
            "Tested in our own workshop before it reaches the shelf.",
            "Spare parts are kept for ten years.",
            "Delivered ready to use, with a printed guide.",
        )
    )
