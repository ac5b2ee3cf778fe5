"""The books beside the broker: every difference is named, and nothing is absorbed."""

from alchemiser_dagster.reconciliation.books import BookedOrder, Books, BrokerFacts
from alchemiser_dagster.reconciliation.report import Reconciliation, reconcile
from alchemiser_dagster.reconciliation.service import Reconciler

__all__ = ["BookedOrder", "Books", "BrokerFacts", "Reconciler", "Reconciliation", "reconcile"]
