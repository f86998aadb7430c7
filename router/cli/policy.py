"""`case-router policy`: the policies in force and how others come into force."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from router.app import Installation
from router.calendars import calendars_in_force, install_calendars
from router.cli.call import Call
from router.cli.grammar import Nouns, option
from router.cli.named_in_vain import tell_absent
from router.cli.operating import operating
from router.cli.output import emit_json, emit_table, tell
from router.cli.policy_show import show_policy
from router.cli.policy_sources import calendar_set, sources_named
from router.cli.recounting import forecast, recount, tell_forecast
from router.cli.words import said, word
from router.core.policies.matching import check_set
from router.core.policies.policy_file import load_policy
from router.core.territory.named_desks import require_receivers
from router.core.territory.tree import Tree, TreeFile
from router.errors import ConfigurationError, NotFoundError
from router.presets import list_presets, preset_policy
from router.rulebook import POLICIES, TREE, PolicySet, install_policies

policy = Nouns("policy", {"replan": "router.cli.policy_replan:replan"})


@policy.command("import")
@click.argument("names", nargs=-1, required=True, metavar="FILE|PRESET…")
@option("--calendar", "calendars", multiple=True, type=click.Path(path_type=Path), metavar="FILE")
@option("--if-none", is_flag=True)
@option("--dry-run", is_flag=True)
@click.pass_obj
def import_(
    call: Call,
    /,
    names: Sequence[str],
    calendars: Sequence[Path],
    if_none: bool,  # noqa: FBT001 - click's flag
    dry_run: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Check policies as a set and put them in force."""
    with operating(call, dry_run=dry_run) as installation:
        if if_none and (current := installation.ledger.current(POLICIES)) is not None:
            if call.as_json:
                emit_json({"policies": current[0], "names": []})
            tell(word("policies_stay"))
            return
        tree = _tree(installation)
        tiers = tree.tiers
        chosen = PolicySet(policies=sources_named(names))
        known = calendar_set(calendars, installation.ledger)
        policies = [load_policy(one.text, one.name, tiers) for one in chosen.policies]
        check_set(policies, known.calendars(), [one.name for one in chosen.policies])
        require_receivers(policies, tree)
        tell_absent(policies, tree)
        if dry_run:
            tell(word("policies_checked", count=len(policies)))
            return
        if calendars:
            install_calendars(installation.ledger, known, installation.now())
        version = install_policies(installation.ledger, chosen, tiers, installation.now())
        if calendars:
            _count_again(installation)
    if call.as_json:
        emit_json({"policies": version, "names": list(names)})
    tell(word("policies_in_force", version=version, count=len(policies)))


@policy.command("list")
@click.pass_obj
def list_policies(call: Call, /) -> None:
    """List the policies in force, in the order they are tried."""
    with call.installation() as installation:
        rules = installation.rulebook()
    found = rules.policies
    if call.as_json:
        emit_json([{"version": one.version, **msgspec.to_builtins(one)} for one in found])
        return
    headers = [word(f"policy_{name}") for name in ("version", "title", "calendar", "from", "to", "milestones")]
    emit_table(
        headers,
        (
            (
                one.version,
                one.title,
                one.calendar,
                str(one.effective_from or "-"),
                str(one.effective_to or "-"),
                ", ".join(rule.name for rule in one.milestones),
            )
            for one in found
        ),
    )


@policy.command("show")
@click.argument("name", metavar="NAME|VERSION")
@click.pass_obj
def show(call: Call, /, name: str) -> None:
    """Show a policy in force: what it counts, where a case climbs, and for what a desk may give one back."""
    with call.installation() as installation:
        found = installation.rulebook().policies
    one = next((policy for policy in found if name in (policy.name, policy.version)), None)
    if one is None:
        known = ", ".join(policy.name for policy in found)
        raise NotFoundError(said("no_policy", policy=name), todo=said("no_policy_todo", known=known))
    if call.as_json:
        emit_json({"version": one.version, **msgspec.to_builtins(one)})
    else:
        show_policy(one)


@policy.command("presets")
@click.pass_obj
def presets(call: Call, /) -> None:
    """List what is shipped."""
    titled = [(name, preset_policy(name).title) for name in list_presets()]
    if call.as_json:
        emit_json([{"name": name, "title": title} for name, title in titled])
    else:
        emit_table([word("case_policy"), word("policy_title")], titled)


def _count_again(installation: Installation) -> None:
    """A calendar that came with the policies may be one that running cases are counted by."""
    installation.rulebook.reload()
    tell_forecast(forecast(installation, installation.rulebook().calendars))
    recount(installation, calendars_in_force(installation.ledger)[0])


def _tree(installation: Installation) -> Tree:
    """The tree in force; a policy's ladder names its tiers, so it comes first.

    Raises:
        ConfigurationError: no tree is installed.
    """
    found = installation.ledger.current(TREE)
    if found is None:
        raise ConfigurationError(
            "no tree is installed, and a policy's ladder names its tiers",
            where=installation.ledger.name,
            todo="Run first: case-router divisions import FILE",
        )
    return Tree(msgspec.msgpack.decode(found[1], type=TreeFile))
