"""What is changed of the risk gate and of the way to it; each must make a test fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mutation.sources import Mutation, Source

RISK = "alchemiser_dagster/risk/"
REGISTRIES = {
    "order_guards.py": "ORDER_GUARDS",
    "account_guards.py": "ACCOUNT_GUARDS",
    "plan_guards.py": "PLAN_GUARDS",
}
COMPARED = (
    *(f"{RISK}{name}" for name in REGISTRIES),
    *(
        f"{RISK}{name}.py"
        for name in (
            "account_view",
            "base_equity",
            "gate",
            "loss_halt",
            "opening",
            "order_case",
            "permit",
            "provenance",
            "review",
            "session_use",
            "terms",
        )
    ),
    "alchemiser_dagster/ledger/admissions.py",
)
ANSWERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "risk/account_guards.py": (
        ("halt_allows", "None"),
        ("loss_beyond_limit", "None"),
        ("is_way_out", "True"),
        ("is_way_out", "False"),
    ),
    "risk/gate.py": (
        ("closed_for", "None"),
        ("halted_for", "None"),
        ("_out_of_time", "None"),
        ("_objection_to_account", "None"),
        ("_use_up", "None"),
    ),
    "risk/loss_halt.py": (("halt_after_loss", "None"),),
    "risk/opening.py": (("_require_not_halted", "None"), ("_objections", "iter(())")),
    "risk/permit.py": (
        ("check", "None"),
        ("_require_todays_session", "None"),
        ("_require_broker_agrees", "None"),
    ),
    "execution/phase.py": (("_closing_reason", "None"), ("_halted", "None")),
    "execution/executor.py": (("_require_permission", "environment.broker.account()"),),
}
BY_HAND: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "risk/gate.py": (
        ("no guard is asked", "in ORDER_GUARDS.items()", "in {}.items()"),
        ("a closed gate admits", "if closed is not None:", "if False:"),
        ("an order is admitted whatever a guard says", "if reason is not None:", "if False:"),
        (
            "submit without an admission",
            "self._use_up(admission)\n        return self.parts.broker.submit",
            "return self.parts.broker.submit",
        ),
        (
            "replace without an admission",
            "self._use_up(admission)\n        return self.parts.broker.replace",
            "return self.parts.broker.replace",
        ),
        ("an admission is never used up", "self._given.remove(admission.order.client_order_id)", "pass"),
        (
            "what is admitted is not counted",
            "self.parts.admissions.admit(order, price, now, connection)",
            "pass",
        ),
        ("an order counts beside itself", ".beside(order)", ""),
        ("a look lasts for hours", "timedelta(seconds=60)", "timedelta(hours=6)"),
        (
            "a loss does not halt",
            "halt_after_loss(self.account_case(view, buys=False), self.plan, self.parts)",
            "pass",
        ),
        (
            "fills before a look are not known",
            "look_at(self.parts.broker, self.parts.clock, filled)",
            "look_at(self.parts.broker, self.parts.clock, {})",
        ),
        ("locks are not looked at", "self.parts.breaks.locked_symbols(order.account)", "{}"),
    ),
    "risk/opening.py": (
        ("the base is the session's own", "parts.permit.calendar.previous(plan.session)", "plan.session"),
        ("no review is looked for", "review=last_review(parts.journal, account)", "review=None"),
        ("objections are not raised", "if objections:", "if False:"),
        ("a missing approval is not raised", "if objections.keys() == {is_approved.__name__}:", "if False:"),
        ("halts are seen only after the look", "_require_not_halted(plan, parts)\n    gate =", "gate ="),
        (
            "halts are seen only before the look",
            "_require_not_halted(plan, parts)\n    objections",
            "objections",
        ),
    ),
    "execution/order_desk.py": (
        ("a refusal is sent all the same", "if isinstance(verdict, Refusal):", "if False:"),
        (
            "an order goes without being asked for",
            "verdict = gate.admit(order)",
            (
                "gate._given.add(order.client_order_id)\n"
                "        verdict = Admission(self.note(order, OrderState.SENT, ''))"
            ),
        ),
        (
            "the broker is asked without the gate",
            "self._request(order, self.gate, self.gate.submit)",
            (
                "self._record(\n"
                "            self.note(order, OrderState.SENT, ''),\n"
                "            self.environment.broker.submit(order.request()),\n"
                "        )"
            ),
        ),
    ),
    "execution/executor.py": (
        (
            "what an interrupted run left stays open",
            "Settling(OrderDesk(environment)).wind_up(environment.orders.of_plan(plan.plan_id))",
            "pass",
        ),
        ("the permit is for any session", "if plan.session != permit.session:", "if False:"),
    ),
    "ledger/admissions.py": (
        ("other sessions count", "admissions.c.session == session", "admissions.c.session.is_not(None)"),
        ("other accounts count", "admissions.c.account == account", "admissions.c.account.is_not(None)"),
        (
            "what is filled is not counted",
            "return self.done_value + self.open_value",
            "return self.open_value",
        ),
        ("what is open is not counted", "return self.done_value + self.open_value", "return self.done_value"),
    ),
    "risk/session_use.py": (("other plans count as this one", "one.order.plan_id != plan_id", "True"),),
    "risk/base_equity.py": (
        (
            "money that came in counts as a gain",
            "account.last_equity + _moved(reader, previous + A_DAY)",
            "account.last_equity",
        ),
        (
            "a report is not asked",
            "next((report for report in reports if report.session <= previous), None)",
            "None",
        ),
        (
            "money since the report is not asked for",
            "last.equity + _moved(reader, last.session + A_DAY)",
            "last.equity",
        ),
    ),
    "risk/provenance.py": (
        ("the plan's code is not looked at", "    yield plan\n", ""),
        ("the comparison's code is not looked at", "    yield comparison\n", ""),
        ("the target's code is not looked at", "    yield target\n", ""),
        (
            "the signals' code is not looked at",
            "        yield journal.record_of(StrategySignal, strategy.signal_id)",
            "        journal.record_of(StrategySignal, strategy.signal_id)",
        ),
    ),
}
ONLY_POSTGRESQL = "risk/gate.py: `hold_session` left out (SQLite has one writer: only PostgreSQL needs it)"


def mutations(root: Path) -> Iterator[Mutation]:
    """Yield every mutation of the tree at the root."""
    for file, registry in REGISTRIES.items():
        source = Source.read(root, RISK + file)
        for name in source.registered(registry):
            yield source.without(name)
            yield source.without_entry(registry, name)
    for file, answers in ANSWERS.items():
        source = Source.read(root, f"alchemiser_dagster/{file}")
        for function, answer in answers:
            yield source.without(function, answer)
    for file, changes in BY_HAND.items():
        source = Source.read(root, f"alchemiser_dagster/{file}")
        for name, old, new in changes:
            yield source.replacing(name, old, new)
    for file in COMPARED:
        source = Source.read(root, file)
        yield from source.comparisons()
        yield from source.connectives()
