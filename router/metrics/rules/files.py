"""The files of rules, from what an installation has chosen."""

from __future__ import annotations

import msgspec

from router.metrics.rules.pages import pages
from router.metrics.rules.recording import recording
from router.metrics.rules.rule import Alert, Group, listed, written
from router.metrics.rules.tickets import tickets

#: Where the committed files lie, from the root of the repository.
FOLDER = "deploy/prometheus/rules"
#: Where the same lies for the Prometheus Operator, likewise.
KUBERNETES_FOLDER = "deploy/kubernetes/monitoring"
#: Where the runbooks lie, likewise.
DOCS = "docs"
_COMMENT = "Made by `case-router rules render`; change router/metrics/rules, or the settings, and render again."


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules are made from."""

    #: Share of cases due in a period that have to be closed by then.
    on_time_target: float
    #: Seconds between two looks of the auditor; 0: there is none.
    audit_s: float
    #: Seconds that a process's clock and the database's may differ.
    skew_s: float
    #: Address of the folder docs/, for the links to the runbooks.
    docs: str = DOCS


def alerts(terms: Terms) -> list[Alert]:
    """All alerts, pages first."""
    return [*pages(terms.audit_s, terms.skew_s), *tickets(terms.on_time_target)]


def files(terms: Terms) -> dict[str, str]:
    """Name → text of each file that Prometheus reads."""
    return {
        f"case-router-{name}.yml": written({"groups": listed(groups, terms.docs)}, _COMMENT)
        for name, groups in _parts(terms).items()
    }


def resources(terms: Terms) -> dict[str, str]:
    """The same rules as a PrometheusRule for the Prometheus Operator: name → text of its one file."""
    groups = [group for part in _parts(terms).values() for group in part]
    rule = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "case-router"},
        "spec": {"groups": listed(groups, terms.docs)},
    }
    return {"rules.yaml": written(rule, f"{_COMMENT[:-1]} with --kubernetes.")}


def _parts(terms: Terms) -> dict[str, list[Group]]:
    return {
        "recording": recording(terms.on_time_target),
        "alerts": [
            Group("case-router-pages", pages(terms.audit_s, terms.skew_s)),
            Group("case-router-tickets", tickets(terms.on_time_target)),
        ],
    }
