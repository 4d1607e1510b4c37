"""Connectors to a JSON file and back. A secret travels as "env:NAME", the name of an environment variable.

A connector travels with its settings, those of single store views, its mappings and its schedules. An import checks
the whole file first and writes in one transaction: either all of it is there, or nothing. The same file a second time
changes nothing. The format is `{"format": 1, "connectors": [...]}`; one connector may also stand alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from connector.db import db
from connector.errors import Invalid
from connector.setup import connectors, mappings, rows, scopes, settings, timetable
from connector.setup.rows import Config
from connector.setup.values import Edit

FORMAT = 1
REFERENCE = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
FIELDS = ("id", "name", "active", "erp", "plugin", "settings", "mappings", "schedules")
LISTS = ("mappings", "schedules")
LONGEST = 2_000_000  # characters of a file


class Imported(NamedTuple):
    """What an import did to one connector, or would do: `edits` and `said` are empty when all was as in the file.

    `said` are the changes of mappings and schedules, in words.
    """

    id: str
    created: bool
    edits: list[Edit]
    said: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything was not as in the file."""
        return self.created or bool(self.edits) or bool(self.said)


def export(configs: Sequence[Config]) -> dict[str, Any]:
    """The file's content for these connectors; no secret is in it."""
    return {"format": FORMAT, "connectors": [_one(config) for config in configs]}


def variable(id: str, section: str, name: str) -> str:
    """The environment variable that an export names for a secret: DEMO_ERP_PASSWORD."""
    return re.sub(r"[^A-Z0-9]", "_", f"{id}_{section}_{name}".upper()).lstrip("0123456789") or "SECRET"


def read(text: str) -> list[dict[str, Any]]:
    """The connectors in a file. Raises Invalid, naming the place in it."""
    if len(text) > LONGEST:
        raise Invalid({"file": f"The file is too large: at most {LONGEST:,} characters."})
    try:
        data = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Invalid({"file": f"This is not JSON: {error.msg} ({place})."}) from None
    except RecursionError:
        raise Invalid({"file": "This is not a file of connectors: it is nested too deeply."}) from None
    except ValueError as error:
        raise Invalid({"file": f"This is not JSON as it should be: {error}."}) from None
    return _connectors(data)


def load(text: str, *, env: Mapping[str, str], user: str, dry_run: bool = False) -> list[Imported]:
    """Bring the connectors of a file in. With `dry_run` nothing is kept, and the answer says what would be done.

    Raises Invalid with all that is wrong, by place ("connectors[0].settings.erp.password").
    """
    found = read(text)
    prepared = _resolved(found, env)
    try:
        with db.write() as connection:
            done = _write(connection, found, prepared, user)
            if dry_run:
                raise _Rehearsal(done)
    except _Rehearsal as rehearsal:
        return rehearsal.done
    return done


class _Rehearsal(Exception):
    """Rolls a dry run back."""

    def __init__(self, done: list[Imported]) -> None:
        super().__init__()
        self.done = done


def _write(connection: Connection, found: list[dict[str, Any]], prepared: list[Any], user: str) -> list[Imported]:
    done: list[Imported] = []
    errors: dict[str, str] = {}
    for number, (one, values) in enumerate(zip(found, prepared, strict=True)):
        try:
            done.append(_bring_in(connection, one, values, user))
        except Invalid as error:
            errors |= {_place(number, field): text for field, text in error.errors.items()}
    if errors:
        raise Invalid(errors)
    return done


def _bring_in(connection: Connection, one: dict[str, Any], values: Any, user: str) -> Imported:
    id = one["id"]
    general: dict[str, Any] = {name: one[name] for name in ("name", "active") if name in one}
    try:
        row = rows.find(connection, id)
    except KeyError:
        systems = {"erp": one.get("erp", "acumatica"), "plugin": one.get("plugin", "")}
        connectors.insert_one(connection, id, {"name": id, "active": True} | systems | general, values, user)
        return Imported(id, True, [], _bring_lists(connection, one, user))
    for name in ("erp", "plugin"):
        if one.get(name, getattr(row, name)) != getattr(row, name):
            raise Invalid(
                {name: f"The connector {id} is there already with {getattr(row, name)}; that cannot be changed."}
            )
    edits = connectors.update_one(connection, id, general, values, user, None)
    return Imported(id, False, edits, _bring_lists(connection, one, user))


def _bring_lists(connection: Connection, one: dict[str, Any], user: str) -> tuple[str, ...]:
    """The mappings and schedules of one connector of the file, where it names any."""
    said: list[str] = []
    if "mappings" in one:
        if not isinstance(one["mappings"], dict):
            raise Invalid({"mappings": "The mappings must be an object of lists."})
        said += mappings.import_(one["id"], one["mappings"], user, connection=connection)
    if "schedules" in one:
        said += timetable.bring(connection, one["id"], one["schedules"], user)
    return tuple(said)


def _one(config: Config) -> dict[str, Any]:
    masked = connectors.masked(config)
    return {
        "id": config.id,
        "name": config.name,
        "active": config.active,
        "erp": config.erp,
        "plugin": config.plugin,
        "settings": {
            section.name: {
                setting.name: f"env:{variable(config.id, section.name, setting.name)}"
                if setting.secret
                else _plain(value)
                for setting in section.settings
                for value in [masked[section.name][setting.name]]
                if value or not setting.secret
            }
            for section in settings.sections(config.erp, config.plugin)
        }
        | scopes.held(config.values),
        "mappings": mappings.export(config.id),
        "schedules": timetable.export(config.id),
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _connectors(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict) and "connectors" not in data and "id" in data:
        data = {"connectors": [data]}
    if not isinstance(data, dict) or not isinstance(data.get("connectors"), list):
        raise Invalid({"file": 'The file must hold {"format": 1, "connectors": [...]}.'})
    errors = {name: "There is no such field." for name in data if name not in ("format", "connectors")}
    if data.get("format", FORMAT) != FORMAT:
        errors["format"] = f"This house reads format {FORMAT} only."
    seen: set[str] = set()
    for number, one in enumerate(data["connectors"]):
        errors |= _shape(number, one, seen)
    if errors:
        raise Invalid(errors)
    return list(data["connectors"])


def _shape(number: int, one: Any, seen: set[str]) -> dict[str, str]:
    if not isinstance(one, dict):
        return {f"connectors[{number}]": "A connector must be an object with an id."}
    errors = {f"connectors[{number}].{name}": "There is no such field." for name in one if name not in FIELDS}
    id = one.get("id")
    if not isinstance(id, str) or not id:
        errors[f"connectors[{number}].id"] = "Each connector needs an id."
    elif id.lower() in seen:
        errors[f"connectors[{number}].id"] = f"The connector {id} appears twice."
    else:
        seen.add(id.lower())
    if not isinstance(one.get("settings", {}), dict):
        errors[f"connectors[{number}].settings"] = "The settings must be an object of sections."
    return errors


def _resolved(found: list[dict[str, Any]], env: Mapping[str, str]) -> list[dict[str, Any]]:
    errors: dict[str, str] = {}
    prepared = []
    for number, one in enumerate(found):
        secrets = _secrets_of(one)
        sections: dict[str, Any] = {}
        for section, named in one.get("settings", {}).items():
            sections[section] = dict(named) if isinstance(named, dict) else named
            for name in secrets.get(section, ()) if isinstance(named, dict) else ():
                if named.get(name):
                    place = f"connectors[{number}].settings.{section}.{name}"
                    sections[section][name] = _reference(named[name], place, env, errors)
        prepared.append(sections)
    if errors:
        raise Invalid(errors)
    return prepared


def _secrets_of(one: dict[str, Any]) -> dict[str, list[str]]:
    """Names of the secrets by section; none for systems that nobody knows (they are refused later)."""
    try:
        sections = settings.sections(one.get("erp", "acumatica"), one.get("plugin") or _plugin_of(one["id"]))
    except (KeyError, ImportError, TypeError):
        return {}
    return {section.name: [s.name for s in section.settings if s.secret] for section in sections}


def _plugin_of(id: str) -> str:
    return connectors.get(id).plugin


def _reference(value: Any, place: str, env: Mapping[str, str], errors: dict[str, str]) -> str:
    match = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        errors[place] = "A secret must be a reference such as env:NAME; the file is no place for the secret itself."
    elif not env.get(match[1]):
        errors[place] = f"The environment variable {match[1]} is not set."
    else:
        return env[match[1]]
    return ""


def _place(number: int, field: str) -> str:
    """Where in the file a field of a connector stands."""
    here = field in FIELDS or field.startswith(LISTS)
    return f"connectors[{number}]." + (field if here else f"settings.{field}")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twins = {name for name in names if names.count(name) > 1}
    if twins:
        raise ValueError(f"the field {sorted(twins)[0][:40]!r} appears twice in one object")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no value")
