"""`[extension]`, `[suspension]`, `[repeat]`, `[recheck]` and `pauses` in a policy's file."""

import pytest

from router.core.policies.policy import Elapsed, ExtensionRule, RecheckRule, RepeatRule, SuspensionRule
from router.core.policies.policy_file import load_policy
from router.errors import ConfigurationError
from tests.city import days, working_days

FILE = """
name = "p"
calendar = "cn"
milestone = [{ name = "close", within = "5wd" }, { name = "safety", within = "1d", pauses = false }]
ladder = [{ step = "street" }]
"""


def test_a_policy_that_says_nothing_allows_neither_and_its_clocks_pause() -> None:
    found = load_policy(FILE, "p.toml")
    assert (found.extension, found.suspension, found.repeat) == (None, None, None)
    assert [rule.pauses for rule in found.milestones] == [True, False]


def test_what_is_left_out_has_a_default() -> None:
    found = load_policy(f'{FILE}[extension]\nlongest = "10wd"\n[suspension]\n', "p.toml")
    assert found.extension == ExtensionRule(longest=working_days(10), cap=1, decide_within=working_days(1))
    assert found.suspension == SuspensionRule(
        longest=days(90), recheck=days(30), cap=1, decide_within=working_days(1)
    )


def test_a_policy_says_at_which_complaint_a_case_goes_up() -> None:
    assert load_policy(f"{FILE}[repeat]\nescalate_at = 2\n", "p.toml").repeat == RepeatRule(escalate_at=2)


@pytest.mark.parametrize("said", ["", "escalate_at = 1\n", 'escalate_at = "three"\n', "at = 3\n"])
def test_a_number_of_complaints_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ConfigurationError, match="repeat"):
        load_policy(f"{FILE}[repeat]\n{said}", "p.toml")


def test_all_of_it_can_be_said() -> None:
    more = 'cap = 2\nreasons = ["parts"]\ndecide_within = "4h"\n'
    found = load_policy(f'{FILE}[extension]\nlongest = "3d"\n{more}', "p.toml")
    assert found.extension == ExtensionRule(
        longest=days(3), cap=2, reasons=("parts",), decide_within=Elapsed(4 * 3600)
    )


def test_a_recheck_is_every_so_often_or_in_its_season() -> None:
    found = load_policy(f'{FILE}[recheck]\nevery = "90d"\ntimes = 2\n', "p.toml")
    assert found.recheck == RecheckRule(every=days(90), times=2, outcomes=("explained",))
    found = load_policy(f'{FILE}[recheck]\nmonths = [9, 6, 9]\noutcomes = ["solved", "settled"]\n', "p.toml")
    assert found.recheck == RecheckRule(months=(6, 9), outcomes=("solved", "settled"))
    assert load_policy(FILE, "p.toml").recheck is None


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("[extension]\n", "longest"),
        ('[extension]\nlongest = "4h"\n', "longest"),
        ('[extension]\nlongest = "3d"\nmax = 1\n', "max"),
        ('[extension]\nlongest = "3d"\ncap = 0\n', "cap"),
        ('[suspension]\nrecheck = "20:00"\n', "recheck"),
        ("[recheck]\n", "every"),
        ('[recheck]\nevery = "90d"\nmonths = [6]\n', "every"),
        ("[recheck]\nmonths = [13]\n", "months"),
        ("[recheck]\nmonths = 6\n", "months"),
        ('[recheck]\nevery = "20:00"\n', "every"),
        ('[recheck]\nevery = "90d"\ntimes = 0\n', "times"),
        ('[recheck]\nevery = "90d"\noutcomes = ["happy"]\n', "outcomes"),
        ('[suspension]\nlongest = "given"\n', "longest"),
    ],
)
def test_what_is_wrong_is_named(table: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        load_policy(FILE + table, "p.toml")
