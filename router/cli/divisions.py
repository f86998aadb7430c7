"""`case-router divisions`: import a tree, look at it, change it while the router runs."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.call import Call
from router.cli.division_import import read_divisions
from router.cli.grammar import Nouns, option
from router.cli.handing_in import no_desk
from router.cli.operating import operating
from router.cli.output import emit, emit_fields, emit_json, emit_table, tell
from router.cli.putting_in_force import put_in_force, say_in_force
from router.cli.rerouting import reroute
from router.cli.words import value_word, word
from router.core.territory import divisions as changes
from router.core.territory.division_files import dump_toml, refusal
from router.core.territory.tree import Category, Desk, DeskKind, Tree
from router.rulebook import TREE, tree_in_force

_CHANGES = ("add", "accounts", "rename", "merge", "redirect", "deactivate")

divisions = Nouns("divisions", {name: f"router.cli.division_changes:{name}" for name in _CHANGES})


@divisions.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@option("--root", metavar="CODE")
@option("--columns", metavar="MAPPING")
@option("--tiers", metavar="NAMES")
@option("--join", type=click.Path(path_type=Path), metavar="FILE")
@option("--encoding", metavar="NAME")
@option("--if-none", is_flag=True)
@option("--dry-run", is_flag=True)
@click.pass_obj
def import_(
    call: Call,
    /,
    files: tuple[Path, ...],
    root: str | None,
    columns: str | None,
    tiers: str | None,
    join: Path | None,
    encoding: str | None,
    if_none: bool,  # noqa: FBT001 - click's flag
    dry_run: bool,  # noqa: FBT001 - click's flag
) -> int:
    """Read, complete and check files, and put the tree in force."""
    named = [one.strip() for one in tiers.split(",")] if tiers else None
    loaded = read_divisions(files, root=root, columns=columns, tiers=named, join=join, encoding=encoding)
    file = changes.complete(loaded.file)
    if faults := changes.check(file, loaded.origin):
        raise refusal(faults)
    if dry_run:
        return say_in_force(call, Tree(file), [], None)
    with operating(call) as installation:
        stays = if_none and installation.ledger.current(TREE) is not None
        done = None if stays else put_in_force(installation, file)
    code = say_in_force(call, Tree(file), [], done)
    if stays:
        tell(word("tree_stays"))
    return code


@divisions.command("list")
@option(
    "--kind",
    type=click.Choice([one.value for one in DeskKind]),
    metavar="KIND",
    says="divisions list --kind",
)
@click.pass_obj
def list_desks(call: Call, /, kind: str | None) -> None:
    """List the desks of the tree in force."""
    with call.installation() as installation:
        tree = Tree(tree_in_force(installation.ledger))
    desks = [desk for desk in tree if kind is None or desk.kind == kind]
    if call.as_json:
        emit_json({"tree": tree.version, "desks": desks})
        return
    headers = [word(f"desk_{name}") for name in ("code", "name", "kind", "tier", "superior", "served")]
    emit_table(headers, (_row(tree, desk) for desk in desks))


@divisions.command("show")
@click.argument("desk", required=False, metavar="[DESK]")
@option("--toml", "as_toml", is_flag=True)
@click.pass_obj
def show(call: Call, /, desk: str | None, as_toml: bool) -> None:  # noqa: FBT001 - click's flag
    """Show one desk with its chain of superiors; without one, the tree."""
    with call.installation() as installation:
        tree = Tree(tree_in_force(installation.ledger))
    if desk is None:
        _show_tree(call, tree, as_toml=as_toml)
        return
    if desk not in tree.desks:
        raise no_desk(tree, desk)
    one, chain = tree.desks[desk], tree.chain(desk)
    if call.as_json:
        emit_json({"desk": one, "chain": [above.code for above in chain]})
        return
    code, name, kind, tier, superior, served = _row(tree, one)
    values = {"code": code, "name": name, "kind": kind, "tier": tier, "superior": superior, "served": served}
    values["division"] = " / ".join(tree.divisions[part].name for part in tree.path(one.division))
    values["accounts"] = ", ".join(one.accounts) or "-"
    values["chain"] = " → ".join(above.code for above in chain)
    emit_fields((word(f"desk_{key}"), value) for key, value in values.items())


@divisions.command("categories")
@click.pass_obj
def categories(call: Call, /) -> None:
    """List the categories of the tree in force."""
    with call.installation() as installation:
        tree = Tree(tree_in_force(installation.ledger))
    if call.as_json:
        emit_json({"tree": tree.version, "categories": tree.file.categories})
    elif not tree.file.categories:
        tell(word("category_none"))
    else:
        headers = [
            word(key) for key in ("desk_code", "desk_name", "category_group", "category_line", "category_tier")
        ]
        emit_table(headers, (_category_row(tree, one) for one in tree.file.categories))


def _category_row(tree: Tree, category: Category) -> tuple[str, ...]:
    # Without a line the case goes to a territorial desk, whose tier the division decides.
    tier = value_word(tree.tiers[category.line_tier]) if category.line is not None else "-"
    return category.code, category.name, category.group, category.line or "-", tier


@divisions.command("reroute")
@click.pass_obj
def reroute_(call: Call, /) -> int:
    """Move what a change that was interrupted left behind."""
    with operating(call) as installation:
        tree = installation.rulebook().tree
        done = reroute(installation)
    return say_in_force(call, tree, [], (done, False))


def _show_tree(call: Call, tree: Tree, *, as_toml: bool) -> None:
    if as_toml:
        emit(dump_toml(tree.file).rstrip("\n"))
    elif call.as_json:
        emit_json({"version": tree.version, **_counts(tree)})
    else:
        pairs = [("tree_version", tree.version), *((f"tree_{key}", str(n)) for key, n in _counts(tree).items())]
        emit_fields((word(key), value) for key, value in pairs)


def _counts(tree: Tree) -> dict[str, object]:
    known = sum(not division.unknown for division in tree.file.divisions)
    return {
        "tiers": ", ".join(tree.tiers),
        "divisions": known,
        "desks": len(tree.file.desks),
        "categories": len(tree.categories),
    }


def _row(tree: Tree, desk: Desk) -> tuple[str, ...]:
    standing = tree.standing(desk.code)
    name = desk.name
    if standing is None:
        name += f" ({word('desk_inactive')})"
    elif standing.code != desk.code:
        name += f" (→ {standing.code})"
    tier = value_word(tree.tiers[tree.tier_of(desk)])
    return desk.code, name, value_word(desk.kind), tier, desk.superior or "-", value_word(f"served_{desk.served}")
