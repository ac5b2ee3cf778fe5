"""Bars as a Parquet file, and back, to the last bit."""

from __future__ import annotations

import io

import pandas as pd

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.schema import check_bars, sorted_bars, typed_bars


def bars_file(bars: pd.DataFrame) -> bytes:
    """Return the bars as Parquet: the same bars are the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(sorted_bars(bars), preserve_index=False).replace_schema_metadata(None)
    written = io.BytesIO()
    pq.write_table(table, written, compression="zstd")
    return written.getvalue()


def read_bars_file(content: bytes, name: str) -> pd.DataFrame:
    """Return the bars of a file; raise `DataError` where it holds none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        frame = pq.read_table(io.BytesIO(content)).to_pandas()
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError("the bars can't be read", where=name, remedy="Make the bundle again") from error
    return check_bars(sorted_bars(typed_bars(frame)), where=name)
