"""Cart price rules and their coupons, as far as carts need them. Source: the recording `tax_and_rules`."""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, as_float, number, route
from connector.sandbox.magento.shop import Doc

RULE = "Magento_SalesRule::quote"
CONDITION = {"aggregator_type": "all", "operator": None, "value": True}


@route("POST", "salesRules", RULE, ("rule",))
def rule_create(call: Call) -> Any:
    raw = call.body["rule"]
    at = call.unit.count("salesrule")
    row = {
        **raw,
        "rule_id": at,
        "discount_amount": number(as_float("discount_amount", raw.get("discount_amount")) or 0),
    }
    call.unit.put("salesrule", str(at), row)
    call.unit.note("sales_rule", str(at), None, row)
    model = "Magento\\SalesRule\\Model\\Rule\\Condition\\"
    return {**row, "condition": {"condition_type": f"{model}Combine", **CONDITION}, "simple_free_shipping": "0",
            "action_condition": {"condition_type": f"{model}Product\\Combine", **CONDITION}}  # fmt: skip


@route("POST", "coupons", "Magento_SalesRule::quote", ("coupon",))
def coupon_create(call: Call) -> Any:
    raw = call.body["coupon"]
    if call.unit.get("salesrule", str(raw.get("rule_id"))) is None:
        raise Refusal(400, "Error occurred when saving coupon: %1", ["Specified rule does not exist."])
    row = {**raw, "coupon_id": call.unit.count("coupon")}
    call.unit.put("coupon", str(raw["code"]).upper(), row)
    call.unit.note("coupon", str(raw["code"]), None, row)
    return row


def rule_of(call: Call, code: str, website: int) -> Doc:
    """The rule behind a coupon. Raises Refusal 404."""
    coupon = call.unit.get("coupon", code.upper())
    rule = call.unit.get("salesrule", str(coupon["rule_id"])) if coupon else None
    if rule is None or not rule.get("is_active", True) or website not in (rule.get("website_ids") or [website]):
        raise Refusal(404, "The coupon code isn't valid. Verify the code and try again.")
    return dict(rule)
