"""Corporate actions as the ledger keeps them, keyed by the broker's id of the activity that told of them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from alchemiser_dagster.ledger.insertion import insert_missing
from alchemiser_dagster.ledger.tables import corporate_actions
from alchemiser_dagster.records.corporate_action import CorporateAction


def keep_action(connection: Connection, action: CorporateAction) -> bool:
    """Keep an action unless one of its id is kept; return whether it was new (R-19)."""
    return insert_missing(connection, corporate_actions, action.model_dump())


def read_actions(connection: Connection, account: str) -> tuple[CorporateAction, ...]:
    """Return all actions of the account, oldest first."""
    columns = corporate_actions.c
    statement = (
        select(corporate_actions)
        .where(columns.account == account)
        .order_by(columns.effective_at, columns.activity_id)
    )
    return tuple(CorporateAction(**row) for row in connection.execute(statement).mappings())
