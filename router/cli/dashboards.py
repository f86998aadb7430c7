"""`case-router dashboards`: dashboards for Grafana, in the colours of a city's policies."""

from __future__ import annotations

import json
from pathlib import Path

import click

from router.cli.call import Call
from router.cli.grammar import Nouns, option
from router.cli.made_files import write_or_compare
from router.cli.output import emit_json
from router.cli.policy_sources import sources_named
from router.core.policies.policy_file import TIERS, load_policy
from router.dashboards.colours import look
from router.dashboards.render import rendered
from router.presets import list_presets, preset_policy

dashboards = Nouns("dashboards")


@dashboards.command("render")
@option("--out", says="dashboards render --out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@option("--policy", "names", multiple=True, metavar="FILE|PRESET", says="dashboards render --policy")
@option("--tiers", metavar="NAMES")
@option("--check", says="rules render --check", is_flag=True)
@click.pass_obj
def render(call: Call, /, out: Path | None, names: tuple[str, ...], tiers: str | None, check: bool) -> int:  # noqa: FBT001 - click hands it over by name
    """Write the files, print them as one document, or compare them with what lies there; 7 when that differs."""
    known = [one.strip() for one in tiers.split(",")] if tiers else TIERS
    policies = [load_policy(source.text, source.name, known) for source in sources_named(names)]
    if not names:
        policies = [preset_policy(name) for name in list_presets()]
    made = dict(rendered(look(policies, call.settings().on_time_target)))
    if out is None:
        emit_json({name: json.loads(text) for name, text in made.items()})
        return 0
    return write_or_compare(call, made, out, check=check, command="dashboards render")
