"""What a rule is, and how a file of them is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec
import yaml

from router.metrics.metric import Metric

#: Value of the label `system`, by which a shared Alertmanager tells our alerts from others'.
SYSTEM = "case-router"


class Severity(StrEnum):
    """Whom an alert is for."""

    PAGE = "page"  # somebody is woken
    TICKET = "ticket"  # somebody looks in office hours


class Root(StrEnum):
    """What an alert follows from: while that has a page of its own, this one says nothing new.

    The label `follows` has them, and deploy/alertmanager/alertmanager.yml inhibits by it.
    """

    BROKER = "broker"  # it is down
    LEDGER = "ledger"  # the database is down
    BLOCKED = "blocked"  # the broker takes nothing
    ROLE = "role"  # no process of a role lives
    SKEW = "skew"  # the clocks are apart


class Record(msgspec.Struct, frozen=True):
    """A figure computed in advance; `name` is level:metric:operation."""

    name: str
    expr: str

    def fields(self) -> dict[str, object]:
        """As Prometheus reads it."""
        return {"record": self.name, "expr": self.expr}


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody has to do something about; docs/runbook.md has a section for each."""

    name: str
    expr: str
    severity: Severity = Severity.TICKET
    #: How long it holds before it fires, as Prometheus writes it: `2m`.
    for_: str
    #: How long it goes on when it holds no more: what it inhibits has to calm down first.
    keep_firing_for: str = ""
    #: What it follows from.
    follows: tuple[Root, ...] = ()
    labels: Mapping[str, str] = {}
    #: One line, and what is known besides; both in English, then in Chinese. Templates of Prometheus.
    summary: str
    summary_zh: str
    description: str
    description_zh: str

    def fields(self, docs: str) -> dict[str, object]:
        """As Prometheus reads it; `docs`: where the folder with the runbooks lies."""
        labels = {"severity": str(self.severity), "system": SYSTEM, **self.labels}
        if self.follows:
            labels["follows"] = "_".join(self.follows)
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": self.for_,
            **({"keep_firing_for": self.keep_firing_for} if self.keep_firing_for else {}),
            "labels": labels,
            "annotations": {
                "summary": self.summary,
                "summary_zh": self.summary_zh,
                "description": self.description,
                "description_zh": self.description_zh,
                "runbook_url": f"{docs}/runbook.md#{self.name.lower()}",
                "runbook_url_zh": f"{docs}/runbook.zh-CN.md#{self.name.lower()}",
            },
        }


class Group(msgspec.Struct, frozen=True):
    """Rules that are evaluated together, in order: a later one reads what an earlier one recorded just now."""

    name: str
    rules: Sequence[Record | Alert]


def difference(figure: str, window: str) -> str:
    """How much a figure from the ledger has changed over a window.

    A series that was not there yet counts from 0, but only where others of its name were: when the name itself is
    new (a first start, an upgrade), the whole past would pass for the window's.
    """
    then = f"{figure} offset {window}"
    return f"{figure}\n  - ({then}\n     or 0 * {figure} and on () count({then}))"


def ratio(part: str, whole: str) -> str:
    """A share; 0 where nothing has happened of what the whole is counted of, nothing where the whole is 0."""
    return f"({part}\n  or 0 * {whole})\n/ ({whole} > 0)"


def summed(metric: Metric, *by: str) -> str:
    """A metric of the exporter over what is left of its labels; a second exporter beside it counts once."""
    return f"{total(by)}(max by ({', '.join(metric.labels)}) ({metric.name}))"


def total(by: Sequence[str]) -> str:
    """The sum over all labels but these."""
    return f"sum by ({', '.join(by)}) " if by else "sum"


def listed(groups: Sequence[Group], docs: str) -> list[dict[str, object]]:
    """Groups as Prometheus reads them, in a file and in a PrometheusRule."""
    return [
        {
            "name": group.name,
            "rules": [rule.fields(docs) if isinstance(rule, Alert) else rule.fields() for rule in group.rules],
        }
        for group in groups
    ]


def written(document: Mapping[str, object], comment: str) -> str:
    """The text of a file, its comment first."""
    return f"# {comment}\n" + yaml.dump(
        dict(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000
    )


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as they are read; lists are indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - the overridden signature
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
