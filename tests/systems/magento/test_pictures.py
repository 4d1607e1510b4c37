"""Pictures: each sent once, the shop's own left in peace, nothing too large or of the wrong kind."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from connector.errors import Fail, Wait
from connector.records import Image, Picture
from connector.systems.base import Written
from connector.systems.magento.pictures import ROLES
from tests.systems.magento.shop import Shop, listing, refusal

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
DIGEST = hashlib.sha256(PNG).hexdigest()
OURS = f"/c/c/cc-{DIGEST[:16]}.png"
ONE = Image("MUG", pictures=(Picture("mug.png", DIGEST, "files/1", "A mug", main=True),))


def row(number: int, file: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "media_type": "image", "label": "A mug", "position": 1, "disabled": False, "types": list(ROLES),
        "file": file, **more,
    }  # fmt: skip


def told(shop: Shop, record: Image, held: list[dict[str, Any]], data: bytes = PNG, **preferences: Any) -> Written:
    shop.answer("GET", "/products/MUG/media", held)
    shop.answer("POST", "/products/MUG/media", "5")
    for number in range(1, 10):
        shop.answer("PUT", f"/products/MUG/media/{number}", True)
        shop.answer("DELETE", f"/products/MUG/media/{number}", True)
    magento = shop.magento(preferences)
    magento.fetch = lambda url: data
    (written,) = magento.write_many([record], known={"MUG": "7"})
    return written


def test_a_new_picture_is_sent_under_a_name_that_tells_its_hash(shop: Shop) -> None:
    written = told(shop, ONE, [])
    assert shop.writes()[0].body == {
        "entry": {
            "media_type": "image", "label": "A mug", "position": 1, "disabled": False, "types": list(ROLES),
            "content": {
                "base64_encoded_data": base64.b64encode(PNG).decode(), "type": "image/png",
                "name": f"cc-{DIGEST[:16]}.png",
            },
        }
    }  # fmt: skip
    assert written.fields == {"sent": ["mug.png"]} and written.target_id == "7"


def test_a_picture_that_is_there_is_neither_read_nor_sent_again(shop: Shop) -> None:
    def never(url: str) -> bytes:
        raise AssertionError("read")

    shop.answer("GET", "/products/MUG/media", [row(1, OURS.replace(".png", "_1.png"))])
    magento = shop.magento()
    magento.fetch = never
    (written,) = magento.write_many([ONE], known={})
    assert written.problem is None and not shop.writes()


def test_another_label_or_place_is_told_without_the_bytes(shop: Shop) -> None:
    written = told(shop, ONE, [row(1, OURS, label="Old", types=[])])
    (put,) = shop.writes()
    assert put.path == "/products/MUG/media/1" and "content" not in put.body["entry"] and put.body["entry"]["id"] == 1
    assert written.fields == {"changed": ["mug.png"]}


def test_our_old_pictures_go_and_the_shops_own_stay(shop: Shop) -> None:
    held = [row(1, OURS), row(2, "/c/c/cc-0123456789abcdef.png"), row(3, "/l/o/lovely.jpg", types=[])]
    told(shop, ONE, held)
    assert [(sent.method, sent.path) for sent in shop.writes()] == [("DELETE", "/products/MUG/media/2")]


def test_the_shops_own_go_too_where_the_settings_say_so(shop: Shop) -> None:
    told(shop, ONE, [row(1, OURS), row(3, "/l/o/lovely.jpg")], image={"keep_foreign": False})
    assert [sent.path for sent in shop.writes()] == ["/products/MUG/media/3"]


def test_a_picture_without_a_hash_is_read_to_know_it(shop: Shop) -> None:
    record = Image("MUG", pictures=(Picture("a.png", url="1", label="A mug"), Picture("b.png", url="2")))
    assert told(shop, record, [row(1, OURS)]).fields == {} and not shop.writes()


@pytest.mark.parametrize(("data", "words"), [(b"%PDF", "no JPEG, PNG or GIF"), (PNG + b"x" * 11_000_000, "10 MB")])
def test_what_magento_would_not_take_is_not_sent(shop: Shop, data: bytes, words: str) -> None:
    problem = told(shop, ONE, [], data).problem
    assert isinstance(problem, Fail) and words in problem.reason and not shop.writes()


def test_one_bad_file_without_a_hash_does_not_keep_the_others_out(shop: Shop) -> None:
    record = Image("MUG", pictures=(Picture("a.pdf", url="1"),))
    assert "a.pdf left out" in told(shop, record, [], b"%PDF").fields["notes"][0]


def test_pictures_wait_for_their_product(shop: Shop) -> None:
    absent = refusal("The product that was requested doesn't exist. Verify the product and try again.")
    shop.answer("GET", "/products/MUG/media", absent, 404)
    (written,) = shop.magento().write_many([ONE], known={})
    assert isinstance(written.problem, Wait)


def test_without_a_source_of_pictures_it_is_said(shop: Shop) -> None:
    shop.answer("GET", "/products/MUG/media", [])
    (written,) = shop.magento().write_many([ONE], known={})
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.no_pictures"


def test_only_the_address_is_told_where_the_settings_say_so(shop: Shop) -> None:
    attribute = {"attribute_code": "picture_url", "frontend_input": "text", "is_user_defined": True}
    shop.answer("GET", "/products/attributes", listing([attribute]))
    shop.answer("PUT", "/products/MUG", {"id": 7})
    told(shop, ONE, [], image={"source": "url", "url_attribute": "picture_url"})
    assert shop.writes()[0].body["product"]["custom_attributes"] == [
        {"attribute_code": "picture_url", "value": "files/1"}
    ]
    problem = told(shop, ONE, [], image={"source": "url"}).problem
    assert isinstance(problem, Fail) and problem.code == "magento.no_url_attribute"
