"""Nothing in the package but the risk gate asks a broker for an order (R-32).

A broker's `submit` takes one argument, a thread pool's takes a function and what it is to work on. A broker's
`replace` takes an order's id and a change; text is replaced by a literal or a constant, a file has one
argument, a date only named ones. The types, which mypy checks, leave no other shape to either. A method that
is handed on without being called could be called anywhere, so it counts as a call of a broker.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "alchemiser_dagster"
FILES = sorted(PACKAGE.rglob("*.py"))
THE_BROKERS_OWN = ("broker/", "look_alike/")
THE_GATE = "risk/gate.py"
ORDERING = frozenset({"submit", "replace"})
OF_A_BROKER = frozenset({"broker_order_id", "change"})
BY_NAME = frozenset({"getattr", "attrgetter", "methodcaller"})
OTHERS = [
    path
    for path in FILES
    if not (inside := path.relative_to(PACKAGE).as_posix()).startswith(THE_BROKERS_OWN) and inside != THE_GATE
]


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def orders_of(tree: ast.Module) -> list[int]:
    """Return the lines that ask a broker for an order, or could."""
    knows_the_gate = any(
        isinstance(node, ast.ImportFrom) and any(alias.name == "RiskGate" for alias in node.names)
        for node in ast.walk(tree)
    )
    calls = {node.func: node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return sorted(_asked_by_name(tree)) + [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ORDERING
        and not (knows_the_gate and _terminal(node.value) == "gate")
        and not _is_something_else(node.attr, calls.get(node))
    ]


def _asked_by_name(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _terminal(node.func) in BY_NAME:
            words = {word.value for word in node.args if isinstance(word, ast.Constant)}
            if words & ORDERING:
                yield node.lineno


def _is_something_else(method: str, call: ast.Call | None) -> bool:
    if call is None or any(isinstance(word, ast.Starred) for word in call.args):
        return False
    if any(word.arg is None or word.arg in OF_A_BROKER for word in call.keywords):
        return False
    if method == "submit":
        return len(call.args) > 1
    return len(call.args) < 2 or _is_text(call.args[1])


def _is_text(argument: ast.expr) -> bool:
    is_constant = isinstance(argument, ast.Name) and argument.id.isupper()
    is_literal = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return is_constant or is_literal or isinstance(argument, ast.JoinedStr)


def _terminal(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", OTHERS, ids=named)
def test_only_the_gate_asks_a_broker_for_an_order(path: Path) -> None:
    #
    assert orders_of(ast.parse(path.read_text())) == []


@pytest.mark.parametrize(
    "code",
    [
        "broker.submit(request)",
        "self.environment.broker.submit(order.request())",
        "broker.submit(request=request)",
        "broker.submit(*requests)",
        "call = broker.submit",
        "pool.submit(broker.submit, request)",
        "map(gate.submit, orders)",
        "broker.replace(broker_order_id, change)",
        "broker.replace('id', change)",
        "broker.replace(broker_order_id=name, change=change)",
        "broker.replace(**asked)",
        "getattr(broker, 'submit')(request)",
        "operator.methodcaller('replace', name, change)(broker)",
    ],
)
def test_whatever_shape_it_has_an_order_beside_the_gate_is_found(code: str) -> None:
    assert orders_of(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "pool.submit(work, item)",
        "text.replace('a', 'b')",
        "text.replace(name, MASK)",
        "text.replace(name, f'{other}')",
        "instant.replace(tzinfo=UTC)",
        "path.replace(target)",
        "replace(record, field=1)",
        "from a import RiskGate\nself.gate.submit(admission)",
    ],
)
def test_what_only_has_the_same_name_is_left_alone(code: str) -> None:
    assert orders_of(ast.parse(code)) == []


@pytest.mark.parametrize(("made", "where"), [("RiskGate", "risk/opening.py"), ("Admission", "risk/gate.py")])
def test_a_gate_and_an_admission_are_made_in_one_place(made: str, where: str) -> None:
    #
    makers = {
        named(path)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _terminal(node.func) == made
    }
    assert makers == {where}
