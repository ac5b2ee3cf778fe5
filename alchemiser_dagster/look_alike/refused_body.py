"""What a control request is told whose body can't be used."""

from __future__ import annotations

from pydantic import ValidationError

from alchemiser_dagster.look_alike.errors import BAD_REQUEST, INVALID, AnswerError


def bad_body(error: ValidationError) -> AnswerError:
    """Return the answer that names the first field that is wrong."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return AnswerError(BAD_REQUEST, INVALID, f"{place or 'body'}: {first['msg']}")
