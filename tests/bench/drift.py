"""Issue 5's drift at full size: a shop in step, 1 % changed behind its back, found and repaired by one click.

python -m tests.bench.drift [--products 6700] [--share 1.0]

Each product is three records (product, price, stock). Names, prices and stocks are changed in the store itself, over
its own API. Every changed record has to be found, no other, and a second comparison says what is still different.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from connector.db import db
from connector.records import INVENTORY, PRICE, PRODUCT
from connector.watch import drift
from tests.conftest import make_app
from tests.flow.shop import CONNECTOR, Shop, open_shop

HEADERS = {"Authorization": "Bearer sandbox-token"}
ENTITIES = (PRODUCT, PRICE, INVENTORY)


def main() -> None:
    words = argparse.ArgumentParser(description="Find and repair 1 % of drift.")
    words.add_argument("--products", type=int, default=6700)
    words.add_argument("--share", type=float, default=1.0, help="per cent of the records")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{folder}/connector.sqlite", Path(folder) / "instance", LEASE_SECONDS=30)
        with app.app_context():
            db.create_all()
        with open_shop(app, Path(folder) / "sandbox", given.products) as shop:
            measure(shop, given.share)


def measure(shop: Shop, share: float) -> None:
    fill(shop)
    before = {entity: compare(shop, entity) for entity in ENTITIES}
    records = sum(row.checked for row in before.values())
    say(f"{records:,} records read, {sum(wrong(row) for row in before.values())} differences before")
    changed = vandalise(shop, int(records * share / 100))
    after = {entity: compare(shop, entity) for entity in ENTITIES}
    found = {entity: keys(shop, row) for entity, row in after.items()}
    missed = sum(len(changed[entity] - found[entity]) for entity in ENTITIES)
    false = sum(len(found[entity] - changed[entity]) for entity in ENTITIES)
    total = sum(map(len, changed.values()))
    say(f"{total} changed, {total - missed} found ({100 * (total - missed) / total:.2f} %), {false} false")
    started = time.monotonic()
    with shop.app.app_context():
        for entity in ENTITIES:
            drift.repair(after[entity].id, user="bench", bell=shop.engine.bell)
    shop.settle(3600)
    say(f"repaired by one click for each entity in {time.monotonic() - started:.0f} s")
    left = sum(len(changed[entity] & keys(shop, compare(shop, entity))) for entity in ENTITIES)
    say(f"{100 * (total - left) / total:.2f} % repaired, {left} left")


def fill(shop: Shop) -> None:
    started = time.monotonic()
    with shop.app.app_context():
        for entity in ENTITIES:
            shop.engine.poll(CONNECTOR, entity)
    shop.settle(7200)
    say(f"filled in {time.monotonic() - started:.0f} s")


def compare(shop: Shop, entity: str) -> Any:
    started = time.monotonic()
    with shop.app.app_context():
        number = drift.begin(CONNECTOR, entity, "full", "bench")
        shop.engine._jobs.comparer.run(number)
        row = drift.find(number)
    seconds = time.monotonic() - started
    say(f"{entity}: {row.checked:,} read in {seconds:.0f} s, {drift.percent(row)} in step, {wrong(row)} different")
    return row


def wrong(row: Any) -> int:
    return int(row.different + row.missing_store + row.missing_erp)


def keys(shop: Shop, row: Any) -> set[str]:
    with shop.app.app_context():
        return {one.key for one in drift.differences(row.id, limit=1_000_000)}


def vandalise(shop: Shop, number: int) -> dict[str, set[str]]:
    """Change so many records in the store itself: a third each of names, prices and stocks."""
    there = shop.products()
    lot = random.Random(7)
    chosen = lot.sample(sorted(set(shop.keys()) & set(there)), number)
    changed: dict[str, set[str]] = {entity: set() for entity in ENTITIES}
    with requests.Session() as session:
        session.headers.update(HEADERS)
        for place, key in enumerate(chosen):
            entity = ENTITIES[place % 3]
            if entity == INVENTORY and not there[key]["stock"]:
                entity = PRICE
            changed[entity].add(key)
            _change(session, shop.store, entity, key, there[key])
    return changed


def _change(session: requests.Session, store: str, entity: str, key: str, there: dict[str, Any]) -> None:
    if entity == INVENTORY:
        source, held = sorted(there["stock"].items())[0]
        row = {"sku": key, "source_code": source, "quantity": float(held["quantity"]) + 3, "status": 1}
        answer = session.post(f"{store}/rest/V1/inventory/source-items", json={"sourceItems": [row]}, timeout=30)
    else:
        value = {"name": f"{there['name']} changed"} if entity == PRODUCT else {"price": float(there["price"]) + 0.01}
        body = {"product": {"sku": key, **value}}
        answer = session.put(f"{store}/rest/all/V1/products/{key}", json=body, timeout=30)
    answer.raise_for_status()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
