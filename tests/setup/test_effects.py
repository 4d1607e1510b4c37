"""Every setting and the test that changes it and sees the effect: a setting that changes nothing is a defect.

A new setting needs a line here; a line whose test has gone is noticed.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connector.engine import intake, jobs
from connector.queue.lanes import Lane
from connector.records import Customer
from connector.setup import settings
from connector.setup.models import Schedule
from connector.setup.rows import Config
from connector.sync.translate import customers
from connector.systems.acumatica import push
from connector.systems.base import Capabilities
from tests.conftest import ROOT

ERP, MAGENTO, SYNC, ENGINE = "systems/acumatica/", "systems/magento/", "sync/", "engine/"
HERE = "setup/test_effects.py::"
ALERTS = "watch/test_alerts.py::"
WATCH, DRIFT = "watch/test_brakes.py::", "watch/test_drift.py::"
BUILT = "setup/test_connectors.py::test_the_systems_are_built_with_their_own_values_and_the_preferences"

CONTACTS = ERP + "test_customers.py::test_contacts_and_locations_are_neither_asked_for_nor_told_where_they_are_left_out"
INDEXING = ENGINE + "test_indexing.py::test_each_entity_goes_by_its_own_setting_and_default"
CREDIT = SYNC + "test_orders.py::test_store_credit_and_reward_points_have_a_method_and_an_account_of_their_own"
CARRIER = SYNC + "test_orders.py::test_a_drop_shipment_and_a_carrier_without_a_row_go_by_the_settings"

EFFECTS = {
    # the connections
    "erp.url": "setup/test_connectors.py::test_a_trailing_slash_of_an_address_is_taken_off",
    "erp.tenant": ERP + "test_sessions.py::test_tenant_and_branch_are_only_told_when_they_are_set",
    "erp.branch": ERP + "test_sessions.py::test_tenant_and_branch_are_only_told_when_they_are_set",
    "erp.auth": ERP + "test_sessions.py::test_oauth_asks_for_a_token_with_the_password_and_carries_it",
    "erp.username": ERP + "test_sessions.py::test_one_sign_in_serves_many_calls_and_is_logged_out",
    "erp.password": ERP + "test_sessions.py::test_one_sign_in_serves_many_calls_and_is_logged_out",
    "erp.client_id": ERP + "test_sessions.py::test_oauth_asks_for_a_token_with_the_password_and_carries_it",
    "erp.client_secret": ERP + "test_sessions.py::test_oauth_asks_for_a_token_with_the_password_and_carries_it",
    "erp.endpoint_version": ERP + "test_sessions.py::test_a_version_of_the_settings_is_taken_as_it_is",
    "erp.parallel": ERP + "test_sessions.py::test_oauth_uses_one_session_whatever_the_settings_say",
    "erp.requests_per_minute": BUILT,
    "erp.stock_gi": ERP + "test_odata.py::test_an_inquiry_that_is_not_exposed_is_told",
    "store.url": MAGENTO + "test_client.py::test_every_way_to_write_the_address_reaches_the_same_route",
    "store.auth": MAGENTO + "test_client.py::test_oauth_signs_with_sha256_in_the_order_that_magento_sorts",
    "store.token": MAGENTO + "test_client.py::test_the_bare_token_is_a_bearer_and_json_is_asked_for",
    "store.consumer_key": MAGENTO + "test_client.py::test_oauth_signs_with_sha256_in_the_order_that_magento_sorts",
    "store.consumer_secret": MAGENTO + "test_client.py::test_oauth_signs_with_sha256_in_the_order_that_magento_sorts",
    "store.token_secret": MAGENTO + "test_client.py::test_oauth_signs_with_sha256_in_the_order_that_magento_sorts",
    "store.store_view": MAGENTO + "test_client.py::test_another_store_view_writes_for_that_view",
    "store.default_attribute_set": MAGENTO
    + "test_products.py::test_an_unknown_class_and_tax_category_fall_back_and_say_so",
    "store.default_tax_class": MAGENTO
    + "test_products.py::test_an_unknown_class_and_tax_category_fall_back_and_say_so",
    "store.price_store_id": MAGENTO + "test_prices.py::test_the_store_id_of_the_setting_is_sent",
    "store.requests_per_minute": BUILT,
    "store.reindex_path": MAGENTO + "test_client.py::test_a_shop_with_a_route_of_its_own_is_asked_for_its_indexes",
    "store.parallel": HERE + "test_as_many_requests_go_at_once_as_the_store_may_take",
    "store.verify_tls": MAGENTO + "test_client.py::test_the_certificate_is_checked_unless_the_settings_say_otherwise",
    # the queue
    "queue.threshold_count": "queue/test_runner.py::test_a_pass_makes_the_calls_that_the_settings_say",
    "queue.batch_count": "queue/test_runner.py::test_a_pass_makes_the_calls_that_the_settings_say",
    "queue.batch_mode": "queue/test_policy.py::test_orders_and_a_switched_off_batch_mode_go_one_by_one",
    "queue.retry_count": "queue/test_settle.py::test_retry_count_is_the_number_of_tries_in_all",
    "queue.retry_interval": "queue/test_policy.py::"
    "test_a_retry_is_never_earlier_than_the_interval_and_never_later_than_the_cap",
    "queue.check_process_time": "queue/test_runner.py::"
    "test_an_empty_queue_is_looked_at_about_ten_times_in_fifty_seconds",
    "queue.process_sleep_time": "queue/test_runner.py::"
    "test_an_empty_queue_is_looked_at_about_ten_times_in_fifty_seconds",
    # prices and stock
    "price.preference": ERP + "test_prices.py::test_the_sales_price_is_the_newest_base_row_in_force",
    "price.special_price": MAGENTO + "test_prices.py::test_special_prices_are_not_looked_at_unless_the_setting_says_so",
    "price.tiers": MAGENTO + "test_tiers.py::test_without_the_setting_tiers_are_not_looked_at",
    "inventory.quantity_kind": MAGENTO + "test_stock.py::test_the_quantity_is_of_the_kind_that_the_setting_names",
    "inventory.warehouses": MAGENTO + "test_stock.py::test_only_the_chosen_warehouses_count",
    "inventory.default_warehouse": SYNC
    + "test_goods.py::test_the_default_warehouse_counts_alone_where_nothing_else_is_chosen",
    "inventory.branch_wise": ERP + "test_tiers_and_extras.py::test_by_branch_all_warehouses_are_read",
    "inventory.vendor": ERP + "test_tiers_and_extras.py::test_what_a_vendor_has_is_a_level_of_its_own",
    "inventory.vendor_attribute": MAGENTO
    + "test_stock.py::test_a_vendors_quantity_apart_is_never_added_and_becomes_the_attribute",
    "inventory.subtract_open_orders": SYNC
    + "test_goods.py::test_orders_that_the_erp_does_not_know_yet_are_subtracted_until_it_does",
    "inventory.source_map": MAGENTO + "test_stock.py::test_warehouses_are_summed_into_the_sources_that_they_feed",
    "inventory.default_source": MAGENTO + "test_stock.py::test_an_unknown_source_fails_its_own_row_and_the_others_go",
    "stock_price.what": HERE + "test_of_price_and_inventory_only_what_is_chosen_travels",
    # the catalogue
    "attribute.group": MAGENTO + "test_metadata.py::test_an_existing_group_is_used",
    "attribute.sets": MAGENTO + "test_metadata.py::test_no_set_is_made_where_the_settings_say_so",
    "category.company": ERP + "test_categories.py::test_a_company_names_its_root",
    "category.root": ERP + "test_categories.py::test_with_a_root_only_its_tree_takes_part",
    "category.store_root": MAGENTO + "test_categories.py::test_without_a_parent_it_hangs_below_the_stores_root",
    "category.deletion": MAGENTO
    + "test_categories.py::test_it_is_deleted_where_the_settings_say_so_but_never_with_its_children",
    "category.sort_order": MAGENTO
    + "test_categories.py::test_the_order_of_siblings_is_the_stores_where_the_settings_say_so",
    "category.individual_sync": HERE + "test_sync_now_follows_the_switch_of_its_own_entity",
    "product.individual_sync": HERE + "test_sync_now_follows_the_switch_of_its_own_entity",
    "customer.individual_sync": HERE + "test_sync_now_follows_the_switch_of_its_own_entity",
    "order.individual_sync": HERE + "test_sync_now_follows_the_switch_of_its_own_entity",
    "product.deletion": MAGENTO + "test_products.py::test_deletion_by_setting_deletes",
    "product.websites": MAGENTO + "test_products.py::test_websites_come_from_the_setting_by_code_or_id_without_repeats",
    "product.kits": MAGENTO + "test_composites.py::test_a_kit_may_be_a_simple_product",
    "product.backorders_attribute": ERP + "test_tiers_and_extras.py::test_back_orders_come_from_their_attribute",
    "product.relations": MAGENTO + "test_composites.py::test_relations_may_be_switched_off",
    "image.source": ERP + "test_goods.py::test_pictures_can_be_addresses_instead",
    "image.url_attribute": ERP + "test_goods.py::test_pictures_can_be_addresses_instead",
    "image.keep_foreign": MAGENTO + "test_pictures.py::test_the_shops_own_go_too_where_the_settings_say_so",
    "product.indexing": INDEXING,
    "composite.indexing": INDEXING,
    "inventory.indexing": INDEXING,
    # customers
    "customer.classes": ERP + "test_customers.py::test_customers_are_polled_by_class_and_page",
    "customer.include_locations": CONTACTS,
    "customer.include_contacts": CONTACTS,
    "customer.default_class": SYNC + "test_orders.py::test_an_unknown_buyer_is_made_first_with_the_defaults",
    "customer.default_terms": SYNC + "test_orders.py::test_an_unknown_buyer_is_made_first_with_the_defaults",
    "customer.default_statement_cycle": SYNC + "test_orders.py::test_an_unknown_buyer_is_made_first_with_the_defaults",
    "customer.segmentation": HERE + "test_the_number_of_a_customer_follows_pattern_and_length",
    "customer.key_length": HERE + "test_the_number_of_a_customer_follows_pattern_and_length",
    "customer.key_pattern": HERE + "test_the_number_of_a_customer_follows_pattern_and_length",
    "customer.guests": SYNC + "test_orders.py::test_guests_go_to_one_account_where_the_settings_say_so",
    "customer.guest_account": SYNC + "test_orders.py::test_guests_go_to_one_account_where_the_settings_say_so",
    "customer.deletion": ERP + "test_customers.py::test_a_deleted_account_is_handled_as_the_setting_says",
    # orders
    "order.type": SYNC + "test_orders.py::test_the_store_view_decides_branch_warehouse_and_type",
    "order.branch": SYNC + "test_orders.py::test_the_store_view_decides_branch_warehouse_and_type",
    "order.warehouse": SYNC + "test_orders.py::test_the_store_view_decides_branch_warehouse_and_type",
    "order.statuses": MAGENTO + "test_orders.py::test_a_poll_asks_for_the_chosen_statuses_and_pages_by_the_shops_id",
    "order.real_time": HERE + "test_real_time_orders_are_looked_for_each_minute",
    "order.payment_method": SYNC + "test_orders.py::test_an_unmapped_payment_takes_the_defaults_or_fails_with_its_name",
    "order.cash_account": SYNC + "test_orders.py::test_an_unmapped_payment_takes_the_defaults_or_fails_with_its_name",
    "order.segmentation": SYNC
    + "test_orders.py::test_manual_numbering_passes_the_stores_number_and_a_prefix_keeps_two_stores_apart",
    "order.reference_prefix": SYNC
    + "test_orders.py::test_manual_numbering_passes_the_stores_number_and_a_prefix_keeps_two_stores_apart",
    "order.retry_failed": HERE + "test_orders_have_a_number_of_tries_of_their_own",
    "order.retries": HERE + "test_orders_have_a_number_of_tries_of_their_own",
    "order.types": ERP + "test_orders.py::test_orders_are_polled_type_by_type",
    "order.confirmed_shipment": SYNC + "test_orders.py::test_no_status_goes_back_before_a_shipment_is_confirmed",
    "order.taxes": ERP + "test_orders.py::test_taxes_can_be_left_to_the_erp_or_go_under_one_id_and_zone",
    "order.tax_id": ERP + "test_orders.py::test_taxes_can_be_left_to_the_erp_or_go_under_one_id_and_zone",
    "order.tax_zone": ERP + "test_orders.py::test_taxes_can_be_left_to_the_erp_or_go_under_one_id_and_zone",
    "order.shipping_terms": SYNC + "test_orders.py::test_the_shipping_terms_of_the_settings_go_with_every_order",
    "order.price_decimals": ERP + "test_order_money.py::test_prices_have_no_more_decimals_than_the_erp",
    "order.fee_item": ERP + "test_order_money.py::test_fees_are_lines_of_their_item",
    "order.tolerance": ERP + "test_orders.py::test_a_difference_can_be_allowed_or_only_held",
    "order.on_difference": ERP + "test_orders.py::test_a_difference_can_be_allowed_or_only_held",
    "order.gift_card_method": SYNC + "test_orders.py::test_a_gift_card_is_a_payment_of_its_own",
    "order.gift_card_account": SYNC + "test_orders.py::test_a_gift_card_is_a_payment_of_its_own",
    "order.credit_method": CREDIT,
    "order.credit_account": CREDIT,
    "order.credit_memo_type": SYNC + "test_orders.py::test_a_credit_memo_has_the_order_type_of_the_settings",
    "order.rma_type": ERP + "test_orders.py::test_orders_are_polled_type_by_type",
    "order.sales_account": ERP + "test_orders.py::test_lines_of_items_without_a_sales_account_get_the_default_one",
    "order.paypal_plugin": SYNC + "test_orders.py::test_paypal_goes_through_the_erps_plug_in_only_where_it_has_one",
    "order.only_enabled_customers": SYNC
    + "test_orders.py::test_orders_of_customers_that_are_not_synced_stay_unless_a_person_asks",
    "order.unpaid_zero": SYNC + "test_orders.py::test_a_status_goes_back_when_what_was_owed_is_paid",
    "order.days_back": ENGINE + "test_realtime.py::test_the_first_look_at_orders_begins_with_the_connector",
    "order.release_payments": ERP + "test_orders.py::test_payments_are_released_when_the_setting_says_so",
    "failed_order.enabled": "web/test_schedulers.py::test_failed_orders_are_sent_again_by_their_schedule",
    "failed_order.days": "web/test_schedulers.py::test_failed_orders_are_sent_again_by_their_schedule",
    # shipments
    "shipment.trigger": SYNC + "test_orders.py::test_shipments_wait_for_the_invoice_where_that_is_the_trigger",
    "shipment.use_number_as_track": MAGENTO + "test_after_orders.py::test_it_may_be_without_a_track",
    "shipment.notify": MAGENTO + "test_after_orders.py::test_a_shipment_has_rows_parcels_source_and_our_mark",
    "shipment.default_carrier": CARRIER,
    "shipment.default_title": CARRIER,
    "shipment.drop_ship_via": CARRIER,
    # what comes in, clocks, endpoint, log
    "push.header": HERE + "test_only_the_header_and_the_secret_of_the_settings_let_a_notification_in",
    "push.secret": HERE + "test_only_the_header_and_the_secret_of_the_settings_let_a_notification_in",
    **{f"push.{entity}_query": HERE + "test_each_query_tells_of_its_entity" for entity in settings.QUERIES},
    "clock.automatic": ENGINE + "test_clocks.py::test_automatic_mode_corrects_at_poll_time_without_a_click",
    "clock.erp_offset": ENGINE + "test_clocks.py::test_manual_mode_uses_what_is_stored",
    "clock.store_offset": SYNC + "test_twoway.py::test_the_clocks_are_corrected_before_times_are_compared",
    "endpoint.name": ERP + "test_endpoints.py::test_name_and_version_of_the_endpoint_are_settings",
    "endpoint.version": ERP + "test_endpoints.py::test_name_and_version_of_the_endpoint_are_settings",
    "rehearsal.on": "flow/test_by_hand.py::test_a_rehearsal_writes_nothing_and_is_sent_for_real_with_one_click",
    "log.info": ENGINE + "test_repairs.py::test_the_levels_of_the_log_are_switched_for_each_connector",
    "log.error": ENGINE + "test_repairs.py::test_the_levels_of_the_log_are_switched_for_each_connector",
    "log.actions": HERE + "test_an_action_type_that_is_not_logged_has_no_info_entries",
    "log.fields": "sync/test_changes.py::test_an_unchanged_record_and_a_switched_off_log_leave_nothing",
    "log.report": "watch/test_report.py::test_a_run_in_which_something_failed_is_mailed_once_to_all",
    "log.recipients": "watch/test_report.py::test_a_run_in_which_something_failed_is_mailed_once_to_all",
    "log.template": "watch/test_report.py::test_the_template_says_whether_every_record_is_named",
    "log.system_messages": "queue/test_telling.py::test_each_batch_call_is_a_system_message_where_it_is_switched_on",
    "log.keep_days": ENGINE + "test_tidying.py::test_without_the_archive_nothing_is_written",
    "log.frequency": ENGINE + "test_tidying.py::test_the_frequency_says_on_which_days_the_log_is_cleaned",
    "log.mode": ENGINE + "test_tidying.py::test_the_archive_keeps_what_goes_and_forgets_it_after_its_days",
    "alert.enabled": ALERTS + "test_switched_off_nobody_is_told",
    "alert.mail": ALERTS + "test_every_channel_gets_it",
    "alert.webhook": ALERTS + "test_every_channel_gets_it",
    "alert.apprise": ALERTS + "test_every_channel_gets_it",
    "alert.minimum": ALERTS + "test_a_cause_is_told_from_so_many_messages_on",
    "alert.late_minutes": ALERTS + "test_attention_late_messages_and_drift_are_causes_too",
    "alert.in_step": ALERTS + "test_attention_late_messages_and_drift_are_causes_too",
    "alert.quiet_from": ALERTS + "test_quiet_hours_may_go_over_midnight",
    "alert.quiet_to": ALERTS + "test_quiet_hours_may_go_over_midnight",
    "alert.house": ALERTS + "test_links_begin_with_the_address_of_the_house",
    "alert.heartbeat": ALERTS + "test_somebody_elsewhere_is_told_that_we_live_every_so_many_minutes",
    "alert.heartbeat_minutes": ALERTS + "test_somebody_elsewhere_is_told_that_we_live_every_so_many_minutes",
    "drift.sample": DRIFT + "test_a_sample_takes_about_as_many_as_the_setting_says",
    "drift.nightly": DRIFT + "test_the_nightly_comparison_is_what_the_settings_say",
    "drift.days": DRIFT + "test_the_nightly_comparison_is_what_the_settings_say",
    "brake.enabled": WATCH + "test_share_and_minimum_say_how_many_are_too_many",
    "brake.share": WATCH + "test_share_and_minimum_say_how_many_are_too_many",
    "brake.minimum": WATCH + "test_share_and_minimum_say_how_many_are_too_many",
    "brake.factor": WATCH + "test_the_factor_is_a_setting_and_nothing_is_no_factor",
    "brake.pause": WATCH + "test_without_a_pause_nobody_waits",
    "log.archive_days": ENGINE + "test_tidying.py::test_the_archive_keeps_what_goes_and_forgets_it_after_its_days",
}
WHOLE = {  # sections whose settings all do the same, each for its own name
    "entities": HERE + "test_only_what_is_ticked_and_offered_travels",
    "features": HERE + "test_only_what_is_ticked_and_offered_travels",
    "direction": SYNC + "test_twoway.py::test_one_way_overwrites_the_other_side_and_nothing_comes_back",
    "erp_endpoints": ERP + "test_endpoints.py::test_an_edited_row_is_really_used",
    "store_endpoints": "web/test_settings_pages.py::test_addresses_are_there_without_typing_and_edited_ones_are_marked",
}
ALL = {
    f"{section.name}.{setting.name}"
    for section in settings.sections("acumatica", "magento")
    for setting in section.settings
}


def test_every_setting_has_a_test_that_shows_its_effect() -> None:
    shown = set(EFFECTS) | {path for path in ALL if path.split(".")[0] in WHOLE}
    assert shown == ALL


@pytest.mark.parametrize(("path", "where"), sorted((EFFECTS | WHOLE).items()))
def test_that_test_is_there(path: str, where: str) -> None:
    file, _, name = where.partition("::")
    text = Path(ROOT, "tests", file).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}[(]", text, re.M), where


def config(**sections: Any) -> Config:
    """A connector with the defaults and these values over them."""
    values = {part.name: {each.name: each.default for each in part.settings} for part in settings.OWN}
    for name, given in sections.items():
        values[name] = values[name] | given
    return Config("ONE", "", True, "acumatica", "magento", "active", "", 1, values)


@pytest.mark.parametrize("entity", settings.ENTITIES)
def test_only_what_is_ticked_and_offered_travels(entity: str) -> None:
    assert config(entities={entity: True}).enabled(entity)
    assert not config(entities={entity: False}).enabled(entity)
    assert not config(entities={entity: True}, features={settings.FEATURE_OF[entity]: False}).enabled(entity)


@pytest.mark.parametrize(
    ("what", "travel"), [("both", ["price", "inventory"]), ("price", ["price"]), ("inventory", ["inventory"])]
)
def test_of_price_and_inventory_only_what_is_chosen_travels(what: str, travel: list[str]) -> None:
    chosen = config(stock_price={"what": what})
    assert [entity for entity in ("price", "inventory") if chosen.enabled(entity)] == travel
    assert chosen.enabled("product")


@pytest.mark.parametrize("entity", ["product", "category", "customer", "order", "price", "image"])
def test_sync_now_follows_the_switch_of_its_own_entity(entity: str) -> None:
    from connector.web.operating.records import _individual

    own = entity if entity in ("category", "customer", "order") else "product"
    assert _individual(config(**{own: {"individual_sync": True}}), entity)
    others = {name: {"individual_sync": name != own} for name in ("product", "category", "customer", "order")}
    assert not _individual(config(**others), entity)


def policy(given: Config, entity: str) -> Any:
    store = SimpleNamespace(capabilities=Capabilities())
    worker: Any = SimpleNamespace(connections=SimpleNamespace(systems=lambda id: SimpleNamespace(store=store)))
    direction = "store_to_erp" if entity == "order" else "erp_to_store"
    return jobs.policy(given, worker, Lane("ONE", entity, direction), 30)


@pytest.mark.parametrize(("order", "tries"), [({"retries": 7}, 7), ({"retries": 7, "retry_failed": False}, 1), ({}, 3)])
def test_orders_have_a_number_of_tries_of_their_own(order: dict[str, Any], tries: int) -> None:
    given = config(order=order, queue={"retry_count": 5})
    assert policy(given, "order").retry_count == tries
    assert policy(given, "price").retry_count == 5


def test_as_many_requests_go_at_once_as_the_store_may_take() -> None:
    given = config()
    given.values["store"] = {"parallel": 7}
    assert policy(given, "price").parallel == 7
    given.values["store"] = {}
    assert policy(given, "price").parallel == Capabilities().parallel


def test_an_action_type_that_is_not_logged_has_no_info_entries() -> None:
    given = config(log={"actions": ["price/erp_to_store/skipped", "customer/store_to_erp/succeeded", "poll"]})
    assert policy(given, "price").quiet == {"skipped"}
    assert policy(given, "inventory").quiet == set()
    assert len(settings.LOGGED) == 43 and len(dict(settings.LOGGED)) == 43


def test_real_time_orders_are_looked_for_each_minute() -> None:
    schedule = Schedule(job="poll", entity="order", direction="store_to_erp", cron="0 3 * * *")
    other = Schedule(job="poll", entity="customer", direction="store_to_erp", cron="0 3 * * *")
    assert jobs._cron(config(order={"real_time": True}), schedule) == "* * * * *"
    assert jobs._cron(config(), schedule) == jobs._cron(config(order={"real_time": True}), other) == "0 3 * * *"


@pytest.mark.parametrize(
    ("customer", "number"),
    [
        ({}, ""),
        ({"segmentation": "manual"}, "000000042"),
        ({"segmentation": "manual", "key_length": 6}, "000042"),
        ({"segmentation": "manual", "key_pattern": "WEB"}, "WEB000042"),
        ({"segmentation": "manual", "key_pattern": "{last}{id}", "key_length": 9}, "0000DOE42"),
    ],
)
def test_the_number_of_a_customer_follows_pattern_and_length(customer: dict[str, Any], number: str) -> None:
    one = Customer("42", email="ann@example.com", last_name="Doe")
    values = config(customer=customer).values
    context: Any = SimpleNamespace(setting=lambda section, name, default="": values[section].get(name, default))
    assert customers.number(context, one) == number


@pytest.mark.parametrize("pattern", ["{id", "{name}", "A B", "{id}}", "WEB000000000", "ü"])
def test_a_pattern_that_makes_no_number_is_refused(pattern: str) -> None:
    cleaned, errors = settings.CUSTOMER.clean({"segmentation": "manual", "key_pattern": pattern})
    assert list(errors) == ["key_pattern"] and cleaned["key_pattern"] == pattern


@pytest.mark.parametrize("entity", sorted(settings.QUERIES))
def test_each_query_tells_of_its_entity(entity: str) -> None:
    names = {f"{other}_query": f"Query {other}" for other in settings.QUERIES}
    body = f'{{"Id": "1", "Query": "Query {entity}", "TimeStamp": 1, "Inserted": [], "Deleted": []}}'
    said = push.parse(body.encode(), tenant="", preferences={"push": names})
    assert said.known, "a query of that name is listened to"
    silent = push.parse(body.encode(), tenant="", preferences={"push": {f"{entity}_query": "Another"}})
    assert not silent.known


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"X-Own": "s" * 20}, True),
        ({"X-Own": "t" * 20}, False),
        ({"X-Connector-Secret": "s" * 20}, False),
        ({}, False),
    ],
)
def test_only_the_header_and_the_secret_of_the_settings_let_a_notification_in(
    headers: dict[str, str], ours: bool
) -> None:
    assert intake._ours(config(push={"header": "X-Own", "secret": "s" * 20}), headers) == ours
    assert not intake._ours(config(push={"header": "X-Own", "secret": ""}), headers)
