from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from alchemiser_dagster import __version__
from alchemiser_dagster.code_version import PACKAGE, code_version, foundation


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a small package: two rooms, a file that is no code, and a compiled one."""
    files = {
        "__init__.py": b"",
        "engine/__init__.py": b"",
        "engine/rsi.py": b"WINDOW = 14\n",
        "engine/xrsi.py": b"WINDOW = 10\n",
        "strategies/mix.clj": b"(defsymphony)",
        "engine/__pycache__/rsi.cpython-311.pyc": b"\x00\x01",
    }
    for name, content in files.items():
        file = tmp_path / "package" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path / "package"


def test_every_byte_of_code_counts(package: Path) -> None:
    #
    file = package / "engine" / "rsi.py"
    content = file.read_bytes()
    versions = {code_version(package)}
    for place in range(len(content)):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        versions.add(code_version(package))
    assert len(versions) == len(content) + 1
    file.write_bytes(content)
    assert code_version(package) in versions


def test_a_file_more_a_file_less_and_another_name_count(package: Path) -> None:
    versions = [code_version(package)]
    (package / "new.py").write_bytes(b"")
    versions.append(code_version(package))
    (package / "new.py").rename(package / "newer.py")
    versions.append(code_version(package))
    (package / "engine" / "rsi.py").unlink()
    versions.append(code_version(package))
    assert len(set(versions)) == len(versions)


def test_a_letter_that_moves_from_a_name_into_the_file_before_counts(package: Path) -> None:
    before = code_version(package)
    (package / "engine" / "rsi.py").write_bytes(b"WINDOW = 14\nengine/x")
    (package / "engine" / "xrsi.py").unlink()
    (package / "rsi.py").write_bytes(b"WINDOW = 10\n")
    assert code_version(package) != before


def test_what_is_no_code_does_not_count(package: Path) -> None:
    before = code_version(package)
    (package / "strategies" / "mix.clj").write_bytes(b"(other)")
    (package / "engine" / "__pycache__" / "rsi.cpython-311.pyc").write_bytes(b"\x02")
    assert code_version(package) == before


def test_another_python_or_another_library_beneath_counts(package: Path) -> None:
    # their arithmetic is part of a signal
    assert code_version(package) == code_version(package, foundation())
    assert code_version(package, foundation().replace("numpy 2", "numpy 3")) != code_version(package)
    assert [part.split()[0] for part in foundation().split(", ")] == ["python", "numpy", "pandas"]


def test_where_the_files_lie_does_not_count(package: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(package, moved)
    assert code_version(moved) == code_version(package)


def test_it_is_the_same_in_another_process(package: Path) -> None:
    program = (
        "import pathlib, sys; from alchemiser_dagster.code_version import code_version; "
        "print(code_version(pathlib.Path(sys.argv[1])))"
    )
    shown = subprocess.run(  # noqa: S603 - this test's own words
        [sys.executable, "-c", program, str(package)], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == code_version(package)


def test_it_names_the_release_and_hashes_the_installed_package() -> None:
    release, _, digest = code_version().partition("+")
    assert release == __version__
    assert len(digest) == 12
    assert (PACKAGE / "code_version.py").is_file()
