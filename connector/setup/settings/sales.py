"""The sections about who buys and what is bought: customers, orders, failed orders, shipments."""

from __future__ import annotations

import re

from connector.setup.settings.goods import AT_ONCE
from connector.setup.settings.section import Section, Values
from connector.systems.base import AMOUNT, BOOLEAN, CHOICE, INTEGER, LINES, Setting

PREFIX = re.compile(r"[A-Za-z0-9._/-]{0,12}")
PLACE = re.compile(r"\{(id|email|last)\}")
SEGMENTATION = (("auto", "Acumatica gives the number"), ("manual", "The connector gives it"))


def _customer_rule(values: Values) -> dict[str, str]:
    errors = {}
    pattern = values["key_pattern"]
    if PLACE.sub("", pattern).strip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"):
        errors["key_pattern"] = "Segmentation key pattern may hold letters, digits, - and _, {id}, {email} and {last}."
    elif values["segmentation"] == "manual" and len(pattern.partition("{")[0]) >= values["key_length"]:
        errors["key_pattern"] = "Segmentation key pattern must leave room for a number within the key length."
    if values["guests"] == "account" and not values["guest_account"]:
        errors["guest_account"] = "Account of guests is required when all guests share one."
    return errors


def _order_rule(values: Values) -> dict[str, str]:
    if not PREFIX.fullmatch(values["reference_prefix"]):
        return {"reference_prefix": "Reference prefix may hold up to 12 letters, digits and . _ / - only."}
    return {}


CUSTOMER = Section(
    "customer",
    "Customer",
    (
        Setting(
            "classes", "Customer classes to sync", LINES, default=(), reference="customer_class",
            help="One on each line. Empty: all classes.",
        ),
        Setting(
            "include_locations", "Include locations", BOOLEAN, default=True,
            help="On: each location of a customer becomes an address of the account.",
        ),
        Setting(
            "include_contacts", "Include contacts", BOOLEAN, default=True,
            help="On: each contact's address becomes an address of the account.",
        ),
        Setting("individual_sync", "Individual sync", BOOLEAN, default=False, help=AT_ONCE),
        Setting(
            "default_class", "Default customer class", reference="customer_class",
            help="For new customers whose group is not mapped.",
        ),
        Setting("default_terms", "Default customer terms", reference="terms", help="For new customers."),
        Setting(
            "default_statement_cycle", "Default statement cycle", reference="statement_cycle",
            help="For new customers.",
        ),
        Setting(
            "segmentation", "Segmentation key", CHOICE, default="auto", choices=SEGMENTATION,
            help="Whether new customers get the ERP's next number or one of the pattern below.",
        ),
        Setting("key_length", "Key length", INTEGER, default=9, low=2, high=30, help="Only when we give the number."),
        Setting(
            "key_pattern", "Segmentation key pattern",
            help="What the number begins with, such as WEB; {id} is the store's number, {email} the part before the @, "
            "{last} the last name.",
        ),
        Setting(
            "guests", "Orders of guests", CHOICE, default="create",
            choices=(("create", "Make a customer for each"), ("account", "Put them on one account")),
            help="A guest has no account in the store. One account for all keeps the customer list of the ERP short.",
        ),
        Setting("guest_account", "Account of guests", help="ID of the customer in Acumatica."),
        Setting(
            "deletion", "When a customer is deleted", CHOICE, default="ignore",
            choices=(
                ("ignore", "Leave the other side as it is"),
                ("deactivate", "Deactivate it on the other side"),
                ("delete", "Delete it on the other side"),
            ),
            help="What a deleted account does on the other side. Orders and invoices always stay.",
        ),
    ),
    rule=_customer_rule,
    page="sync",
)  # fmt: skip

ORDER = Section(
    "order",
    "Order",
    (
        Setting(
            "type", "Order type", default="SO", required=True, reference="order_type", scoped=True,
            help="The type under which orders of the store are entered. It must allow the numbering chosen below.",
        ),
        Setting(
            "statuses", "Order statuses", LINES, default=("pending", "processing"), reference="order_status",
            help="Only orders of these statuses are read. One code on each line.",
        ),
        Setting(
            "real_time", "Real time sync", BOOLEAN, default=False,
            help="On: the store is asked for new orders every minute. Off: only as scheduled or by hand.",
        ),
        Setting("individual_sync", "Individual sync", BOOLEAN, default=False, help=AT_ONCE),
        Setting(
            "sales_account", "Default sales account", reference="sales_account",
            help="For lines whose item has none of its own.",
        ),
        Setting(
            "payment_method", "Default payment method", reference="payment_method",
            help="For methods of the store that are not mapped.",
        ),
        Setting(
            "cash_account", "Default cash account", reference="cash_account",
            help="Where the mapping names none.",
        ),
        Setting(
            "segmentation", "Segmentation key", CHOICE, default="auto", choices=SEGMENTATION,
            help="Whether orders get the ERP's next number or the store's own, with the prefix below.",
        ),
        Setting("retry_failed", "Retry failed orders", BOOLEAN, default=True, help="Off: one try only."),
        Setting(
            "retries", "Number of retries", INTEGER, default=3, low=1, high=50,
            help="How often an order is tried in all.",
        ),
        Setting(
            "paypal_plugin", "Acumatica's PayPal plug-in is enabled", BOOLEAN, default=False,
            help="On: PayPal payments are written with their transaction, as the plug-in expects them.",
        ),
        Setting(
            "types", "Order types to sync", LINES, default=("SO", "CT"), reference="order_type",
            help="Acumatica orders of these types report their status and shipments.",
        ),
        Setting(
            "only_enabled_customers", "Only of customers that are synced", BOOLEAN, default=True,
            help="Orders of a customer of another class are skipped.",
        ),
        Setting(
            "confirmed_shipment", "Update when a shipment is confirmed", BOOLEAN, default=True,
            help="On: the order's status in the store follows when a shipment is confirmed.",
        ),
        Setting(
            "unpaid_zero", "Update when the unpaid balance becomes zero", BOOLEAN, default=True,
            help="On: the order's status in the store follows when everything is paid.",
        ),
        Setting(
            "taxes", "Taxes", CHOICE, default="store",
            choices=(("store", "As the store calculated them"), ("erp", "Acumatica calculates them")),
            help="The store's amounts keep both totals equal; calculated by Acumatica they may differ by cents.",
        ),
        Setting("tax_id", "Tax", reference="tax", help="The tax under which the store's amount is written."),
        Setting(
            "tax_zone", "Tax zone", reference="tax_zone",
            help="Written on the order, so that the tax above is allowed. Empty: the zone of the customer.",
        ),
        Setting(
            "shipping_terms", "Shipping terms", reference="shipping_terms",
            help="Terms that leave the freight as the store charged it. Empty: those of the customer.",
        ),
        Setting(
            "tolerance", "Allowed difference", AMOUNT, default="0.00",
            help="How far the total in Acumatica may be from the store's, in the currency of the order.",
        ),
        Setting(
            "on_difference", "When it is larger", CHOICE, default="fail",
            choices=(("fail", "The order fails"), ("hold", "The order is put on hold")),
            help="When both totals differ by more than the allowed difference. On hold a person decides in the ERP.",
        ),
        Setting(
            "price_decimals", "Decimals of unit prices in Acumatica", INTEGER, default=4, low=0, high=6, advanced=True,
            help="As in its company settings. Rounded prices are made up for within them, to the cent.",
        ),
        Setting(
            "fee_item", "Item of fees", advanced=True,
            help="A non-stock item under which gift wrapping and fixed product taxes are booked. Empty: such orders "
            "fail with what is not booked.",
        ),
        Setting(
            "reference_prefix", "Reference prefix",
            help="Put before the store's number, so that the orders of two stores differ.",
        ),
        Setting(
            "branch", "Branch", reference="branch", scoped=True,
            help="The branch that sells. It may differ by store view; empty: the branch of the sign-in.",
        ),
        Setting("warehouse", "Warehouse", reference="warehouse", scoped=True, help="Empty: the default warehouse."),
        Setting(
            "gift_card_method", "Payment method of gift cards", reference="payment_method", advanced=True,
            help="The payment method under which the part paid by gift card is entered.",
        ),
        Setting(
            "gift_card_account", "Cash account of gift cards", reference="cash_account", advanced=True,
            help="The cash account of those payments. Empty: the default one of the method.",
        ),
        Setting(
            "credit_method", "Payment method of store credit", reference="payment_method", advanced=True,
            help="The payment method under which store credit and reward points are entered.",
        ),
        Setting(
            "credit_account", "Cash account of store credit", reference="cash_account", advanced=True,
            help="The cash account of those payments. Empty: the default one of the method.",
        ),
        Setting(
            "days_back", "Orders before the first run (days)", INTEGER, default=0, low=0, high=365, advanced=True,
            help="How old an order may be when the connector looks for the first time. 0: only new ones.",
        ),
        Setting(
            "release_payments", "Release payments", BOOLEAN, default=False, advanced=True,
            help="Off: payments stay open in Acumatica until somebody releases them.",
        ),
        Setting(
            "credit_memo_type", "Order type of credit memos", default="CM", required=True, reference="order_type",
            advanced=True,
            help="The type of refunds without goods coming back.",
        ),
        Setting(
            "rma_type", "Order type of returns", default="RC", required=True, reference="order_type", advanced=True,
            help="The type of refunds whose goods come back.",
        ),
    ),
    rule=_order_rule,
    page="sync",
)  # fmt: skip

FAILED_ORDER = Section(
    "failed_order",
    "Failed order sync",
    (
        Setting(
            "enabled", "Failed order sync", BOOLEAN, default=False,
            help="On: orders that failed lately are sent again by themselves. Off: only a person sends them again.",
        ),
        Setting(
            "days", "Number of days", INTEGER, default=1, low=1, high=30,
            help="Orders that failed before that are not tried again.",
        ),
    ),
    page="sync",
)  # fmt: skip

SHIPMENT = Section(
    "shipment",
    "Shipment",
    (
        Setting(
            "trigger", "Shipment sync trigger", CHOICE, default="confirmation",
            choices=(("confirmation", "On shipment confirmation"), ("invoice", "On invoice release")),
            help="At the confirmation customers hear early; at the invoice the store never ships what is not billed.",
        ),
        Setting(
            "drop_ship_via", "Ship via for drop-ship", reference="ship_via",
            help="Carrier for lines that a vendor sends. Needed for drop-ship orders.",
        ),
        Setting("use_number_as_track", "Shipment number as tracking number", BOOLEAN, default=True,
                help="Where Acumatica has no tracking number."),
        Setting(
            "notify", "The store writes to the customer", BOOLEAN, default=False,
            help="On: the store sends its own e-mail about each shipment.",
        ),
        Setting(
            "default_carrier", "Carrier code without mapping", default="custom", required=True,
            help="Code of the store's carrier for a ship via that no row maps; custom takes any title.",
        ),
        Setting("default_title", "Carrier title without mapping", help="Empty: the ship via of the shipment."),
    ),
)  # fmt: skip
