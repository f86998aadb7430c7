"""What the offices, milestones and levels of a case are called: names, and the codes that are typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from router.cli.words import pick, step_word, word
from router.core.events import Entry, Received, Replanned
from router.core.policies.own_clocks import (
    COMMITMENT,
    ESCALATION_SILENCE,
    INSPECTION,
    LEVEL,
    MEDIATION,
    RECHECK,
    REPORT_IN,
    REQUIREMENTS,
    RETURN_DECISION,
    SUSPENSION_END,
)
from router.core.policies.policy import Policy
from router.core.rules import Rules
from router.core.several.projects import DUE, PLAN
from router.core.territory.tree import Tree

#: The program's own milestones, which no policy gives a title.
OWN: Mapping[str, tuple[str, str]] = {
    COMMITMENT: ("承诺", "what was promised"),
    RECHECK: ("挂账复核", "another look at the suspension"),
    SUSPENSION_END: ("挂账期满", "end of the suspension"),
    RETURN_DECISION: ("退单审批", "decision on the return"),
    "extension_decision": ("延期审批", "decision on more time"),
    "suspension_decision": ("挂账审批", "decision on the suspension"),
    ESCALATION_SILENCE: ("提级申请答复", "answer to whoever asked to hand it up"),
    MEDIATION: ("调解", "mediation"),
    REPORT_IN: ("报到", "reporting in"),
    REQUIREMENTS: ("整改销号", "requirements"),
    INSPECTION: ("检查", "inspection"),
    PLAN: ("项目方案", "plan of the project"),
    DUE: ("项目办结", "end of the project"),
}


class Names:
    """Names of one case's desks, milestones and levels; what nobody has named goes by its code."""

    def __init__(self, tree: Tree, policies: Iterable[Policy] = ()) -> None:
        """Those of a tree, and of the policies that the case has had, the present one first."""
        self._tree = tree
        self._titles: dict[str, str] = {}
        self._levels: dict[str, str] = {}
        for policy in policies:
            for rule in policy.milestones:
                self._titles.setdefault(rule.name, rule.title)
            for level in policy.levels:
                self._levels.setdefault(level.name, level.title)

    @classmethod
    def of(cls, entries: Iterable[Entry], rules: Rules) -> Names:
        """Those of a case by its entries; a policy that is not known here names nothing."""
        had = [x.event.policy for x in entries if isinstance(x.event, Received | Replanned)]
        return cls(rules.tree, (rules.policy(version) for version in reversed(had) if rules.knows(version)))

    def desk(self, code: str) -> str:
        """A desk by name and code."""
        known = self._tree.desks.get(code)
        return code if known is None or known.name == code else f"{known.name} ({code})"

    def is_desk(self, code: str) -> bool:
        """Whether that is a desk's code."""
        return code in self._tree.desks

    def category(self, code: str) -> str:
        """A category by name and code."""
        known = self._tree.categories.get(code)
        return f"{known.name} ({code})" if known is not None else code

    def level(self, name: str) -> str:
        """A level of the second list by title and name."""
        return _beside(self._levels.get(name, ""), name)

    def milestone(self, name: str) -> str:
        """A milestone by title and name; the ladder's clock after one by that and its step."""
        if name.startswith(LEVEL):
            return word("names_level", level=self.level(name.removeprefix(LEVEL)))
        base, at, step = name.partition("@")
        if at:
            title = self._titles.get(base) or _own(base) or base
            return _beside(word("names_after", milestone=title, step=step_word(step)), name)
        kind, colon, desk = name.partition(":")
        if colon and kind in OWN:
            return f"{_own(kind)} {self.desk(desk)}"
        return _beside(self._titles.get(name) or _own(name), name)


def _own(name: str) -> str:
    return pick(OWN[name]) if name in OWN else ""


def _beside(title: str, code: str) -> str:
    return f"{title} ({code})" if title and title != code else code
