"""What a case's milestones, levels and desks are called."""

import pytest

from router.cli.case_names import OWN, Names
from router.cli.words import choose_language
from router.core.policies.milestone_checks import TAKEN
from router.presets import preset_policy
from tests.city import city

NAMES = Names(city(), [preset_policy("linyi")])


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("close", "5个工作日办结 (close)", "5个工作日办结 (close)"),
        ("close@district", "5个工作日办结·区县 (close@district)", "5个工作日办结 · district (close@district)"),
        (
            "report@supervision-2",
            "report·督查 2 级 (report@supervision-2)",
            "report · supervision-2 (report@supervision-2)",
        ),
        ("level:congress", "督办层级 人大、政协监督 (congress)", "level 人大、政协监督 (congress)"),
        ("return_decision", "退单审批 (return_decision)", "decision on the return (return_decision)"),
        ("report_in:lake-water", "报到 lake-water", "reporting in lake-water"),
        ("nobody_knows", "nobody_knows", "nobody_knows"),
    ],
)
def test_a_milestone_has_its_title_and_its_code(name: str, zh: str, en: str) -> None:
    for language, said in (("zh", zh), ("en", en)):
        choose_language(language)
        assert NAMES.milestone(name) == said


def test_every_clock_of_the_programs_own_has_a_name() -> None:
    assert set(TAKEN) <= set(OWN)
