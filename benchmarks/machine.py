"""What the measurements were taken on, without saying whose it is."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import numpy as np
import pandas as pd


def machine() -> str:
    """Return processor, cores and versions in one line."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, "
        f"numpy {np.__version__}, pandas {pd.__version__}. Load when it began: {os.getloadavg()[0]:.1f}."
    )


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except FileNotFoundError:
        found = None
    return found[1] if found else platform.machine()
