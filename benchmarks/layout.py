"""Lays forms out as an export does: one argument per line, two spaces deeper, children in brackets.

A form without forms in it takes one line. Closing brackets stand behind the last line they close.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Argument: TypeAlias = "str | Form | list[Form]"


@dataclass(frozen=True, slots=True)
class Form:
    """A pair of parentheses: what it is called, and its arguments; a list is written in brackets."""

    head: str
    arguments: tuple[Argument, ...]

    @property
    def is_short(self) -> bool:
        """Whether it takes one line."""
        return all(isinstance(argument, str) for argument in self.arguments)

    def __str__(self) -> str:
        return f"({' '.join((self.head, *map(str, self.arguments)))})"


def text_of(form: Form) -> str:
    """Return the text of a form and all in it."""
    lines: list[str] = []
    waiting: list[tuple[int, str, Argument, str]] = [(0, "", form, "")]
    while waiting:
        indent, opening, argument, closing = waiting.pop()
        if isinstance(argument, list):
            waiting.extend(reversed(_children(indent, opening, argument, closing)))
        elif isinstance(argument, str) or argument.is_short:
            lines.append(f"{' ' * indent}{opening}{argument}{closing}")
        else:
            lines.append(f"{' ' * indent}{opening}({argument.head}")
            waiting.extend(reversed(_arguments(indent + len(opening) + 2, argument, closing)))
    return "\n".join(lines) + "\n"


def _arguments(indent: int, form: Form, closing: str) -> list[tuple[int, str, Argument, str]]:
    last = len(form.arguments) - 1
    return [
        (indent, "", argument, f"){closing}" if number == last else "")
        for number, argument in enumerate(form.arguments)
    ]


def _children(
    indent: int, opening: str, children: list[Form], closing: str
) -> list[tuple[int, str, Argument, str]]:
    last = len(children) - 1
    return [
        (
            indent if number == 0 else indent + len(opening) + 1,
            f"{opening}[" if number == 0 else "",
            child,
            f"]{closing}" if number == last else "",
        )
        for number, child in enumerate(children)
    ]
