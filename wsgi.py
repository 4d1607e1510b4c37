"""What servers and `flask --app wsgi` import. A wrong setting ends here with its sentences."""

from __future__ import annotations

import sys

from werkzeug.middleware.proxy_fix import ProxyFix

from config import ConfigError
from connector import create_app

try:
    app = create_app()
except ConfigError as error:
    sys.exit(f"The connector cannot start:\n{error}")

if hops := app.config["PROXIES"]:
    # believes X-Forwarded-* of as many proxies as stand before us, and of no more
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)  # type: ignore[method-assign]
