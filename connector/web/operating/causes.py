"""Why messages fail: a title and what to do about it, by the code that a system or the queue gave the failure.

One table for all pages (LOG-21). A code that is not here is shown with its own sentence; `tests/web/test_causes.py`
reads the sources and says which codes have no row.
"""

from __future__ import annotations

from typing import NamedTuple

from connector.web.frame.language import tr


class Cause(NamedTuple):
    """`title` names the cause, `help` says what to do."""

    title: str
    help: str


CAUSES = {
    # what the connector itself finds before it writes
    "order.payment_method": Cause(
        "The payment method is not mapped",
        "Map the store's payment method to one of Acumatica's, or choose a default one; then reprocess.",
    ),
    "order.payment_plugin": Cause(
        "PayPal has no plug-in in the mapping",
        "Name the ERP's plug-in in the row of this payment method, or switch it off.",
    ),
    "order.shipping_method": Cause(
        "The shipping method is not mapped",
        "Map the store's carrier and method to a ship via code of Acumatica's; then reprocess.",
    ),
    "order.money": Cause(
        "The order does not add up",
        "Its lines, taxes and payments make another total than the store says. Look at the order in the store.",
    ),
    "order.guest_account": Cause(
        "There is no account for guests", "Choose the customer of guests' orders in the settings; then reprocess."
    ),
    "shipment.drop_ship_via": Cause(
        "There is no ship via for drop-ship",
        "A vendor's delivery names no carrier: choose one in the setup parameters, then reprocess.",
    ),
    "rule.skip": Cause(
        "A sync rule keeps the order out", "Nothing to do, unless it should travel: then change the rule and reprocess."
    ),
    "order.no_email": Cause(
        "The order has no e-mail address", "Enter one in the store, or edit the message and reprocess it."
    ),
    "customer.number": Cause(
        "The customer number does not fit", "Correct the key pattern or the key length in the customer settings."
    ),
    "connector.database_away": Cause(
        "The connector's own database was away", "Nothing is wrong with the record. Reprocess it."
    ),
    "edit.field": Cause(
        "An edited field is not there any more", "The record has changed since it was edited: look at it again."
    ),
    # the connection
    "http.unreachable": Cause(
        "The system could not be reached",
        "Is it running, is its address right, does a firewall stand between? When it answers again, reprocess.",
    ),
    "http.address": Cause("The address is not one", "Correct the address in the connector's settings, then reprocess."),
    "http.cut_json": Cause(
        "The answer was cut off",
        "A proxy or the web server ended the answer early. Look at its time-outs and size limits, then reprocess.",
    ),
    "http.refused": Cause(
        "The credentials were refused",
        "Type them again in the connector's settings and test the connection. Messages go on by themselves.",
    ),
    "http.408": Cause("The system took too long", "It is probably overloaded. Reprocess when it is quieter."),
    "http.429": Cause(
        "Too many requests",
        "Lower the requests per minute or the parallel requests in the settings, then reprocess.",
    ),
    "http.500": Cause(
        "The system had an error of its own", "Its own log says more (Magento: var/log; Acumatica: Trace)."
    ),
    "http.502": Cause(
        "The web server had no answer from behind it", "The system is down or restarts. Reprocess later."
    ),
    "http.503": Cause(
        "The system is closed for now", "Maintenance mode, or overloaded. Reprocess when it is open again."
    ),
    "http.504": Cause("The web server waited in vain", "The system is too slow. Look at its load, then reprocess."),
    "http.too_large": Cause("The file is too large", "Pictures of more than 10 MB are not sent: put a smaller one in."),
    "http.507": Cause("The disk of the system is full", "Its administrator has to make room; then reprocess."),
    # Acumatica
    "acumatica.address": Cause(
        "There is no Acumatica site at the address",
        "Enter it up to the instance, such as https://erp.example.com/AcumaticaERP, without /Main.",
    ),
    "acumatica.client": Cause(
        "The connected application was refused",
        "Compare client ID and client secret with the Connected Applications form (SM303010).",
    ),
    "acumatica.credentials": Cause(
        "Acumatica refused the sign-in", "Type user, password and tenant again in the settings and test the connection."
    ),
    "acumatica.disabled": Cause("The Acumatica user is switched off", "Activate it on the Users form (SM201010)."),
    "acumatica.endpoint": Cause(
        "The web service endpoint is missing",
        "Acumatica was upgraded or is too old. Look at the Web Service Endpoints form (SM207060).",
    ),
    "acumatica.error_page": Cause(
        "Acumatica answered with its error page",
        "The site is in trouble or restarts. Reprocess when it opens in a browser.",
    ),
    "acumatica.gone": Cause(
        "The record is not in Acumatica any more",
        "Nothing to do, unless it should be there: then look why it was deleted.",
    ),
    "acumatica.inquiry": Cause(
        "The generic inquiry is missing",
        "Create it (SM208000), or tick Expose via OData, or clear its name in the settings.",
    ),
    "acumatica.inquiry_columns": Cause(
        "The generic inquiry lacks a column", "Add the columns that the message names to the inquiry (SM208000)."
    ),
    "acumatica.locked": Cause("The Acumatica user is locked", "Unlock it on the Users form (SM201010)."),
    "acumatica.login_limit": Cause(
        "No seat of the licence was free",
        "Close API sessions (SM604000), lower the parallel requests, or raise the limit. The password is right.",
    ),
    "acumatica.no_price": Cause(
        "Acumatica shows no price", "Fill in the default price of the item, or let the user see the field."
    ),
    "acumatica.not_found": Cause(
        "Acumatica knows nothing at the address", "Check the address and the endpoint version in the settings."
    ),
    "acumatica.password_change": Cause(
        "The password has to be changed", "Sign in with a browser, set a new one, and enter it in the settings."
    ),
    "acumatica.rights": Cause(
        "The Acumatica user lacks rights", "Give its role rights to the form (Access Rights by Role, SM201025)."
    ),
    "acumatica.setup": Cause("Acumatica is not set up for this", "Fill in the form that the message names."),
    "acumatica.strange": Cause(
        "Something else than Acumatica answered",
        "A maintenance page or a proxy stands in front. Reprocess when it is gone.",
    ),
    "acumatica.tenant": Cause(
        "The tenant is not the one that was meant", "Enter its login name as on the Tenants form (SM203520)."
    ),
    "acumatica.unlisted": Cause(
        "Acumatica cannot list these records", "A customization calculates their fields. They are read one by one."
    ),
    "acumatica.branch": Cause(
        "The branch is not known or not allowed",
        "Correct the branch in the order settings or the branch mapping (Branches, CS102000).",
    ),
    "acumatica.cash_account": Cause(
        "The cash account does not fit",
        "It has to be active and allowed for the payment method (CA204000). Correct the payment mapping.",
    ),
    "acumatica.category": Cause(
        "The category is not one of Acumatica's",
        "Its parent was not synced yet, or was deleted. Sync the parent, then reprocess.",
    ),
    "acumatica.category_in_use": Cause(
        "The category still has items", "Move its items in Acumatica (IN204060) before it can be deleted."
    ),
    "acumatica.company_root": Cause(
        "The company has no root category",
        "Enter the name of its root category as it stands in Item Sales Categories (IN204060).",
    ),
    "acumatica.credit_limit": Cause(
        "The customer is over the credit limit",
        "Raise the limit, book a payment, or release the credit hold (Customers, AR303000), then reprocess.",
    ),
    "acumatica.currency": Cause(
        "The currency is not allowed or has no rate",
        "Allow it for the customer (AR303000) and enter its rate (CM301000).",
    ),
    "acumatica.customer": Cause(
        "The customer is unknown or not active", "Look at the customer in Acumatica (AR303000), then reprocess."
    ),
    "acumatica.customer_class": Cause(
        "The customer class is not known", "Choose a default class, or correct the customer group mapping (AR201000)."
    ),
    "acumatica.inactive_item": Cause(
        "The item may not be sold", "Set its status to Active in Acumatica (IN202500), then reprocess."
    ),
    "acumatica.item_class": Cause(
        "The product has no item class", "Give it an attribute set that is named like an item class (IN201000)."
    ),
    "acumatica.no_number": Cause(
        "Acumatica did not say the new number",
        "Look in Acumatica whether the record was made, then reprocess: it is found again.",
    ),
    "acumatica.no_original": Cause(
        "The order of the credit memo is not there", "Sync the order first, then reprocess the credit memo."
    ),
    "acumatica.no_picture": Cause(
        "The file is no picture", "JPEG, PNG, GIF and WebP are sent. Replace the file, or take it off the item."
    ),
    "acumatica.number_taken": Cause(
        "The number is taken",
        "Use an order type of its own for the store, or leave the numbering to Acumatica (segmentation: auto).",
    ),
    "acumatica.numbering": Cause(
        "The numbering sequence refuses",
        "For the store's own numbers it has to allow manual numbering (Order Types, SO201000).",
    ),
    "acumatica.order_type": Cause(
        "The order type is not known or not active", "Choose an active one in the order settings (SO201000)."
    ),
    "acumatica.payment_method": Cause(
        "The payment method is not known or not active",
        "Correct the payment mapping, or activate the method (CA204000).",
    ),
    "acumatica.period": Cause(
        "The financial period is closed", "Open the period of the document's date (GL503000), then reprocess."
    ),
    "acumatica.postal_address": Cause(
        "The postal address is not accepted",
        "Acumatica does not know its country, region or postal code (Countries/States, CS204000).",
    ),
    "acumatica.reference": Cause(
        "Acumatica shows no such list", "Type the value, or give the user rights to that form."
    ),
    "acumatica.required": Cause(
        "A field that Acumatica needs is empty", "The message names it: map it, or give it a default in Acumatica."
    ),
    "acumatica.several_categories": Cause(
        "Several categories have one name", "Rename or merge them in Acumatica (IN204060), then reprocess."
    ),
    "acumatica.several_customers": Cause(
        "Several customers have one e-mail address",
        "Merge them, or enter the store's reference as Account Ref. of the right one (AR303000).",
    ),
    "acumatica.ship_via": Cause(
        "The ship via code is not known or not active", "Correct the shipping mapping, or activate the code (CS207500)."
    ),
    "acumatica.shipping_terms": Cause(
        "The shipping terms are not known", "Correct them in the order settings (CS208000)."
    ),
    "acumatica.tax": Cause(
        "A tax ID, zone or category is not known",
        "Correct tax ID and tax zone in the order settings (TX205000, TX206000).",
    ),
    "acumatica.tax_id": Cause(
        "The taxes have no tax ID", "Choose a tax ID in the order settings, or let Acumatica compute the taxes."
    ),
    "acumatica.total_differs": Cause(
        "The ERP's total is another one than the store's",
        "The order is on hold and the message says what differs. Correct it and release the hold.",
    ),
    "acumatica.unbooked": Cause(
        "A part of the total cannot be booked",
        "The message names it. Choose an item of fees in the order settings, then reprocess.",
    ),
    "acumatica.overpaid": Cause(
        "The payment is more than the order in Acumatica",
        "Acumatica reckons another total. Take the store's taxes (order settings), or correct the tax zone.",
    ),
    "acumatica.unknown_item": Cause(
        "The item is not in Acumatica", "Create it with the store's SKU as its Inventory ID, then reprocess."
    ),
    "acumatica.uom": Cause("The unit is not known", "Define the unit or its conversion for that item in Acumatica."),
    "acumatica.warehouse": Cause(
        "The warehouse is not known or not active", "Correct the warehouse mapping or the default warehouse (IN204000)."
    ),
    "acumatica.values": Cause("Acumatica refused the values", "The message names the field: correct the record."),
    "acumatica.warehouses": Cause(
        "A warehouse is not there or not active", "Correct the warehouses in the settings, or activate it (IN204000)."
    ),
    # Magento
    "magento.already_attached": Cause(
        "The variant is attached already", "Nothing to do: the store has what was wanted."
    ),
    "magento.attribute_code": Cause(
        "The attribute's ID gives no code that Magento takes",
        "Begin it with a letter and keep it short in the ERP (CS205000), then reprocess.",
    ),
    "magento.attribute_exists": Cause(
        "The attribute exists already", "Nothing to do: an attribute of the store is never changed."
    ),
    "magento.attribute_set_exists": Cause(
        "The attribute set exists already", "Nothing to do: the store has what was wanted."
    ),
    "magento.bad_email": Cause(
        "The store does not accept the e-mail address", "Correct it at the customer in the ERP, then reprocess."
    ),
    "magento.category_circle": Cause(
        "A category would stand below itself", "Give it another parent in the ERP, then reprocess."
    ),
    "magento.email_taken": Cause(
        "Another customer has the e-mail address", "Correct one of the two in the ERP, or merge them in the store."
    ),
    "magento.image_refused": Cause(
        "Magento does not take the picture",
        "JPEG, PNG and GIF with a plain file name are taken: replace the file in the ERP.",
    ),
    "magento.image_too_large": Cause(
        "The picture is larger than 10 MB", "Make it smaller in the ERP, then sync the item's pictures again."
    ),
    "magento.mapped_value": Cause(
        "A mapped value does not fit its field",
        "Correct the mapping row that the message names, or give it a transformation.",
    ),
    "magento.no_axis": Cause(
        "The template has nothing to choose by",
        "Tick attributes for variants at the template item in the ERP (IN203000).",
    ),
    "magento.no_customer_attributes": Cause(
        "The edition has no customer attributes by its API",
        "Create the attribute in the store by hand with the code of the message, or use Adobe Commerce.",
    ),
    "magento.no_email": Cause(
        "The order names no e-mail address",
        "Fill it in at the customer or the order's contact in the ERP, then reprocess.",
    ),
    "magento.no_lines": Cause(
        "The order has no lines", "Nothing can be placed in the store: add lines in the ERP, then reprocess."
    ),
    "magento.no_list": Cause("The store keeps no such list", "Type the value instead of choosing it."),
    "magento.no_list_attribute": Cause(
        "Buyers cannot choose by this attribute",
        "Make it a combo in the ERP and a drop-down of global scope in the store.",
    ),
    "magento.no_msi": Cause(
        "The shop has no inventory sources",
        "Its inventory modules are switched off: leave the map of warehouses to sources empty.",
    ),
    "magento.no_name": Cause("The category has no name", "Fill in its description in the ERP (IN204060)."),
    "magento.no_order": Cause(
        "The order is not in the store",
        "It was deleted there, or belongs to another shop. Nothing to do unless it should be there.",
    ),
    "magento.no_own_price": Cause(
        "The product has no price of its own", "Nothing to do: its variants or parts have prices."
    ),
    "magento.no_parts": Cause(
        "The product is made of nothing", "Add variants or components to it in the ERP, then reprocess."
    ),
    "magento.no_pictures": Cause(
        "Pictures cannot be read", "The ERP of this connector gives no pictures: switch the image sync off."
    ),
    "magento.no_root": Cause(
        "The store has no root category", "Create one in Magento (Catalog > Categories) and give it to the store."
    ),
    "magento.no_such_entity": Cause(
        "The record is not in the store any more", "It was deleted there: sync what it belongs to, then reprocess."
    ),
    "magento.no_such_image": Cause(
        "The picture is not in the store any more", "Sync the item's pictures again: it is sent anew."
    ),
    "magento.no_url_attribute": Cause(
        "The attribute for picture addresses is missing", "Choose a text attribute of the store in the image settings."
    ),
    "magento.no_view": Cause("No store view fits the order", "Map the order's branch to a store view."),
    "magento.part_of_bundle": Cause(
        "The other parts of a bundle have not left yet",
        "Nothing is wrong: Magento ships a bundle as a whole, so the shipment of its last part tells it.",
    ),
    "magento.told_with_bundle": Cause(
        "The bundle was told with another shipment",
        "Nothing is wrong: the shipment of another part completed the bundle and told the store of it.",
    ),
    "magento.nothing_left": Cause(
        "All of the order is shipped already", "Nothing to do: the store has what was wanted."
    ),
    "magento.nothing_to_ship": Cause(
        "Nothing of the shipment is in the store's order",
        "Compare the lines of both orders: another item was shipped than the one that was sold.",
    ),
    "magento.option_exists": Cause("The option exists already", "Nothing to do: the store has what was wanted."),
    "magento.order_currency": Cause(
        "The store view has another currency",
        "Map the order's branch to a store view that keeps its books in the order's currency.",
    ),
    "magento.order_state": Cause(
        "The order's state does not allow it",
        "Look at the order in the store: it may be on hold, cancelled or closed. Then reprocess.",
    ),
    "magento.other_type": Cause(
        "The store has the product as another type",
        "Delete it in the store, then sync it again: Magento cannot change the type.",
    ),
    "magento.own_attribute": Cause("The attribute is one of Magento's own", "Nothing to do: it is left alone."),
    "magento.same_variant": Cause(
        "Two variants have the same values", "Correct the attributes of one of them in the ERP, then reprocess."
    ),
    "magento.several_categories": Cause(
        "Several categories have one name", "Rename or delete one of them in the store, then reprocess."
    ),
    "magento.several_customers": Cause(
        "Several customers have one e-mail address",
        "Map the customer's branch to one website, or merge the accounts in the store.",
    ),
    "magento.source_refused": Cause(
        "The source does not carry the product",
        "Check the warehouse mapping and the stock of the source, then reprocess.",
    ),
    "magento.status_refused": Cause(
        "The store did not take the order's status", "Map the ERP's status to one that fits the order's state."
    ),
    "magento.tier_price_not_taken": Cause(
        "Magento did not take a tier price",
        "The message says why: correct the price class, its group or the break quantity.",
    ),
    "magento.two_orders": Cause(
        "Two orders have one number", "Give the stores different prefixes for their order numbers."
    ),
    "magento.unknown_country": Cause(
        "The store does not know the country", "Allow the country in Magento, or correct the address."
    ),
    "magento.unknown_group": Cause(
        "The customer group is not known", "Correct the mapping of customer groups, then reprocess."
    ),
    "magento.unknown_kind": Cause(
        "Products of this kind are not built", "Variants, bundles and groups are built: look at the item in the ERP."
    ),
    "magento.unknown_link": Cause("The relation has an unknown kind", "Map it to related, up-sell or cross-sell."),
    "magento.unknown_option": Cause(
        "The option is not in the store", "Sync the attribute first, so that its new values get there, then reprocess."
    ),
    "magento.variant_value": Cause(
        "A variant lacks what buyers choose by",
        "Fill in the attribute of the variant in the ERP, sync it, then reprocess.",
    ),
    "magento.broker_down": Cause(
        "Magento's message broker was away", "Its administrator has to start the queue service. Then reprocess."
    ),
    "magento.bundle_source": Cause(
        "The product is in a bundle with one source",
        "Change the bundle's shipping, or map its warehouses to one source.",
    ),
    "magento.clock": Cause("The clocks differ", "Set the clocks of both machines by NTP."),
    "magento.could_not_save": Cause(
        "Magento could not save",
        "Often a lock or a full index queue: reprocess. If it stays, look at var/log/exception.log.",
    ),
    "magento.database_busy": Cause("Magento's database was busy", "Reprocess when the shop is quieter."),
    "magento.invalid_value": Cause("Magento refused a value", "The message names the field: correct it in the ERP."),
    "magento.missing_value": Cause(
        "A required attribute is empty", "Fill in the field in the ERP, or make the attribute optional in the store."
    ),
    "magento.moved": Cause("The shop has another address", "Use the address that the message names as the store URL."),
    "magento.negative_price": Cause("The price is negative", "Correct the price in the ERP."),
    "magento.no_route": Cause(
        "The shop lacks a module for this", "Check the store URL; otherwise install or enable the module."
    ),
    "magento.no_such_product": Cause("The product is not in the store", "Sync the product first, then reprocess."),
    "magento.no_token": Cause(
        "The store's keys are incomplete", "Fill in the missing key in the connector's settings."
    ),
    "magento.nonce_used": Cause("Magento took two requests for one", "Reprocess: the next one has a new number."),
    "magento.not_allowed": Cause(
        "The integration lacks a permission",
        "In Magento: System > Integrations, allow the resource that the message names, save, and reauthorize.",
    ),
    "magento.not_for_sale": Cause("The item is not for sale", "Nothing to do, unless the item should be sold."),
    "magento.not_magento": Cause("Something else than Magento answered", "Check the store URL in the settings."),
    "magento.number_too_large": Cause("The number does not fit", "Correct the number in the ERP."),
    "magento.price_differs": Cause("Somebody else changed the price meanwhile", "Reprocess: it is written once more."),
    "magento.price_not_taken": Cause("Magento did not take the price", "The message says why: correct the product."),
    "magento.search_engine": Cause(
        "The shop's search engine was away", "The product may be saved. Start the search engine, then reprocess."
    ),
    "magento.signature": Cause("The OAuth keys were refused", "Type the four keys again and test the connection."),
    "magento.signature_method": Cause("The shop does not take HMAC-SHA256", "Use a bearer token, or update the shop."),
    "magento.sku_too_long": Cause("The SKU is too long", "Magento takes 64 characters: shorten the inventory ID."),
    "magento.special_price_not_taken": Cause(
        "Magento did not take the special price",
        "The price is written. The message says what is wrong with the special one.",
    ),
    "magento.too_many": Cause("The request was too large", "Lower the batch count, or raise the limit in Magento."),
    "magento.unknown_attribute_set": Cause(
        "The attribute set is missing",
        "Create an attribute set named like the item class, or set a default one in the connector, then reprocess.",
    ),
    "magento.unknown_source": Cause(
        "The inventory source is missing", "Create it in Magento, or correct the map of warehouses in the settings."
    ),
    "magento.unknown_store_view": Cause("The store view is missing", "Correct its code in the connector's settings."),
    "magento.unknown_website": Cause("The website is missing", "Correct the websites in the connector's settings."),
    "magento.url_key_taken": Cause(
        "The URL key is taken",
        "Another product or category has this address. Give the item a URL key of its own in the ERP, then reprocess.",
    ),
    "magento.value_not_unique": Cause("Two products share a unique value", "Change it on one of them."),
    "magento.vendor_attribute": Cause(
        "The attribute for the vendor's quantity does not fit",
        "Correct its code in the inventory settings, or make it an attribute of that kind in Magento; then reprocess.",
    ),
    "magento.web_server_404": Cause(
        "The web server did not let it through",
        "Check the store URL. For SKUs with a slash an Apache in front needs AllowEncodedSlashes NoDecode.",
    ),
    "magento.wrong_type": Cause("The attribute has another type", "Make the types of both sides the same."),
}

BUG = Cause(
    "A fault in the connector itself",
    "It is not your data. The traceback is in the message's attempts: report it, and reprocess after an update.",
)
SERVER = Cause("The system had an error of its own", "Its own log says more. Reprocess when it works again.")
REFUSED = Cause(
    "The system refused the request", "The message says what it did not like: correct that, then reprocess."
)
OTHER = Cause("", "The message says what went wrong. Correct that, then reprocess.")


def find(code: str) -> Cause:
    """The cause of a code, in the language of the page. One that nobody has described keeps its own sentence: the
    title is empty then."""
    found = _described(code)
    return Cause(tr(found.title), tr(found.help))


def _described(code: str) -> Cause:
    if code in CAUSES:
        return CAUSES[code]
    if code.startswith("bug."):
        return BUG
    if code.startswith("http.5"):
        return SERVER
    return REFUSED if code.startswith("http.4") else OTHER
