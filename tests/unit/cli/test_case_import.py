"""`case import --open`: two thousand running cases, bad rows by line, and a second run that changes nothing."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import Shell

MAPPING = """
source = "old"
zone = "Asia/Shanghai"
times = ["%Y-%m-%d %H:%M"]

[columns]
id = "no"
opened_at = "opened"
closed_at = "closed"

[desk]
column = "desk"

[category]
column = "kind"

[[division]]
column = "district"

[[division]]
column = "street"
"""
HEADER = "no,opened,closed,desk,kind,district,street"


def table(shell: Shell, *rows: str) -> tuple[Path, Path]:
    return shell.file("old.csv", "\n".join((HEADER, *rows)) + "\n"), shell.file("old.toml", MAPPING)


def give(shell: Shell, *rows: str, more: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    file, mapping = table(shell, *rows)
    return shell("case", "import", "--open", file, "--mapping", mapping, "--json", *more)


def counted(shell: Shell) -> dict[object, object]:
    """Entries by name."""
    rows = shell.rows("select type, count(*) from entries group by type")
    return {row[0]: row[1] for row in rows}


def row(number: int, *, closed: str = "", desk: str = "liuyin", opened: str = "2026-01-05 09:00") -> str:
    return f"{number},{opened},{closed},{desk},noise,hubin,liuyin"


def test_two_thousand_running_cases_are_taken_over_and_none_escalates(shell: Shell) -> None:
    rows = [row(number) for number in range(2_000)]
    done = give(shell, *rows)
    assert done.code == 0, done.err
    told = done.json
    assert (told["rows"], told["taken"], told["known"], told["bad"]) == (2_000, 2_000, 0, [])
    assert told["old_misses"] >= 2_000
    kinds = counted(shell)
    assert kinds["Received"] == kinds["ClocksRearmed"] == 2_000
    assert kinds["DeadlineMissed"] == told["old_misses"]
    assert "Escalated" not in kinds
    # Nothing is due now, nor within the hour.
    assert shell("status", "--json").json["figures"]["overdue"] == 0
    # Run again, it finds all of them here.
    again = give(shell, *rows).json
    assert (again["taken"], again["known"]) == (0, 2_000)
    assert counted(shell) == kinds


def test_bad_rows_are_named_by_file_and_line_and_the_others_are_taken(shell: Shell) -> None:
    done = give(
        shell,
        row(1),
        row(2, opened="yesterday"),
        row(3, closed="2026-02-01 09:00"),
        row(4, opened="2999-01-01 09:00"),
        row(1, opened="2026-01-06 09:00"),
        row(5, desk="nobody"),
    )
    assert done.code == 1
    told = done.json
    assert [(Path(one["file"]).name, one["line"]) for one in told["bad"]] == [
        ("old.csv", 3),
        ("old.csv", 5),
        ("old.csv", 6),
    ]
    assert (told["rows"], told["taken"], told["closed"]) == (6, 2, 1)
    for one in told["bad"]:
        assert one["zh"]
        assert one["en"]
    # A desk nobody knows goes to triage, and is lost by nobody.
    assert shell.rows("select count(*) from cases where lead = 'liuyin'") == [(1,)]
    assert shell.rows("select count(*) from cases where state <> 'closed'") == [(2,)]


def test_a_dry_run_says_how_much_and_writes_nothing(shell: Shell) -> None:
    done = give(shell, row(1), row(2), more=("--dry-run",))
    assert done.code == 0
    assert done.json["taken"] == 2
    assert done.json["old_misses"] >= 2
    assert shell.rows("select count(*) from cases") == [(0,)]


def test_another_account_of_a_case_that_is_here_is_refused_by_line(shell: Shell) -> None:
    give(shell, row(1))
    done = give(shell, row(1, opened="2026-01-06 09:00"))
    assert done.code == 1
    assert [one["line"] for one in done.json["bad"]] == [2]
    assert shell.rows("select count(*) from cases") == [(1,)]


def test_what_is_said_is_in_both_languages(shell: Shell) -> None:
    file, mapping = table(shell, row(1), row(2, opened="yesterday"))
    chinese = shell("case", "import", "--open", file, "--mapping", mapping, lang="zh").err
    assert "第 3 行" in chinese
    assert "接管 1 件" in chinese
    english = shell("case", "import", "--open", file, "--mapping", mapping).err
    assert "line 3" in english
    assert "1 were here" in english


def test_what_was_missed_before_the_import_stands_apart_from_the_misses_of_desks(shell: Shell) -> None:
    assert give(shell, row(1), row(2)).code == 0
    counted_misses = shell("sla", "holds", "--json").json
    assert (counted_misses["missed"], counted_misses["missed_outside"]) == (0, 0)
    assert counted_misses["missed_before_import"] >= 2
    assert "before the import" in shell("sla", "holds").out
