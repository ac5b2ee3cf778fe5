"""Names that people see in the graph: groups, owners, kinds, tags."""

GROUP_DATA = "market_data"
GROUP_SIGNALS = "strategy_signals"
GROUP_PORTFOLIO = "portfolio"
GROUP_TRADING = "trading"
GROUP_OPERATIONS = "operations"

OWNERS = ["team:trading"]

CORRELATION_TAG = "alchemiser/correlation_id"
CAUSATION_TAG = "alchemiser/causation_id"
PARTITION_TAG = "dagster/partition"
SCHEDULE_TAG = "dagster/schedule_name"
SENSOR_TAG = "dagster/sensor_name"
TRIGGER_TAG = "alchemiser/trigger"
RECONCILED_BY_TAG = "alchemiser/reconciled_by"
LANE_TAG = "alchemiser/lane"
TRADING_LANE = "trading"
BROKER_POOL = "broker"
FLATTEN_TAG = "alchemiser/flatten"
AGAIN_TAG = "alchemiser/again"
