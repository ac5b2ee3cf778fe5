"""How JSON is cut into elements (RFC 8259): one regular expression, and what its groups are.

1. An element is a value, or the bracket that opens or closes one; the key before it and the comma behind it
   belong to it.
2. `lastindex` of a match says which it is: `OPENING`, `TEXT`, `NUMBER`, `NAME` or `CLOSING`;
   `WRONG` is a character with which no element begins, `END` the end of the text. So nothing is passed over,
   and nothing is looked at twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

KEY, OPENING, TEXT, NUMBER, NAME, CLOSING, WRONG, END = range(1, 9)

SPACE = r"[ \t\n\r]*+"
CHARACTERS = r'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+'
ELEMENT = re.compile(
    rf"""{SPACE}
      (?: (?:"({CHARACTERS})"{SPACE}:{SPACE})?
          (?: ([{{\[])
            | (?: "({CHARACTERS})"
                | (-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+)(?![\w.+-])
                | (true|false|null)(?![\w.+-])
              ){SPACE},?
          )
        | ([}}\]]){SPACE},?
        | ([^ \t\n\r])
        | (\Z)
      )""",
    re.VERBOSE,
)
ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
ESCAPED = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def elements(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Yield the elements from an offset on, without a gap."""
    return ELEMENT.finditer(text, start)


def unescaped(text: str) -> str:
    """Return the characters that a string's escapes stand for; half of a surrogate pair becomes U+FFFD."""
    if "\\" not in text:
        return text
    units = ESCAPE.sub(_character, text).encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace")


def _character(escape: re.Match[str]) -> str:
    code, letter = escape.groups()
    return chr(int(code, 16)) if code else ESCAPED[letter]


def value_offset(element: re.Match[str]) -> int:
    """Return where the element's value or bracket begins."""
    kind = element.lastindex or OPENING
    return element.start(kind) - (kind == TEXT)
