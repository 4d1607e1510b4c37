"""Which credentials are old or about to end, as far as this house can know it. It warns nobody itself.

No system tells over its API when a password or an access token ends (facts/ACUMATICA.md, facts/MAGENTO.md), so a
secret of a connector is judged by its age: since when the same value is stored, which the log of changes says. An
API token of this house has an end that is known.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from connector.db import db
from connector.events import Event
from connector.setup import settings
from connector.setup.models import Connector, Token, User
from connector.setup.rows import Config

OLD = timedelta(days=180)  # passwords that expire at all usually do so within half a year
SOON = timedelta(days=14)
AGAIN = timedelta(days=7)


class Notice(NamedTuple):
    """`subject` stays the same from day to day, so that the same thing is not told again every night."""

    connector_id: str
    subject: str
    rest: str


def notices(config: Config, now: datetime) -> list[Notice]:
    """What should be looked at now: secrets of this connector, and API tokens of anybody."""
    with db.read() as connection:
        return [*_secrets(connection, config, now), *_tokens(connection, now)]


def _secrets(connection: Connection, config: Config, now: datetime) -> list[Notice]:
    found = []
    for section in settings.sections(config.erp, config.plugin):
        for setting in section.settings:
            if not (setting.secret and config.section(section.name).get(setting.name)):
                continue
            days = (now - _typed(connection, config.id, f"{section.name}.{setting.name}")).days
            if days >= OLD.days:
                subject = f"{section.title}: {setting.label} has been the same for a long time."
                found.append(Notice(config.id, subject, f"It was typed {days} days ago; many systems let them expire."))
    return found


def _typed(connection: Connection, connector_id: str, field: str) -> datetime:
    """When this secret was last typed; at the latest when the connector was made."""
    c = Event.__table__.c
    mark = json.dumps({"field": field})[1:-1]  # as it stands in the details
    query = select(c.at).where(c.connector_id == connector_id, c.details.contains(mark, autoescape=True))
    found = connection.execute(query.order_by(c.id.desc()).limit(1)).scalar_one_or_none()
    return found or connection.execute(select(Connector.created_at).where(Connector.id == connector_id)).scalar_one()


def _tokens(connection: Connection, now: datetime) -> list[Notice]:
    query = (
        select(Token.name, Token.expires_at, User.name.label("owner"))
        .join(User, User.id == Token.user_id)
        .where(Token.revoked_at.is_(None), Token.expires_at > now, Token.expires_at <= now + SOON)
        .order_by(Token.expires_at)
    )
    return [
        Notice("", f"The API token {row.name!r} of {row.owner} ends soon.", f"It ends on {row.expires_at:%Y-%m-%d}.")
        for row in connection.execute(query)
    ]
