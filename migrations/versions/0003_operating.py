"""operating: drift, brake, alerts, saved views"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


REHEARSED = "status = 'skipped' AND code = 'rehearsal'"


def upgrade() -> None:
    _watch_up()
    _repair_up()
    _by_hand_up()
    _notices_up()
    _health_up()


def downgrade() -> None:
    _health_down()
    _notices_down()
    _by_hand_down()
    _repair_down()
    _watch_down()


def _by_hand_up() -> None:
    """What a rehearsal would have written, the filter of a batch schedule, a run that a person has stopped."""
    op.create_index(
        "ix_message_rehearsed",
        "message",
        ["connector_id", "entity", "id"],
        unique=False,
        sqlite_where=sa.text(REHEARSED),
        postgresql_where=sa.text(REHEARSED),
    )
    op.add_column("schedule", sa.Column("filter", sa.Text(), nullable=True))
    op.add_column("run", sa.Column("cancelled_by", sa.String(length=120), nullable=True))


def _by_hand_down() -> None:
    op.drop_column("run", "cancelled_by")
    op.drop_column("schedule", "filter")
    op.drop_index("ix_message_rehearsed", table_name="message")


def _watch_up() -> None:
    """Questions of the brake, comparisons of both systems, alerts, saved views."""
    op.create_table(
        "brake",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("held", "zeroed", "deleted", "priced", "most", "bound")
        ),
        sa.Column("examples", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("asked_at", "decided_at", "free_until")),
        sa.Column("user", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brake")),
    )
    op.create_index(
        "ux_brake_open",
        "brake",
        ["connector_id", "entity", "direction"],
        unique=True,
        sqlite_where=sa.text("state IN ('judging', 'asking')"),
        postgresql_where=sa.text("state IN ('judging', 'asking')"),
    )
    op.create_index("ix_brake_connector", "brake", ["connector_id", "id"], unique=False)
    op.create_table(
        "comparison",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("user", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("checked", "in_step", "different", "missing_store", "missing_erp", "left_out", "repaired")
        ),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
    )
    op.create_index("ix_comparison_connector", "comparison", ["connector_id", "entity", "id"], unique=False)
    op.create_table(
        "difference",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("comparison_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("repaired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference")),
    )
    op.create_index("ix_difference_comparison", "difference", ["comparison_id", "id"], unique=False)
    op.create_table(
        "alert",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=160), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("opened_at", "seen_at")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("sent_at", "over_at", "told_over_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(
        "ux_alert_open",
        "alert",
        ["connector_id", "cause"],
        unique=True,
        sqlite_where=sa.text("over_at IS NULL"),
        postgresql_where=sa.text("over_at IS NULL"),
    )
    op.create_index("ix_alert_connector", "alert", ["connector_id", "id"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ux_saved_view_name", "saved_view", ["user", "name"], unique=True)


def _watch_down() -> None:
    for table in ("saved_view", "alert", "difference", "comparison", "brake"):
        op.drop_table(table)


def _notices_up() -> None:
    """System messages, and who has read which."""
    op.create_table(
        "notice",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=255), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("first_at", "at")),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    still = sa.text("key <> '' AND ended_at IS NULL")
    op.create_index("ux_notice_open", "notice", ["key"], unique=True, sqlite_where=still, postgresql_where=still)
    op.create_index("ix_notice_at", "notice", ["at", "id"], unique=False)
    op.create_index("ix_notice_connector", "notice", ["connector_id", "id"], unique=False)
    op.create_table(
        "notice_read",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", BIG_ID, nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_read_notice_id_notice"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_read_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "notice_id", name=op.f("pk_notice_read")),
    )
    op.create_index("ix_notice_read_notice_id", "notice_read", ["notice_id"], unique=False)


def _notices_down() -> None:
    op.drop_table("notice_read")
    op.drop_table("notice")


def _repair_up() -> None:
    """Owners, notes and pauses of failures; edits for one message; field-level log; names to search by."""
    op.create_index(
        "ix_message_failed_key",
        "message",
        ["connector_id", "entity", "direction", "key"],
        unique=False,
        sqlite_where=sa.text("status = 'failed'"),
        postgresql_where=sa.text("status = 'failed'"),
    )
    op.create_table(
        "care",
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("message_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("snoozed_until", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connector_id", "entity", "code", "message_id", name=op.f("pk_care")),
    )
    op.create_table(
        "remark",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_about", "remark", ["connector_id", "entity", "code", "message_id", "id"], unique=False)
    op.create_table(
        "override",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("user", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    op.create_index("ix_override_message", "override", ["message_id", "id"], unique=False)
    op.create_table(
        "field_change",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_change")),
    )
    op.create_index("ix_field_change_key", "field_change", ["key", "id"], unique=False)
    op.create_table(
        "search_term",
        sa.Column("term", sa.String(length=200), nullable=False),
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("term", "connector_id", "entity", "key", name=op.f("pk_search_term")),
    )


def _repair_down() -> None:
    for table in ("search_term", "field_change", "override", "remark", "care"):
        op.drop_table(table)
    op.drop_index("ix_message_failed_key", table_name="message")


def _health_up() -> None:
    """Breakers of the connections, and what each process takes from each system."""
    op.create_table(
        "breaker",
        sa.Column("connector_id", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trips", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("connector_id", "side", "entity", name=op.f("pk_breaker")),
    )
    op.create_table(
        "system_use",
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker", "name", name=op.f("pk_system_use")),
    )


def _health_down() -> None:
    op.drop_table("system_use")
    op.drop_table("breaker")
