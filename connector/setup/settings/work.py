"""The sections about the work itself: the queue's numbers, logging, notifications, clocks, the endpoint.

Bounds and defaults of the queue's numbers: product/CONFLICTS.md 1-10.
"""

from __future__ import annotations

import re

from connector.setup.settings.entities import LOGGED
from connector.setup.settings.section import Section, Values
from connector.systems.base import BOOLEAN, CHOICE, INTEGER, LINES, MULTI, SECRET, Setting

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")
VERSION = re.compile(r"(\d{1,4}(\.\d{1,4}){0,3})?")
WORD = re.compile(r"[A-Za-z0-9_-]{1,60}")
MAIL = re.compile(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+")

# entity -> the name of the inquiry whose notifications it listens to; "" listens to none
QUERIES = {
    "product": "CC Products",
    "price": "CC Prices",
    "inventory": "CC Inventory",
    "category": "CC Categories",
    "customer": "CC Customers",
    "order_status": "CC Orders",
    "shipment": "CC Shipments",
    "invoice": "CC Invoices",
    "relation": "CC Relations",
    "product_status": "CC Product Status",
    "composite": "CC Templates",
    "image": "",
}


def _push_rule(values: Values) -> dict[str, str]:
    errors = {}
    if not HEADER.fullmatch(values["header"]):
        errors["header"] = "Header must be the name of an HTTP header, e.g. X-Connector-Secret."
    if values["secret"] and (len(values["secret"]) < 16 or not values["secret"].isascii()):
        errors["secret"] = "Secret must have at least 16 characters, all of them plain ASCII."
    names = [values[f"{entity}_query"].casefold() for entity in QUERIES if values[f"{entity}_query"]]
    for entity in QUERIES:
        if names.count(values[f"{entity}_query"].casefold()) > 1:
            errors[f"{entity}_query"] = "Each query needs a name of its own."
    return errors


def _log_rule(values: Values) -> dict[str, str]:
    wrong = [address for address in values["recipients"] if not MAIL.fullmatch(address)]
    if wrong:
        return {"recipients": f"Error e-mail recipients has {wrong[0][:40]!r}, which is no mail address."}
    if values["report"] and not values["recipients"]:
        return {"recipients": "Error e-mail recipients is required when the log report is sent."}
    return {}


def _endpoint_rule(values: Values) -> dict[str, str]:
    errors = {}
    if not WORD.fullmatch(values["name"]):
        errors["name"] = "Endpoint name may hold letters, digits, - and _ only, such as Default."
    if not VERSION.fullmatch(values["version"]):
        errors["version"] = "Endpoint version must look like 24.200.001."
    return errors


QUEUE = Section(
    "queue",
    "Message processing",
    (
        Setting(
            "threshold_count", "Threshold count", INTEGER, default=25, low=0, high=10_000,
            help="Up to this many waiting prices or stocks go out one by one, more in batches. 0: always in batches.",
        ),
        Setting(
            "batch_count", "Batch count", INTEGER, default=25, low=1, high=1_000,
            help="Records in one batch request. Larger: fewer requests. Smaller: less to repeat after an error.",
        ),
        Setting("batch_mode", "Batch mode", BOOLEAN, default=True, help="Off: every record goes out on its own."),
        Setting(
            "retry_count", "Retry count", INTEGER, default=3, low=1, high=50,
            help="How often a message is tried in all before it has failed.",
        ),
        Setting(
            "retry_interval", "Retry interval (seconds)", INTEGER, default=30, low=0, high=86_400,
            help="Pause before the second try; it grows with each further one. 0: at once.",
        ),
        Setting(
            "check_process_time", "Check process time (seconds)", INTEGER, default=50, low=1, high=59,
            help="How long a launch keeps looking for work. Work that has begun is always finished.",
        ),
        Setting(
            "process_sleep_time", "Process sleep time (seconds)", INTEGER, default=5, low=1, high=59,
            help="Pause between two looks. As long as the check process time or longer: one look for each launch.",
        ),
    ),
)  # fmt: skip

PUSH = Section(
    "push",
    "Push notifications",
    (
        Setting(
            "header", "Header", default="X-Connector-Secret", required=True,
            help="The HTTP header in which the ERP sends the secret. The set-up guide shows it.",
        ),
        Setting(
            "secret", "Secret", SECRET,
            help="The value that the ERP sends in the header. Without one every notification is refused.",
        ),
        *(
            Setting(
                f"{entity}_query", f"Query for {entity.replace('_', ' ')}", default=name, advanced=number > 2,
                help="The inquiry's name as it stands in the ERP. Empty: notifications about it are not heard.",
            )
            for number, (entity, name) in enumerate(QUERIES.items())
        ),
    ),
    help="Names of the generic inquiries whose notifications the ERP sends to this connector.",
    rule=_push_rule,
    page="connection",
)  # fmt: skip

CLOCKS = Section(
    "clock",
    "Clocks",
    (
        Setting(
            "automatic", "Correct drift by itself", BOOLEAN, default=True,
            help="On: the measured difference is used for every later look for changes. Off: only after Sync Now.",
        ),
        Setting(
            "erp_offset", "ERP clock ahead by (seconds)", INTEGER, default=0, low=-86_400, high=86_400,
            help="Negative: its clock is behind ours.",
        ),
        Setting(
            "store_offset", "Store clock ahead by (seconds)", INTEGER, default=0, low=-86_400, high=86_400,
            help="Negative: its clock is behind ours.",
        ),
    ),
    help="Records are asked for by their time of change, which the other side's clock writes.",
    page="connection",
)  # fmt: skip

REHEARSAL = Section(
    "rehearsal",
    "Rehearsal",
    (
        Setting(
            "on", "Rehearse only", BOOLEAN, default=False,
            help="On: everything runs, but nothing is written to either system. What would have been done is listed "
            "under Rehearsal and can be sent from there afterwards.",
        ),
    ),
    page="setup",
)  # fmt: skip

ENDPOINT = Section(
    "endpoint",
    "Acumatica endpoint",
    (
        Setting(
            "name", "Endpoint name", default="Default", required=True,
            help="Default is there in every site. Another one has to have the same entities.",
        ),
        Setting(
            "version", "Endpoint version",
            help="Such as 24.200.001. Empty: the best one that the site offers.",
        ),
    ),
    help="One change here goes for every address below.",
    rule=_endpoint_rule,
    page="endpoints",
)  # fmt: skip

LOG = Section(
    "log",
    "Logging",
    (
        Setting(
            "info", "Log info level", BOOLEAN, default=True,
            help="Off: only warnings and errors are logged.",
        ),
        Setting(
            "error", "Log error level", BOOLEAN, default=True,
            help="Off: failures are not logged; the message itself still says why it failed.",
        ),
        Setting(
            "system_messages", "Show in system messages", BOOLEAN, default=False,
            help="On: each batch call is also a system message, counted by the bell. Problems are always told.",
        ),
        Setting(
            "keep_days", "Log entry lifetime (days)", INTEGER, default=0, low=0, high=3650,
            help="Messages that ended well and their log are removed after so many days, at the time of the clean "
            "schedule. 0 keeps everything. What failed or waits is always kept.",
        ),
        Setting(
            "frequency", "Log cleaning frequency", CHOICE, default="daily",
            choices=(("daily", "Every day"), ("weekly", "Every Monday"), ("monthly", "On the first of the month")),
            help="On which days the clean schedule really cleans.",
        ),
        Setting(
            "mode", "What happens to old entries", CHOICE, default="delete",
            choices=(("delete", "They are deleted"), ("archive", "They are put into the archive")),
            help="The archive is a compressed file for each day in the instance folder of the server.",
        ),
        Setting(
            "archive_days", "Keep the archive (days)", INTEGER, default=30, low=1, high=3650,
            help="Only for the archive: what is older is deleted from it.",
        ),
        Setting(
            "fields", "Log field changes", BOOLEAN, default=True,
            help="On: each write keeps its fields before and after, for the page Field changes and a record's history.",
        ),
        Setting(
            "actions", "Actions that are not logged", MULTI, default=(), advanced=True, choices=LOGGED,
            help="Ticked ones write no line into the log. Failures, retries and waits are always written.",
        ),
        Setting(
            "report", "Send log report", BOOLEAN, default=False,
            help="On: a run in which something failed is mailed once to all recipients. The server needs MAIL_URL.",
        ),
        Setting(
            "recipients", "Error e-mail recipients", LINES, default=(),
            help="Addresses, separated by commas or one on each line.",
        ),
        Setting(
            "template", "E-mail template", CHOICE, default="summary",
            choices=(("summary", "The causes with examples"), ("records", "The causes and every record")),
            help="What the report tells of a run.",
        ),
    ),
    rule=_log_rule,
    page="logging",
)  # fmt: skip
