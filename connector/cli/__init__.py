"""The commands of `flask --app wsgi`. Each module holds a few that belong together; they may use every room.

Rooms are imported inside the commands, so that `flask --help` is quick. Exit codes: 0 done, 1 the command says
why not, 2 wrong usage (click's own).
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the commands to the application."""
    from connector.cli import connectors, demo, doctor, messages, people, processes

    for command in (
        people.user,
        people.token,
        connectors.connector,
        messages.sync,
        messages.messages,
        processes.worker,
        processes.sandbox,
        doctor.doctor,
        demo.demo,
    ):
        app.cli.add_command(command)
