"""The pages of the connectors: list, form, connection tests, life cycle, schedules, push address.

Reading is for everybody who may sign in; what changes a connector is for administrators.
"""

from connector.web.connectors import activity, check, life, pages, push, schedules  # noqa: F401 - they add their routes
from connector.web.connectors.base import blueprint

__all__ = ["blueprint"]
