"""Divisions: imported, looked at, changed while cases are running."""

import pytest

from router.app import installation
from router.cli import rerouting
from router.presets import preset_text
from router.settings import Settings
from tests.unit.cli.conftest import Shell

SMALL = """
tiers = ["city", "street"]

[[division]]
code = "c"
name = "云溪市"

[[division]]
code = "s1"
name = "一街道"
parent = "c"
"""
TABLE = "id,title,up\nc,云溪市,\nd,湖滨区,c\ns,柳荫街道,d\n"


def lead(shell: Shell, case: str) -> str:
    found: str = shell("case", "show", case, "--json").json["case"]["lead"]
    return found


def test_a_tree_is_imported_from_toml_and_completed(bare: Shell) -> None:
    bare("db", "upgrade")
    done = bare("divisions", "import", bare.file("tree.toml", SMALL), "--json")
    assert done.code == 0
    assert done.json["in_force"]
    assert done.json["desks"] > 2


def test_a_tree_is_imported_from_a_table_with_columns_of_its_own(bare: Shell) -> None:
    bare("db", "upgrade")
    file = bare.file("tree.csv", TABLE)
    done = bare("divisions", "import", file, "--columns", "code=id,name=title,parent=up")
    assert done.code == 0, done.err
    assert bare("divisions", "import", file).code == 4


def test_departments_are_joined_to_a_table(bare: Shell) -> None:
    bare("db", "upgrade")
    desks = bare.file(
        "desks.toml", '[[desk]]\ncode = "w"\nname = "水务"\nkind = "functional"\ndivision = "d"\nline = "water"\n'
    )
    words = ("--columns", "code=id,name=title,parent=up", "--join", desks)
    assert bare("divisions", "import", bare.file("tree.csv", TABLE), *words).code == 0
    bare("policy", "import", "default")
    assert "水务" in bare("divisions", "show", "w").out


def test_a_dry_run_puts_nothing_in_force(shell: Shell) -> None:
    before = shell("divisions", "show", "--json").json
    done = shell("divisions", "import", shell.file("tree.toml", SMALL), "--dry-run", "--json")
    assert done.code == 0
    assert not done.json["in_force"]
    assert shell("divisions", "show", "--json").json == before


def test_a_first_import_leaves_the_tree_that_is_in_force(bare: Shell) -> None:
    bare("db", "upgrade")
    tree, other = bare.file("tree.toml", SMALL), bare.file("other.toml", SMALL.replace("一街道", "二街道"))
    assert bare("divisions", "import", tree, "--if-none", "--json").json["in_force"]
    done = bare("divisions", "import", other, "--if-none", "--json")
    assert (done.code, done.json["in_force"]) == (0, False)
    assert "it stays" in done.err
    assert "一街道" in bare("divisions", "show", "--toml").out


def test_tiers_that_a_policy_does_not_know_do_not_come_into_force(shell: Shell) -> None:
    shell.open()
    before = shell("divisions", "show", "--json").json
    assert shell("divisions", "import", shell.file("tree.toml", SMALL)).code == 4
    assert shell("divisions", "show", "--json").json == before
    shell.open(source_id="2")


def test_faults_of_a_tree_are_named_by_row(shell: Shell) -> None:
    done = shell(
        "divisions",
        "import",
        shell.file("tree.toml", SMALL + '[[division]]\ncode = "s1"\nname = "x"\nparent = "c"\n'),
    )
    assert done.code == 4
    assert "tree.toml:" in done.err
    assert "s1" in done.err
    assert shell("divisions", "import", "nowhere.toml").code == 4


def test_the_tree_is_shown_as_it_can_be_imported_again(shell: Shell) -> None:
    text = shell("divisions", "show", "--toml").out
    before = shell("divisions", "show", "--json").json["version"]
    done = shell("divisions", "import", shell.file("again.toml", text), "--json")
    assert done.json["tree"] == before


def test_a_desk_is_shown_with_its_chain_in_both_languages(shell: Shell) -> None:
    assert "liuyin → hubin → yunxi" in shell("divisions", "show", "liuyin").out
    assert "提级路径" in shell("divisions", "show", "liuyin", lang="zh").out
    assert shell("divisions", "show", "liuyin", "--json").json["chain"][:3] == ["liuyin", "hubin", "yunxi"]
    assert shell("divisions", "show", "liuyi").code == 3
    assert "停用" in shell("divisions", "list", lang="zh").out
    assert {desk["kind"] for desk in shell("divisions", "list", "--kind", "triage", "--json").json["desks"]} == {
        "triage"
    }


def test_a_merged_desks_open_cases_move_with_an_entry(shell: Shell) -> None:
    waiting, signed = shell.open(source_id="1"), shell.open(source_id="2")
    shell("case", "accept", signed, "--desk", "liuyin")
    done = shell("divisions", "merge", "liuyin", "--into", "wanghu", "--json")
    assert done.code == 0, done.err
    assert done.json["moved"] == sorted([waiting, signed])
    assert lead(shell, waiting) == lead(shell, signed) == "wanghu"
    last = shell("case", "show", signed, "--json").json["history"][-1]
    assert last["actor"] == {"role": "system", "id": "divisions"}
    assert lead(shell, shell.open(source_id="3")) == "wanghu"


def test_a_closed_desks_open_cases_are_routed_afresh(shell: Shell) -> None:
    case = shell.open()
    done = shell("divisions", "deactivate", "liuyin")
    assert done.code == 0, done.err
    assert "1 open case was dispatched anew" in done.err
    assert lead(shell, case) != "liuyin"
    assert shell("audit").code == 0


def test_an_import_without_a_desk_moves_its_cases(shell: Shell) -> None:
    case = shell.open()
    text = shell("divisions", "show", "--toml").out
    blocks = [block for block in text.split("\n\n") if '"liuyin"' not in block and '"liuyin:' not in block]
    done = shell("divisions", "import", shell.file("less.toml", "\n\n".join(blocks)), "--json")
    assert done.code == 0, done.err
    assert done.json["moved"] == [case]
    assert not lead(shell, case).startswith("liuyin")


def test_what_an_interruption_left_behind_is_moved_later_and_once(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shell.open()
    with monkeypatch.context() as patched:
        patched.setattr("router.cli.putting_in_force.reroute", lambda _: rerouting.Rerouted(moved=(), stayed={}))
        shell("divisions", "merge", "liuyin", "--into", "wanghu")
    assert lead(shell, case) == "liuyin"
    audited = shell("audit", "--json")
    assert audited.code == 7
    assert [one["code"] for one in audited.json["findings"]] == ["lead_gone"]
    assert shell("divisions", "reroute", "--json").json["moved"] == [case]
    assert shell("divisions", "reroute", "--json").json["moved"] == []
    assert lead(shell, case) == "wanghu"


def test_an_office_and_a_department_are_added(shell: Shell) -> None:
    done = shell("divisions", "add", "xinqu", "--name", "新区街道", "--parent", "hubin", "--shell", "--json")
    assert done.code == 0, done.err
    assert {"desk": "xinqu", "kind": "added", "to": None} in done.json["changed"]
    assert shell("divisions", "add", "zoo", "--name", "园林局", "--parent", "yunxi", "--line", "zoo").code == 0
    assert shell("divisions", "show", "zoo", "--json").json["desk"]["line"] == "zoo"


def test_a_renamed_desk_keeps_its_code_and_its_cases(shell: Shell) -> None:
    case = shell.open()
    assert shell("divisions", "rename", "liuyin", "--name", "柳荫街道办事处").code == 0
    assert lead(shell, case) == "liuyin"
    assert "柳荫街道办事处" in shell("case", "show", case).out


def test_a_redirect_holds_until_it_ends(shell: Shell) -> None:
    case = shell.open()
    assert shell("divisions", "redirect", "liuyin", "--to", "wanghu").code == 0
    assert lead(shell, case) == "wanghu"
    assert shell("divisions", "redirect", "liuyin", "--end").code == 0
    assert lead(shell, shell.open(source_id="2")) == "liuyin"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "x", "--name", "x", "--parent", "nowhere"), 3),
        (("add", "liuyin", "--name", "x", "--parent", "hubin"), 5),
        (("merge", "nobody", "--into", "wanghu"), 3),
        (("merge", "hubin", "--into", "liuyin"), 5),
        (("deactivate", "dispatch"), 5),
        (("redirect", "liuyin"), 2),
        (("redirect", "liuyin", "--to", "wanghu", "--end"), 2),
        (("rename", "liuyin"), 2),
    ],
)
def test_what_cannot_be_changed_says_why(shell: Shell, words: tuple[str, ...], code: int) -> None:
    before = shell("divisions", "show", "--json").json
    assert shell("divisions", *words).code == code
    assert shell("divisions", "show", "--json").json == before


def test_a_case_about_an_office_is_never_moved_to_it(shell: Shell) -> None:
    shell.open("--subject-desk", "wanghu", source_id="about")
    with installation(Settings(ledger=shell.ledger)) as opened:
        tree = opened.rulebook().tree
        for case in opened.ledger.all_cases():
            assert rerouting.heir(tree, case).code != "wanghu"


def test_whoever_does_the_work_of_the_subject_since_loses_the_report_and_once(shell: Shell) -> None:
    case = shell.open("--subject-desk", "wanghu", source_id="about")
    assert lead(shell, case) == "hubin"
    done = shell("divisions", "redirect", "wanghu", "--to", "hubin", "--json")
    assert done.code == 0, done.err
    assert done.json["moved"] == [case]
    assert lead(shell, case) not in ("hubin", "wanghu")
    assert shell("divisions", "reroute", "--json").json["moved"] == []
    assert shell("audit", "--json").json["findings"] == []


def test_a_resolved_case_waits_for_its_gate_and_is_left_alone(shell: Shell) -> None:
    own = preset_text("policies", "default").replace('kind = "none"', 'kind = "follow_up"', 1)
    assert shell("policy", "import", shell.file("gated.toml", own)).code == 0
    case = shell.open()
    assert shell("case", "resolve", case, "--desk", "liuyin").code == 0
    done = shell("divisions", "merge", "liuyin", "--into", "wanghu", "--json")
    assert done.code == 0
    assert done.json["moved"] == []
    assert shell("audit").code == 0
    assert shell("case", "follow-up", case, "--result", "not_accepted").code == 0
    shell("divisions", "reroute")
    assert lead(shell, case) == "wanghu"
    assert shell("audit").code == 0


def test_a_tree_is_shown_before_there_is_any_policy(bare: Shell) -> None:
    assert bare("db", "upgrade").code == 0
    table = bare.file("city.csv", "code,name,parent\nc,市,\nd,区,c\ns,街道,d\n")
    assert bare("divisions", "import", str(table)).code == 0
    assert "d:triage" in bare("divisions", "list").out
    assert bare("divisions", "show", "s").code == 0
    assert "no categories" in bare("divisions", "categories").err


def test_the_categories_of_an_installation_are_listed(shell: Shell) -> None:
    assert "路灯不亮" in shell("divisions", "categories").out
    assert {"code", "name", "group", "line"} <= shell("divisions", "categories", "--json").json["categories"][
        0
    ].keys()
