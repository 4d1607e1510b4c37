"""The pages of the connectors: list, form, connection tests, life cycle, schedules, push address.

Reading is for everybody who may sign in; what changes a connector is for administrators.
"""

from connector.web.connectors import (  # noqa: F401 - they add their routes
    activity,
    carrying,
    check,
    editing,
    keeping,
    life,
    pages,
    push,
    schedules,
    scoping,
)
from connector.web.connectors.base import blueprint

__all__ = ["blueprint"]
