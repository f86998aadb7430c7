"""Asking a Prometheus what a dashboard would ask: variables resolved as Grafana resolves them, and a verdict."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import Any, NamedTuple

from tests.servers.prometheus import Prometheus

Json = dict[str, Any]


class Verdict(StrEnum):
    """What came of a query, from the worst to the best."""

    EMPTY = "no sample"
    ZERO = "always zero"
    FINE = "not zero at some instant"


class Query(NamedTuple):
    """One query of a panel, variables unresolved."""

    where: str
    expr: str


class Span(NamedTuple):
    """A server, and the time over which it is asked."""

    server: Prometheus
    start: datetime
    end: datetime
    step_s: float
    #: Grafana's `$__rate_interval`: four scrapes at least.
    rate_interval: str = "5m"


def queries_of(board: Json) -> Iterator[Query]:
    """Every query of every panel."""
    row = ""
    for panel in board["panels"]:
        if panel["type"] == "row":
            row = panel["title"]
        for target in panel.get("targets", ()):
            yield Query(f"{board['title']} / {row} / {panel['title']} / {target['legendFormat']}", target["expr"])


def choices_of(board: Json, *spans: Span) -> dict[str, list[str]]:
    """Variable → values to ask with: of a list all, of districts all at once, of desks one after the other."""
    found: dict[str, list[str]] = {}
    for span in spans:
        for name, values in _choices(board, span).items():
            found[name] = list(dict.fromkeys((*found.get(name, ()), *values)))
    return found


def _choices(board: Json, span: Span) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in board["templating"]["list"]:
        if one["type"] == "custom":
            found[one["name"]] = [option["value"] for option in one["options"]]
        elif one["type"] == "query" and one["includeAll"]:
            found[one["name"]] = [one["allValue"]]
        elif one["type"] == "query":
            values = list(options(one, span, found).values())
            assert values, f"nothing to choose from: {one['name']}"
            found[one["name"]] = values
    return found


def options(variable: Json, span: Span, chosen: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Text → value of each option of a variable that is asked for, as Grafana's Prometheus source finds them.

    It writes each sample of `query_result(…)` as `name{label="value",…} value time` and applies the variable's
    regular expression to it.
    """
    first = {name: values[0] for name, values in (chosen or {}).items()}
    asked = re.fullmatch(r"query_result\((.*)\)", variable["definition"])
    assert asked is not None, variable["definition"]
    pattern = re.compile(variable["regex"].strip("/").replace("(?<", "(?P<"))
    found: dict[str, str] = {}
    for sample in span.server.query(resolved(asked[1], first, span), span.end):
        labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items() if name != "__name__")
        match = pattern.search(f"{sample.labels.get('__name__', '')}{{{labels}}} {sample.value} 0")
        if match is not None:
            found[match["text"]] = match["value"]
    return found


def resolved(expr: str, chosen: Mapping[str, str], span: Span) -> str:
    """The expression with the values of its variables.

    Raises:
        KeyError: a variable has no value.
    """
    values = {**chosen, "__rate_interval": span.rate_interval}
    # `$1` is a group of label_replace().
    return re.sub(r"\$([a-z_]\w*)", lambda match: values[match[1]], expr)


#: Variables of which one choice that shows something is enough: a desk may be idle, a count too small to rank.
_ANY_WILL_DO = ("desk", "district", "min_count")


def ask(expr: str, choices: Mapping[str, Sequence[str]], spans: Iterable[Span]) -> dict[str, Verdict]:
    """The verdict for each choice of the lists an expression asks for; of servers the best counts.

    Returns:
        What was chosen (`window=7d`) → verdict; one without a name where nothing is to choose.

    Raises:
        httpx.HTTPStatusError: a server refuses the expression.
    """
    names = [name for name in choices if f"${name}" in expr]
    verdicts: dict[str, Verdict] = {}
    for values in product(*(choices[name] for name in names)):
        chosen = dict(zip(names, values, strict=True))
        name = " ".join(f"{key}={value}" for key, value in chosen.items() if key not in _ANY_WILL_DO)
        for span in spans:
            if verdicts.get(name) is not Verdict.FINE:
                found = verdict(resolved(expr, chosen, span), span)
                verdicts[name] = best(found, verdicts.get(name, Verdict.EMPTY))
    return verdicts


def verdict(expr: str, span: Span) -> Verdict:
    """What an expression without variables says over a span."""
    series = span.server.query_range(expr, span.start, span.end, span.step_s)
    values = [value for one in series for _, value in one.values if math.isfinite(value)]
    if not values:
        return Verdict.EMPTY
    return Verdict.FINE if any(values) else Verdict.ZERO


def best(*verdicts: Verdict) -> Verdict:
    """The best of several."""
    return max(verdicts, key=list(Verdict).index)
