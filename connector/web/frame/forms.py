"""The connector's form, drawn from its settings: fields by their specs, values in and out, errors in place.

Field names are "section-setting". Checking is setup's business (`connectors.save` raises Invalid), also that
a secret typed twice is the same. Secrets are never filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from connector.setup.settings import Section
from connector.setup.values import CONFIRM
from connector.systems.base import AMOUNT, BOOLEAN, CHOICE, INTEGER, LINES, MULTI, SECRET, Setting
from connector.web.frame.language import spoken, tr
from connector.web.frame.marks import N_

LONGEST = 4_000
KEEP = N_("Stored. Leave blank to keep it.")


class TextChoice(RadioField):
    """Radio buttons that keep whatever was typed or sent: setup says whether it is a choice."""

    def pre_validate(self, form: Any) -> None:
        return None


class Ticks(SelectMultipleField):
    """A box to tick for each choice; setup says whether what was sent is one."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        return None


class Lines(TextAreaField):
    """Several values, one on each line; ticks of the same name beside the text count as further lines."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            lines = [line.strip() for text in valuelist for line in str(text).splitlines()]
            self.data = "\n".join(dict.fromkeys(line for line in lines if line))


def form_for(sections: Iterable[Section], **general: Any) -> type[FlaskForm]:
    """A form class: the `general` fields, one for each setting, a second one where a secret is confirmed."""
    fields: dict[str, Any] = dict(general)
    for section in sections:
        for setting in section.settings:
            fields[field_name(section, setting)] = _field(setting)
            if setting.secret and setting.confirm:
                title = _("Confirm %(label)s", label=_lower(tr(setting.label)))
                fields[confirm_name(section, setting)] = PasswordField(
                    title, render_kw={"autocomplete": "new-password"}
                )
    return type("SettingsForm", (FlaskForm,), fields)


def field_name(section: Section, setting: Setting) -> str:
    return f"{section.name}-{setting.name}"


def confirm_name(section: Section, setting: Setting) -> str:
    return f"{section.name}-{setting.name}-confirm"


def _lower(label: str) -> str:
    """As it stands inside an English sentence; German and Spanish write a label there as it is."""
    if spoken() != "en":
        return label
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _field(setting: Setting) -> Any:
    label, choices = tr(setting.label), [(value, tr(text)) for value, text in setting.choices]
    look: dict[str, Any] = {"maxlength": LONGEST, "autocomplete": "off", "spellcheck": "false"}
    if setting.required:
        look["required"] = True
    if setting.kind == BOOLEAN:
        return BooleanField(label)
    if setting.kind == SECRET:
        return PasswordField(label, render_kw={"maxlength": LONGEST, "autocomplete": "new-password"})
    if setting.kind == CHOICE and len(setting.choices) <= 3:
        return TextChoice(label, choices=choices, validate_choice=False)
    if setting.kind == CHOICE:
        return SelectField(label, choices=choices, validate_choice=False)
    if setting.kind == MULTI and setting.choices:
        return Ticks(label, choices=choices, validate_choice=False)
    if setting.kind in (LINES, MULTI):
        return Lines(label, render_kw={"rows": 3, "spellcheck": "false"})
    if setting.kind == INTEGER:
        # a text field to WTForms, so that setup's sentence about the bounds is the only one
        return StringField(label, render_kw=look | {"type": "number", "min": setting.low, "max": setting.high})
    if setting.kind == AMOUNT:
        return StringField(label, render_kw=look | {"inputmode": "decimal", "size": 12})
    return StringField(label, render_kw=look)


def fill(form: FlaskForm, sections: Iterable[Section], values: Mapping[str, Mapping[str, Any]]) -> None:
    """Put stored values (or the defaults) into the fields, but no secret."""
    for section in sections:
        stored = values.get(section.name, {})
        for setting in section.settings:
            if not setting.secret:
                form[field_name(section, setting)].data = _shown(setting, stored.get(setting.name, setting.default))


def mark_secrets(form: FlaskForm, sections: Iterable[Section], values: Mapping[str, Mapping[str, Any]]) -> None:
    """Say in each secret's field whether one is stored, without showing any part of it."""
    for section in sections:
        for setting in section.settings:
            if setting.secret and values.get(section.name, {}).get(setting.name):
                field = form[field_name(section, setting)]
                field.render_kw = {**(field.render_kw or {}), "placeholder": tr(KEEP)}


def _shown(setting: Setting, value: Any) -> Any:
    if setting.kind == MULTI and setting.choices:
        return list(value or ())
    if setting.kind in (LINES, MULTI):
        return "\n".join(value or ())
    if setting.kind == BOOLEAN:
        return bool(value)
    return "" if value is None else str(value)


def typed(form: FlaskForm, sections: Iterable[Section]) -> dict[str, dict[str, Any]]:
    """What was typed, by section. A blank secret keeps the stored one."""
    values: dict[str, dict[str, Any]] = {}
    for section in sections:
        mine = values.setdefault(section.name, {})
        for setting in section.settings:
            data = form[field_name(section, setting)].data
            mine[setting.name] = "" if data is None else data
            if setting.secret and setting.confirm:
                mine[setting.name + CONFIRM] = form[confirm_name(section, setting)].data or ""
    return values


def place(form: FlaskForm, errors: Mapping[str, str]) -> list[str]:
    """Put errors by "section.setting" beside their fields; returns the sentences that have no field."""
    homeless = []
    for name, sentence in errors.items():
        field = form._fields.get(name.replace(".", "-", 1)) or form._fields.get(name)
        if field is None:
            homeless.append(tr(sentence))
        else:
            field.errors = [*field.errors, tr(sentence)]
    return homeless
