"""What servers import: `gunicorn wsgi:app`, `flask --app wsgi ...`. A wrong setting ends here with its sentences."""

from __future__ import annotations

import sys

from config import ConfigError
from connector import create_app

try:
    app = create_app()
except ConfigError as error:
    sys.exit(f"The connector cannot start:\n{error}")
