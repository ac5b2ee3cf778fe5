"""A clock that whole processes are shown, unmodified: it runs as fast as the real one, and can be wound."""

from __future__ import annotations

import shutil
import struct
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


@dataclass(frozen=True)
class FakedClock:
    """What the processes believe the time of day is; how long things take stays real."""

    file: Path
    library: Path

    @classmethod
    def in_folder(cls, folder: Path) -> FakedClock:
        """Build what is preloaded; ends with what to install where there is no C compiler."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise SystemExit("a C compiler is needed (Debian: gcc)")
        library, file = folder / "faked_clock.so", folder / "faked_clock.bin"
        subprocess.run(  # noqa: S603 - the compiler that was found
            [compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], check=True, timeout=60
        )
        file.write_bytes(struct.pack("d", 0.0))
        return cls(file, library)

    def wind(self, to: datetime) -> None:
        """Let it be this instant now, in every process at once."""
        with self.file.open("r+b", buffering=0) as file:
            file.write(struct.pack("d", to.timestamp() - time.time()))

    def now(self) -> datetime:
        """Return what it shows, in UTC."""
        (ahead,) = struct.unpack("d", self.file.read_bytes())
        return datetime.fromtimestamp(time.time() + ahead, UTC)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process is started with to go by it."""
        return {"LD_PRELOAD": str(self.library), "FAKED_CLOCK_FILE": str(self.file)}
