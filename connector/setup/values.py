"""What somebody typed, laid over what is stored: cleaned, checked, compared. No database, no page.

The rules for secrets live here and nowhere else: they are kept apart from the other values, a blank one
keeps what is stored, None forgets it, and one that is typed twice must be typed alike (CON-02, CON-06).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from connector.errors import Invalid
from connector.setup import scopes
from connector.setup.settings import Section
from connector.systems.base import Setting

MASK = "********"
CONFIRM = "_confirm"
NOT_SET = "(none)"
DEFAULT = "(default)"

Nested = Mapping[str, Mapping[str, Any]]


class Sorted(NamedTuple):
    """Values ready to be stored: `plain` by section (and "@view", see scopes), `secrets` by "section.name"."""

    plain: dict[str, dict[str, Any]]
    secrets: dict[str, str]

    def merged(self) -> dict[str, dict[str, Any]]:
        """Everything by section, secrets opened: what a system is built from."""
        values = {section: dict(named) for section, named in self.plain.items()}
        for path, secret in self.secrets.items():
            section, _, name = path.partition(".")
            values.setdefault(section, {})[name] = secret
        return values


class Edit(NamedTuple):
    """One changed setting, fit for a log: secrets are masked."""

    field: str  # "section.name"
    label: str
    old: str
    new: str


def lay(sections: Sequence[Section], given: Nested, stored: Sorted, *, unfinished: bool = False) -> Sorted:
    """`given` over `stored`, in types; what is not given stays. Raises Invalid by "section.name".

    `unfinished`: a section that is not given may lack what it needs, or hold what is no value any more; it stays
    as it is.
    """
    errors = _unknown(sections, given)
    plain: dict[str, dict[str, Any]] = {}
    secrets: dict[str, str] = {}
    for section in sections:
        typed = given.get(section.name)
        typed = typed if isinstance(typed, Mapping) else {}
        wanted = {s.name: _wanted(section, s, typed, stored, errors) for s in section.settings}
        cleaned, wrong = section.clean(wanted)
        if wrong and unfinished and section.name not in given:
            cleaned = wanted
        elif wrong:
            errors.update({f"{section.name}.{name}": text for name, text in wrong.items()} | errors)
            continue
        plain[section.name] = {s.name: cleaned[s.name] for s in section.settings if not s.secret}
        secrets |= {
            f"{section.name}.{s.name}": cleaned[s.name] for s in section.settings if s.secret and cleaned[s.name]
        }
    views, wrong = scopes.lay(sections, given, stored.plain, plain)
    errors |= wrong
    if errors:
        raise Invalid(errors)
    return Sorted({**plain, **views}, secrets)


def _wanted(
    section: Section, setting: Setting, typed: Mapping[str, Any], stored: Sorted, errors: dict[str, str]
) -> Any:
    field, name = f"{section.name}.{setting.name}", setting.name
    if not setting.secret:
        return typed[name] if name in typed else stored.plain.get(section.name, {}).get(name, setting.default)
    value = typed.get(name, "")
    if typed.get(name + CONFIRM, value) != value:
        errors[field] = f"{setting.label} and its confirmation differ."
    if value is None:
        return None
    return stored.secrets.get(field) if value in ("", MASK) else value


def _unknown(sections: Sequence[Section], given: Nested) -> dict[str, str]:
    known = {section.name: section for section in sections}
    errors = {}
    for name, typed in given.items():
        if scopes.is_scope(name):
            continue
        if name not in known:
            errors[str(name)] = "There is no such section."
        elif not isinstance(typed, Mapping):
            errors[name] = "This section must hold names and values."
        else:
            allowed = {s.name for s in known[name].settings} | {
                s.name + CONFIRM for s in known[name].settings if s.secret
            }
            errors |= {f"{name}.{other}": "There is no such setting." for other in typed if other not in allowed}
    return errors


def compare(sections: Sequence[Section], old: Sorted, new: Sorted) -> list[Edit]:
    """What changed between the two, in the order of the form."""
    edits = []
    before, after = old.merged(), new.merged()
    for section in sections:
        for setting in section.settings:
            was = before.get(section.name, {}).get(setting.name)
            now = after.get(section.name, {}).get(setting.name)
            if not _same(was, now):
                edits.append(
                    Edit(f"{section.name}.{setting.name}", setting.label, _shown(setting, was), _shown(setting, now))
                )
    return edits + _compare_views(sections, scopes.held(old.plain), scopes.held(new.plain))


def _compare_views(sections: Sequence[Section], old: scopes.Overrides, new: scopes.Overrides) -> list[Edit]:
    edits = []
    for view in sorted(old.keys() | new.keys()):
        for section, setting in scopes.scoped(sections):
            was, now = (of.get(view, {}).get(section.name, {}).get(setting.name) for of in (old, new))
            if was != now:
                path, label = f"{view}.{section.name}.{setting.name}", f"{setting.label} of store view {view[1:]}"
                edits.append(Edit(path, label, *(DEFAULT if v is None else _shown(setting, v) for v in (was, now))))
    return edits


def _same(was: Any, now: Any) -> bool:
    nothing: tuple[Any, ...] = (None, "", [], ())
    return (was in nothing and now in nothing) or (was == now and isinstance(was, bool) == isinstance(now, bool))


def masked(sections: Sequence[Section], values: Nested) -> dict[str, dict[str, Any]]:
    """The same values with each secret that is set replaced by MASK: for pages, logs and exports."""
    return {
        section.name: {
            setting.name: (MASK if value else "") if setting.secret else value
            for setting in section.settings
            for value in [values.get(section.name, {}).get(setting.name, "")]
        }
        for section in sections
    }


def _shown(setting: Setting, value: Any) -> str:
    if setting.secret:
        return MASK if value else NOT_SET
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or NOT_SET
    return NOT_SET if value in (None, "") else str(value)
