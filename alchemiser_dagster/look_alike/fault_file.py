"""Read a fault plan from a file or a request, with clear words where it can't be used."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.look_alike.fault_plan import FaultPlan
from alchemiser_dagster.settings.text_file import read_text

SEE = "docs/look_alike.md lists every kind of fault and its fields"


def load_fault_plan(path: Path) -> FaultPlan:
    """Return the plan in the file.

    Raises
    ------
    ConfigurationError
        If the file can't be read, is not JSON, or is no plan: with the place and the remedy (R-18).
    """
    return read_fault_plan(read_text(path, "the fault plan", "JSON"), str(path))


def read_fault_plan(text: str | bytes, where: str) -> FaultPlan:
    """Return the plan that the text says; `where` names the text in an error.

    Raises
    ------
    ConfigurationError
        If the text is not JSON or no plan; every problem is listed.
    """
    try:
        json.loads(text)
        return FaultPlan.model_validate_json(text)
    except json.JSONDecodeError as error:
        raise ConfigurationError(
            f"the fault plan is not valid JSON: {error.msg}",
            where=f"{where}:{error.lineno}:{error.colno}",
            remedy=f"Correct line {error.lineno}",
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"the fault plan is not UTF-8 text: byte {error.start} can't be read",
            where=where,
            remedy="Send it as UTF-8",
        ) from error
    except ValidationError as error:
        problems = "; ".join(_problem(details) for details in error.errors(include_url=False))
        raise ConfigurationError(
            f"the fault plan can't be used: {problems}", where=where, remedy=SEE
        ) from None


def _problem(details: ErrorDetails) -> str:
    place, kind = _place(details["loc"])
    said = details["msg"].removeprefix("Value error, ")
    match details["type"]:
        case "union_tag_not_found":
            said = "a fault needs a kind"
        case "extra_forbidden":
            said = "there is no such field"
        case "missing":
            said = "this field is missing"
        case "union_tag_invalid":
            context = details.get("ctx", {})
            said = f"there is no kind {context.get('tag')!r}; the kinds are {context.get('expected_tags')}"
    return f"{place}{f' ({kind})' if kind else ''}: {said[:1].lower()}{said[1:]}"


def _place(location: tuple[int | str, ...]) -> tuple[str, str | None]:
    """Return the place as a person writes it, and the fault's kind, which pydantic puts into the path."""
    parts = list(location)
    kind = str(parts.pop(2)) if len(parts) > 2 else None  # noqa: PLR2004 - faults, number, kind
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return place.removeprefix(".") or "the plan", kind
