"""The settings of an Acumatica site as data: the page draws its form from them."""

from __future__ import annotations

from connector.systems.base import CHOICE, INTEGER, SECRET, URL, Setting

SETTINGS = (
    Setting(
        "url",
        "Acumatica URL",
        URL,
        required=True,
        help="Up to the instance, without /Main: https://erp.example.com/AcumaticaERP",
    ),
    Setting("tenant", "Tenant", help="Its login name. Leave empty when the site has only one."),
    Setting("branch", "Branch", help="Branch ID to sign in to. Leave empty for the user's default branch."),
    Setting(
        "auth",
        "Sign in with",
        CHOICE,
        default="password",
        choices=(("password", "User name and password"), ("oauth", "OAuth 2.0 (connected application)")),
        help="OAuth also needs the client ID and client secret of a connected application (SM303010).",
    ),
    Setting("username", "User name", required=True, help="A user of its own, with rights to items, prices and stock."),
    Setting(
        "password",
        "Password",
        SECRET,
        required=True,
        confirm=True,
        help="The password of that user. It is stored sealed and never shown again; blank keeps what is stored.",
    ),
    Setting(
        "client_id",
        "Client ID",
        help="As Acumatica shows it, with @ and the tenant. Only for OAuth.",
        needs=("auth", "oauth"),
    ),
    Setting("client_secret", "Client secret", SECRET, confirm=True, help="Only for OAuth.", needs=("auth", "oauth")),
    Setting(
        "endpoint_version",
        "Endpoint version",
        advanced=True,
        help="Version of the Default endpoint, such as 24.200.001. Leave empty to take the best one of the site.",
    ),
    Setting(
        "parallel",
        "Parallel requests",
        INTEGER,
        default=2,
        low=1,
        high=4,
        advanced=True,
        help="Each one holds a session of the licence.",
    ),
    Setting(
        "requests_per_minute",
        "Requests per minute",
        INTEGER,
        default=0,
        low=0,
        high=100_000,
        advanced=True,
        help="0 leaves the pace to Acumatica, which slows callers down past half of the licence's allowance.",
    ),
    Setting(
        "stock_gi",
        "Generic inquiry for stock",
        advanced=True,
        help="Name of an inquiry exposed over OData that shows InventoryID, warehouse and quantities. It reads the "
        "stock of many items in large catalogues faster. Leave empty to use the standard inquiries.",
    ),
)
