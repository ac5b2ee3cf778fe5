"""Mutations of source text, found by the syntax tree: what is changed, and the file as it is then."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOOSER: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
}


@dataclass(frozen=True)
class Mutation:
    """A change of one file: its name says what was done and where.

    `scene` is the part of the tests' names that is tried first; empty for none.
    """

    name: str
    file: str
    text: str
    scene: str = ""


@dataclass(frozen=True)
class Source:
    """A file of the package, and where everything in it stands."""

    file: str
    text: str

    @classmethod
    def read(cls, root: Path, file: str) -> Source:
        return cls(file, (root / file).read_text(encoding="utf-8"))

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def unchanged(self) -> Mutation:
        """Return the file as it is: no test may notice anything."""
        return Mutation("nothing is changed", self.file, self.text)

    def comparisons(self) -> Iterator[Mutation]:
        """Loosen, tighten and reverse each comparison."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Compare) and len(node.ops) == 1:
                yield from self._compared_otherwise(node)
            elif isinstance(node, ast.Compare):
                yield self._with(node, "True", "always so")
                yield self._with(node, "False", "never so")

    def connectives(self) -> Iterator[Mutation]:
        """Make `or` of each `and`, and the other way round; take each `not` away."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.BoolOp):
                word = " or " if isinstance(node.op, ast.And) else " and "
                joined = word.join(f"({ast.unparse(value)})" for value in node.values)
                yield self._with(node, f"({joined})", word.strip())
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                yield self._with(node, f"({ast.unparse(node.operand)})", "without its not")

    def without(self, function: str, answer: str = "None") -> Mutation:
        """Let a function answer at once."""
        node = next(one for one in ast.walk(self.tree) if self._is_named(one, function))
        assert isinstance(node, ast.FunctionDef)
        body = node.body[1:] if ast.get_docstring(node) else node.body
        last = body[-1].end_lineno
        lines = self.text.splitlines(keepends=True)
        indent = " " * body[0].col_offset
        kept = [*lines[: body[0].lineno - 1], f"{indent}return {answer}\n", *lines[last:]]
        name = f"{self._short}: {function} returns {answer}"
        return Mutation(name, self.file, "".join(kept), scene=function)

    def without_entry(self, registry: str, name: str) -> Mutation:
        """Take a guard out of its registry."""
        entry = next(one for one in self._entries(registry) if one.id == name)
        start, end = self._span(entry)
        rest = self.text[end:].removeprefix(",").lstrip(" ")
        told = f"{self._short}: {registry} without {name}"
        return Mutation(told, self.file, self.text[:start] + rest, scene=name)

    def registered(self, registry: str) -> tuple[str, ...]:
        """Return the names of a registry's guards."""
        return tuple(one.id for one in self._entries(registry))

    def replacing(self, name: str, old: str, new: str) -> Mutation:
        """Change a text that stands there once."""
        assert self.text.count(old) == 1, (self.file, old, self.text.count(old))
        return Mutation(f"{self._short}: {name}", self.file, self.text.replace(old, new))

    @property
    def _short(self) -> str:
        return self.file.removeprefix("alchemiser_dagster/")

    def _compared_otherwise(self, node: ast.Compare) -> Iterator[Mutation]:
        for word in LOOSER[type(node.ops[0])]:
            changed = f"{ast.unparse(node.left)} {word} {ast.unparse(node.comparators[0])}"
            yield self._with(node, changed, word)

    def _with(self, node: ast.expr, text: str, what: str) -> Mutation:
        start, end = self._span(node)
        told = " ".join(self.text[start:end].split())
        return Mutation(
            f"{self._short}: {self._function_at(node)}: `{told}` becomes {what}",
            self.file,
            self.text[:start] + text + self.text[end:],
        )

    def _span(self, node: ast.expr) -> tuple[int, int]:
        lines = self.text.splitlines(keepends=True)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    def _entries(self, registry: str) -> list[ast.Name]:
        (value,) = (
            one.value
            for one in self.tree.body
            if isinstance(one, ast.AnnAssign)
            and isinstance(one.target, ast.Name)
            and one.target.id == registry
            and one.value
        )
        guards = next(one for one in ast.walk(value) if isinstance(one, ast.Tuple))
        return [one for one in guards.elts if isinstance(one, ast.Name)]

    def _function_at(self, node: ast.expr) -> str:
        around = [
            one.name
            for one in ast.walk(self.tree)
            if isinstance(one, ast.FunctionDef) and one.lineno <= node.lineno <= (one.end_lineno or 0)
        ]
        return around[-1] if around else "the module"

    @staticmethod
    def _is_named(node: ast.AST, function: str) -> bool:
        return isinstance(node, ast.FunctionDef) and node.name == function
