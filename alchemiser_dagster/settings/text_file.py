"""Reading a file of text that a person has written."""

from __future__ import annotations

from pathlib import Path

from alchemiser_dagster.errors import ConfigurationError


def read_text(path: Path, name: str, form: str) -> str:
    """Return the text of a file.

    Parameters
    ----------
    name, form
        What the file is to the person, such as "the settings file", and its form, such as "TOML".

    Raises
    ------
    ConfigurationError
        If it can't be read, or is not UTF-8 text (R-18).
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{name} can't be read: {error.strerror}",
            where=str(path),
            remedy=f"Name a {form} file that exists and that you may read",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{name} is not UTF-8 text: byte {error.start} can't be read",
            where=str(path),
            remedy="Save it as UTF-8",
        ) from error
