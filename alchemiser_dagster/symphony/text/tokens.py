"""The tokens of the text notation (spec section 8).

1. One regular expression steps over white space (commas too) and comments, and takes what stands behind them:
   an atom, an opening bracket, a closing one, or a quotation mark that no other follows.
2. It finds something at each step, be it the end, and never goes back over what it stepped over: a text is
   cut in time linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

TOKEN = re.compile(
    r"""[\s,]*+ (?: ;[^\n]*+ [\s,]*+ )*+
        (?: ( "[^"\\]*+ (?: \\. [^"\\]*+ )*+ " | [^\s,;"()\[\]{}]++ )
          | ( [(\[{] )
          | ( [)\]}] )
          | ( " )
          | \Z )""",
    re.VERBOSE | re.DOTALL,
)
ATOM, OPEN, CLOSE, UNCLOSED = 1, 2, 3, 4
CLOSING = {"(": ")", "[": "]", "{": "}"}


def offset_of_item(text: str, bracket: int, position: int) -> int:
    """Return where an item begins: the `position`-th, from 0, in the bracket that begins at `bracket`."""
    return next(islice(_offsets_of_items(text, bracket + 1), position, None))


def _offsets_of_items(text: str, start: int) -> Iterator[int]:
    depth = 0
    for match in TOKEN.finditer(text, start):
        kind = match.lastindex or 0
        if depth == 0:
            yield match.start(kind)
        depth += (kind == OPEN) - (kind == CLOSE)
