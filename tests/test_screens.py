"""Every page has its picture in docs/screens, or a reason why it has none."""

from __future__ import annotations

from scripts import screens
from tests.conftest import ROOT

NO_PICTURE = {
    "auth.first": "stands only in an empty house",
    "connectors.auto_now": "a part of a page", "connectors.example_now": "a part of a page",
    "connectors.next_runs": "a part of a page", "processes.record": "leads to the record's page",
    "failed.progress": "stands while a plan runs", "rules.rule": "the form of a new rule, filled in",
    "rules.confirm_remove": "a question like the others", "mapping.new_attribute": "one of new_attributes",
}  # fmt: skip
NO_PAGE = ("api.", "assets.", "health.", "static", "bootstrap.")
FILES = ("export", "export_all", "export_events", "export_runs", "activity_csv", "inquiry_xml", "package_zip")


def pages() -> set[str]:
    """The endpoints that answer a page, out of the table of all routes."""
    lines = (ROOT / "tests" / "web" / "routes.txt").read_text(encoding="utf-8").splitlines()
    asked = {line.split()[1] for line in lines if line.startswith("GET ")}
    return {name for name in asked if not name.startswith(NO_PAGE) and name.rpartition(".")[2] not in FILES}


def test_every_page_has_its_picture() -> None:
    shown = {screen.endpoint.partition("-")[0] for screen in screens.SCREENS}
    assert pages() - shown == set(NO_PICTURE), "add it to scripts/screens.py, or say why not"
    assert shown <= pages()


def test_the_pictures_are_there() -> None:
    for screen in screens.SCREENS:
        for name in (screen.endpoint, *(f"{screen.endpoint}-{look}" for look in screen.looks)):
            assert (screens.FOLDER / f"{name}.jpg").exists(), "run python -m scripts.screens"
    assert (screens.FOLDER / "README.md").read_text(encoding="utf-8") == screens.index()
