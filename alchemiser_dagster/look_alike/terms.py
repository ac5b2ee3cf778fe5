"""On which terms the look-alike lets somebody in."""

from __future__ import annotations

from pydantic import Field, SecretStr

from alchemiser_dagster.records.envelope import Frozen


class Terms(Frozen):
    """Keys, and what the plan of a customer allows.

    Parameters
    ----------
    key_id, secret_key
        The one pair of keys that is let in.
    requests_per_minute
        How many requests are answered within any minute: trading and market data are counted apart, as
        Alpaca's two servers do.
    free_plan
        Whether all exchanges' data (`feed=sip`) of the last 15 minutes are refused.
    """

    key_id: SecretStr = SecretStr("look-alike-key")
    secret_key: SecretStr = SecretStr("look-alike-secret")
    requests_per_minute: int = Field(default=200, ge=1)
    free_plan: bool = False
