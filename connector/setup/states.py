"""The four states of a connector: what may be done in each, and what runs in each. It changes nothing.

| state | notifications | polls | windows (sending) |
| new | refused | no | no: nothing travels before Initialize (LIF-16) |
| active | kept | yes | yes |
| paused | kept | yes | no: messages pile up and are sent after Activate (LIF-12) |
| stopped | not kept | no | no: what waited before is frozen (LIF-13, CONFLICTS 12) |

A connector that is not ticked active is as if stopped. One that needs attention (its credentials were
refused) still keeps notifications, but calls nobody.
"""

from __future__ import annotations

from connector.setup.models import ACTIVE, NEW, PAUSED, STOPPED
from connector.setup.rows import Config

INITIALIZE, PAUSE, STOP, ACTIVATE, UNINSTALL = "initialize", "pause", "stop", "activate", "uninstall"
ACTIONS = (INITIALIZE, PAUSE, STOP, ACTIVATE, UNINSTALL)
FROM = {
    INITIALIZE: (NEW,),
    PAUSE: (ACTIVE,),
    STOP: (ACTIVE, PAUSED),
    ACTIVATE: (PAUSED, STOPPED),
    UNINSTALL: (STOPPED,),
}
TO = {INITIALIZE: ACTIVE, PAUSE: PAUSED, STOP: STOPPED, ACTIVATE: ACTIVE, UNINSTALL: NEW}


def can(config: Config, action: str) -> bool:
    """Whether this action is open to the connector now: its button is enabled."""
    return config.state in FROM.get(action, ())


def collects(config: Config, entity: str = "") -> bool:
    """Whether a notification about this entity becomes a message."""
    return config.active and config.state in (ACTIVE, PAUSED) and _ticked(config, entity)


def polls(config: Config, entity: str = "") -> bool:
    """Whether the source may be asked for changes."""
    return collects(config, entity) and not config.attention


def sends(config: Config, entity: str = "") -> bool:
    """Whether windows may work on messages of this entity."""
    return polls(config, entity) and config.state == ACTIVE


def cleans(config: Config) -> bool:
    """Whether the connector's old log entries are tidied away: always, once it is initialized."""
    return config.state != NEW


def may_start(config: Config, job: str, entity: str) -> bool:
    """Whether a schedule of this job (window, poll, failed, batch, clean, expiry, compare) may start anything now."""
    if job in ("window", "failed", "batch"):
        return sends(config, entity)
    return polls(config, entity) if job in ("poll", "compare") else cleans(config)


def _ticked(config: Config, entity: str) -> bool:
    return not entity or config.enabled(entity)
