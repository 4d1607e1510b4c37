"""The help of each page: what it is for and what to do there, in the Help menu of its frame (PER-03).

By endpoint, or by blueprint for pages that have none of their own. A page without a text is noticed by a test.
"""

from __future__ import annotations

from flask import request

from connector.web.frame.language import tr

TEXTS = {
    "overview": (
        "What every connector does now and did in the last hour. A number leads to its messages; a connector that "
        "needs a person stands out in red."
    ),
    "connectors": (
        "A connector is one pair of an ERP tenant and a store. Its page says its state, what is missing until it can "
        "run, and leads to everything that can be set."
    ),
    "connectors.index": "All connectors with their state. New makes one; the archive holds those that are put away.",
    "connectors.new": (
        "Type both connections, make the connector, test it, then initialize it. Everything else has a default."
    ),
    "connectors.copy": "A copy has all settings, mappings and schedules of the original, but no secret and no history.",
    "connectors.archived": "Connectors that are put away. Restore brings one back, at rest, as it was.",
    "connectors.import_file": (
        "A connector as JSON, from Export or from a file under version control. What would change is shown first; "
        "importing the same file again changes nothing."
    ),
    "connectors.offer": "What the whole house offers. A feature that is off here cannot be ticked in any connector.",
    "connectors.confirm": "What the step will do, in numbers. No leaves everything as it is.",
    "connectors.activity": (
        "Every check, queue, inquiry, notification and schedule of the connector, with how it stands now."
    ),
    "connectors.settings_page": (
        "One Save stores the whole page or nothing, and says what changed. The question mark beside a field says what "
        "it does; Update fetches a list from the system that keeps it."
    ),
    "connectors.views": (
        "What one store view has for itself. A tick at use default takes the value of all store views again."
    ),
    "connectors.schedule": (
        "When this job starts: five fields, in UTC. The next five runs are shown before it is saved."
    ),
    "connectors.features": "Every check once, without writing anything to either system.",
    "guide": (
        "What has to be made in the ERP so that changes arrive at once: inquiries, notifications, the address and its "
        "secret. Without it the connector looks for changes by its schedules."
    ),
    "clocks": (
        "Records are asked for by their time of change, which the other side's clock writes. Verify compares the "
        "clocks; Sync Now stores the difference, and every look for changes uses it."
    ),
    "processes": "What waits in this queue. Process Messages works it now; the schedule does the same each minute.",
    "records": (
        "One record in both systems, side by side, with its messages. Sync Now sends it before everything that waits."
    ),
    "messages": "Every change on its way, newest first. The address of this page is its filter: keep it as a bookmark.",
    "messages.detail": "One change: how it was tried, what was asked and answered, and what can be done with it.",
    "failed": (
        "What failed and stays so until a person acts, grouped by cause. Mend the cause first, then send it again."
    ),
    "log": "What the connectors did and when. Entries have their requests and answers, without secrets.",
    "log.runs": "Each window, look for changes and repair, with its numbers.",
    "log.events": "What people and the house did: settings, sign-ins, life cycle, tests.",
    "references": (
        "Lists that the systems keep, as last fetched. A value that has gone is kept and flagged while it is used."
    ),
    "schema": "The ERP's fields. A tick lets a field take part: it is read, and its change sends the record.",
    "mapping": (
        "What is called this in the ERP is called that in the store. Try a row on a real record before it is saved; "
        "every save keeps the version before it."
    ),
    "rules": "When an order is like this, do that with it. Rules run by priority, the lowest first.",
    "notifications": (
        "Push notifications as they came in. One to whose query nothing listens is kept and marked unknown."
    ),
    "notices": (
        "What needs a person, counted by the bell until it is read. A problem ends by itself when its cause is gone."
    ),
    "vitals": (
        "A side that fails again and again is left alone and tried by itself, ever more seldom; its messages wait and "
        "burn no try. Refused credentials stop all calls until a person has corrected them. The meters count our own "
        "requests and sessions over all processes."
    ),
    "schedulers": "Every job with its expression, its next runs and how it ended last. Run now starts it at once.",
    "people": (
        "Who may sign in: viewers look, operators send and repair, administrators set up. A role may differ by "
        "connector."
    ),
    "audit": "Who changed what, when and from where, with the old and the new value. Secrets are masked.",
    "clearing": "How many entries would go, before they go. The audit trail stays in any case.",
    "help": "The words of these pages, what each status means, and what to do when something is red.",
    "auth": "Your password, your sessions, and your tokens for scripts.",
    "changelog": "Which fields of which records were changed by a sync, with the value before and after.",
    "editing": "Change what a failed message sends, say why, see the difference, then send it.",
    "batch": "Choose records by their dates or by what became of them, and send them as a run of its own.",
    "manual": "Every sync with its schedule, its last run and how it ended. Sync Now starts one; its console stays.",
    "alerts": "What was told to whom: one message for each cause, and one when it is over.",
    "figures": "How much travelled, how fast and what failed, over time. Each bar leads to its messages.",
    "drift": "How well both systems agree: compared in full or by a sample, with what differs and how to mend it.",
    "brake": "Runs that would change more than usual are held here before the first write, until somebody decides.",
    "watch": "How well both systems agree, what differs, and one click that mends it.",
    "rehearsals": (
        "What the connector would have written while it rehearses, and nothing of it was. Send what is right from here."
    ),
    "search": (
        "An order number, a SKU, an e-mail address, an ERP number or the number of a message: everything that is "
        "known of it."
    ),
}
USUAL = "Documentation explains the words of this page and what to do when something is red."


def text() -> str:
    """The help of the page being shown; a general sentence where there is no page, as after an error."""
    endpoint = request.endpoint or ""
    return tr(TEXTS.get(endpoint) or TEXTS.get(endpoint.partition(".")[0], USUAL))
