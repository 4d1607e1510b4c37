"""Values that one store view has for itself (CON-10). They lie beside the sections, under "@<code of the view>".

Only a setting that is `scoped` may differ, no secret ever does. None takes the view's value away: "use default".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connector.setup.settings import Section, clean
from connector.systems.base import Setting

MARK = "@"
CODE = re.compile(r"@[A-Za-z0-9_-]{1,64}")

Overrides = dict[str, dict[str, dict[str, Any]]]  # "@de" -> section -> name -> value


def is_scope(name: Any) -> bool:
    """Whether this is the name of a store view's values and not of a section."""
    return isinstance(name, str) and name.startswith(MARK)


def held(plain: Mapping[str, Any]) -> Overrides:
    """The views' values among everything that is stored."""
    return {
        name: {section: dict(named) for section, named in of.items()} for name, of in plain.items() if is_scope(name)
    }


def scoped(sections: Sequence[Section]) -> list[tuple[Section, Setting]]:
    """The settings that may differ by store view, in the order of the form."""
    return [(section, setting) for section in sections for setting in section.settings if setting.scoped]


def lay(
    sections: Sequence[Section], given: Mapping[str, Any], stored: Mapping[str, Any], plain: Mapping[str, Any]
) -> tuple[Overrides, dict[str, str]]:
    """`given` over what is stored, and a sentence for each wrong value, by "@view.section.name".

    `plain` are the cleaned values of the sections: a view's value has to fit in among them.
    """
    laid, errors = held(stored), {}
    for view, typed in ((name, value) for name, value in given.items() if is_scope(name)):
        if not CODE.fullmatch(view) or not isinstance(typed, Mapping):
            errors[view[:70]] = "A store view needs its code and an object of sections."
            continue
        errors |= {
            f"{view}.{path}": text for path, text in _lay_one(sections, typed, laid.setdefault(view, {})).items()
        }
    laid = {view: {name: named for name, named in of.items() if named} for view, of in laid.items()}
    for view, of in laid.items():
        errors |= {f"{view}.{path}": text for path, text in _rules(sections, of, plain).items()}
    return {view: of for view, of in laid.items() if of}, errors


def _lay_one(sections: Sequence[Section], typed: Mapping[str, Any], mine: dict[str, dict[str, Any]]) -> dict[str, str]:
    errors = {}
    allowed = {(section.name, setting.name): setting for section, setting in scoped(sections)}
    for section, named in typed.items():
        for name, value in named.items() if isinstance(named, Mapping) else [("", None)]:
            setting = allowed.get((section, name))
            if setting is None:
                errors[f"{section}.{name}"] = "This cannot differ by store view."
            elif value is None:
                mine.get(section, {}).pop(name, None)
            else:
                try:
                    mine.setdefault(section, {})[name] = clean(setting, value)
                except ValueError as error:
                    errors[f"{section}.{name}"] = str(error)
    return errors


def _rules(
    sections: Sequence[Section], of: Mapping[str, Mapping[str, Any]], plain: Mapping[str, Any]
) -> dict[str, str]:
    return {
        f"{section.name}.{name}": text
        for section in sections
        if section.name in of and section.name in plain
        for name, text in section.rule({**plain[section.name], **of[section.name]}).items()
        if name in of[section.name]
    }


def for_view(values: Mapping[str, Any], view: str, section: str) -> dict[str, Any]:
    """The values of one section as that store view has them."""
    return {**values.get(section, {}), **values.get(f"{MARK}{view}", {}).get(section, {})}
