"""What every answer has in common: headers, the frame, the menu, roles, error pages, assets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask, flash
from sqlalchemy.exc import OperationalError

from connector.db import db
from connector.setup import kinds
from connector.web.frame.render import render
from connector.web.operating import overview
from tests.conftest import make_app
from tests.web import seed
from tests.web.conftest import StandIn
from tests.web.people import Client, client

POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
PAGES = ["/", "/connectors", "/connectors/new", "/connectors/DEMO", "/account", "/nothing-here"]


@pytest.mark.parametrize("path", [*PAGES, "/sign-in", "/healthz", "/metrics", "/static/app.css"])
def test_every_answer_carries_the_headers(admin: Client, path: str) -> None:
    seed.connector()
    headers = admin.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_frame_and_nothing_inline(admin: Client, path: str) -> None:
    seed.connector()
    answer = admin.get(path)
    text = answer.text
    assert '<html lang="en">' in text
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert 'href="#main">Skip to content' in text
    assert text.count('<nav class="sidebar" aria-label="Main menu">') == 1
    assert '<div id="notices" role="status">' in text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>|hx-on|javascript:", text)
    assert answer.headers["Cache-Control"] == "no-store"
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids)), "an id twice"


def test_the_menu_has_the_documented_names_and_knows_where_one_is(viewer: Client) -> None:
    seed.connector()
    text = viewer.get("/").text
    for name in ("Overview", "Connectors", "Real-Time Processes", "Product", "Price", "Inventory", "Messages"):
        assert name in text
    assert re.search(r'<a href="/" aria-current="page">', text)
    assert 'href="/processes/DEMO/price"' in text


def test_the_processes_are_those_of_the_connector_being_looked_at(viewer: Client) -> None:
    seed.connector("A")
    seed.connector("B")
    assert 'href="/processes/A/price"' in viewer.get("/").text
    assert 'href="/processes/B/price"' in viewer.get("/connectors/B").text
    assert 'href="/processes/B/price"' in viewer.get("/account?connector=B").text
    assert 'href="/processes/A/price"' in viewer.get("/account?connector=%22%3E").text


def test_no_page_of_ours_is_open_to_strangers(app: Flask, stranger: Client) -> None:
    """Whatever blueprint is added: its views ask for a sign-in unless they are marked public."""
    known_public = {
        "auth.first",
        "auth.sign_in",
        "auth.sign_out",
        "hooks.acumatica",
        "hooks.store",
        "health.alive",
        "health.ready",
        "health.metrics",
    }
    files = {"static", "bootstrap.static", "assets.htmx", "assets.dark"}
    tried = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in known_public | files:
            continue
        address = re.sub(r"<any\((\w+).*?\):\w+>", r"\1", rule.rule)
        for argument in rule.arguments:
            address = re.sub(rf"<[^>]*{argument}>", "1", address)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = stranger.open(address, method=method)
            tried += 1
            if address.startswith("/api/"):
                assert answer.status_code == 401, (method, address)
                continue
            assert answer.status_code == 303, (method, address)
            assert answer.headers["Location"].startswith("/sign-in"), address
    assert tried > 10


def test_htmx_of_a_stranger_takes_the_whole_page_to_sign_in(stranger: Client) -> None:
    answer = stranger.get("/", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/messages?a=b"})
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/messages?a%3Db"


def test_a_role_that_is_not_enough_gets_a_page_that_says_so(viewer: Client, operator: Client) -> None:
    for browser in (viewer, operator):
        answer = browser.get("/connectors/new")
        assert answer.status_code == 403
        assert "Your role does not allow it." in answer.text


def test_a_missing_page_is_a_page(viewer: Client, stranger: Client) -> None:
    for browser in (viewer, stranger):
        answer = browser.get("/nothing-here")
        assert answer.status_code == 404
        assert "There is nothing at this address" in answer.text


def test_a_form_of_another_site_is_refused_with_a_way_back(admin: Client) -> None:
    answer = admin.post("/account", data={}, forged=True, headers={"Referer": "http://localhost/account?x=1"})
    assert answer.status_code == 400
    assert "This form has expired" in answer.text and 'href="/account?x=1"' in answer.text
    elsewhere = admin.post("/account", data={}, forged=True, headers={"Referer": "http://evil.example/account"})
    assert "evil.example" not in elsewhere.text


def test_a_request_that_is_too_large_is_refused(admin: Client) -> None:
    answer = admin.post("/account", data={"current": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "at most one megabyte" in answer.text


def test_a_bug_shows_a_page_that_needs_nothing_that_may_be_broken(
    app: Flask, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.config["TESTING"] = False

    def broken() -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(overview, "cards", broken)
    answer = admin.get("/")
    assert answer.status_code == 500
    assert "Something broke in the connector" in answer.text and "secret detail" not in answer.text
    assert 'id="problem"' in answer.text


def test_a_database_that_is_away_is_said_in_a_sentence(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OperationalError("select secret", {}, Exception("gone"))

    monkeypatch.setattr(db, "read", broken)
    answer = admin.get("/")
    assert answer.status_code == 503
    assert "The database does not answer" in answer.text and "select secret" not in answer.text


def test_notices_travel_with_a_block(app: Flask) -> None:
    with app.test_request_context(headers={"HX-Request": "true"}):
        quiet = render("overview/page.html", "live", cards=[], workers=1).get_data(as_text=True)
        flash("Done <so>.", "success")
        told = render("overview/page.html", "live", cards=[], workers=1).get_data(as_text=True)
    assert "hx-swap-oob" not in quiet
    assert '<div hx-swap-oob="innerHTML:#notices">' in told and "Done &lt;so&gt;." in told


def test_files_are_served_from_the_installed_packages_and_kept(stranger: Client) -> None:
    page = stranger.get("/sign-in").text
    files = re.findall(r'(?:src|href)="(/[^"#]+\.(?:js|css|svg)[^"]*)"', page)
    assert len(files) >= 6
    for address in files:
        answer = stranger.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200, address
        assert "max-age=31536000" in answer.headers["Cache-Control"], address
        assert "Set-Cookie" not in answer.headers, address
    assert not re.search(r'(?:src|href)="https?://', page), "nothing from elsewhere"


def test_the_dark_sheet_follows_the_user_without_a_script(stranger: Client) -> None:
    page = stranger.get("/sign-in").text
    sheet = stranger.get(re.findall(r'href="(/assets/dark[^"]+)"', page)[0]).text
    assert sheet.startswith("@media (prefers-color-scheme: dark)")
    assert "--bs-body-bg" in sheet and "[data-bs-theme=dark]" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_every_entry_of_the_menu_leads_to_a_page(viewer: Client) -> None:
    seed.configured()
    menu = viewer.get("/").text.split('<nav class="sidebar"')[1].split("</nav>")[0]
    addresses = re.findall(r'href="([^"]+)"', menu)
    assert len(addresses) > 10
    for address in addresses:
        assert viewer.get(address).status_code == 200, address
        assert f'href="{address}" aria-current="page"' in viewer.get(address).text, address


def test_behind_a_proxy_the_address_is_the_one_that_the_world_sees(instance: Path, sqlite_url: str) -> None:
    app = make_app(sqlite_url, instance, PROXIES=1, HTTPS="on")
    with app.app_context():
        db.create_all()
        seed.configured()
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "connector.example"}
        browser = client(app, "vera")
        page = browser.get("/connectors/DEMO", headers=headers)
        assert "https://connector.example/hooks/acumatica/DEMO" in page.text
        assert "max-age" in page.headers["Strict-Transport-Security"]
        assert app.config["SESSION_COOKIE_SECURE"] is True
        db.session.remove()
        db.engine.dispose()


def test_every_documented_entry_is_reached_in_two_clicks(admin: Client, demo: StandIn) -> None:
    """INS-07, INS-08: what the workspaces and menus of the documents hold, each a page of ours."""
    first = set(re.findall(r'href="(/[^"#?]*)', admin.get("/connectors/DEMO").text))
    second = set()
    for page in ("/connectors/DEMO/mapping", "/log", "/help", "/failed"):
        assert page in first
        second |= set(re.findall(r'href="(/[^"#?]*)', admin.get(page).text))
    documented = [
        "settings/connection", "settings/setup", "settings/sync", "settings/endpoints", "settings/logging", "activity",
        "schema", "rules", "clocks", "guide", "references",
        *(f"mapping/{kind.name}" for kind in kinds.KINDS), "mapping/statuses",
    ]  # fmt: skip
    wanted = {f"/connectors/DEMO/{page}" for page in documented}
    wanted |= {
        "/connectors",
        "/schedulers",
        "/failed",
        "/log",
        "/log/runs",
        "/help",
        "/about",
        "/processes/DEMO/product",
    }
    assert wanted - first - second == set()
    assert {admin.get(page).status_code for page in wanted} == {200}
    assert 'href="/help#support"' in admin.get("/log").text
