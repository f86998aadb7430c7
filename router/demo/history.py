"""What the entries of a ledger say that the state of a case does not keep: its leads, and how it went up."""

from __future__ import annotations

from collections import Counter, defaultdict

from router.core.counting.problem_counts import gate_after
from router.core.events import Dispatched, Escalated, ReturnApproved, ReturnRequested, Skipped
from router.ledger.port import Ledger


class History:
    """All entries of a ledger, counted."""

    def __init__(self, ledger: Ledger) -> None:
        #: Case id → desk codes in order.
        self.leads: defaultdict[str, list[str]] = defaultdict(list)
        #: Case id → how often a deadline took it up.
        self.escalated: Counter[str] = Counter()
        self.returns: Counter[str] = Counter()
        #: Step and the one above → cause → escalations.
        self.steps: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        #: Step → deadline escalations that left it.
        self.left: Counter[str] = Counter()
        #: Case id → what let it through when it was closed last; empty: it is open.
        self.gates: defaultdict[str, str] = defaultdict(str)
        self.skipped = 0
        self.returns_approved = 0
        for entry in ledger.all_entries():
            event = entry.event
            self.gates[entry.case_id] = gate_after(self.gates[entry.case_id], event)
            if isinstance(event, Dispatched):
                self._lead(entry.case_id, event.desk)
            elif isinstance(event, ReturnApproved):
                self.returns_approved += 1
                self._lead(entry.case_id, event.to)
            elif isinstance(event, Escalated):
                self._went_up(entry.case_id, event)
            elif isinstance(event, ReturnRequested):
                self.returns[entry.case_id] += 1
            elif isinstance(event, Skipped):
                self.skipped += 1

    def _lead(self, case_id: str, desk: str) -> None:
        if self.leads[case_id][-1:] != [desk]:
            self.leads[case_id].append(desk)

    def _went_up(self, case_id: str, event: Escalated) -> None:
        self.steps[event.from_name, event.to_name][event.cause] += 1
        if event.cause == "deadline":
            self.escalated[case_id] += 1
            self.left[event.from_name] += 1
        self._lead(case_id, event.to_desk)
