"""What an entry says where its event may say one of two things, in both languages."""

from datetime import UTC, datetime

import msgspec
import pytest

from router.cli.case_names import Names
from router.cli.event_words import sentence
from router.cli.words import choose_language
from router.core.events import AnyEvent, ClocksRearmed, DeadlineMissed, DeadlineRecomputed, EscalationUndone
from router.core.policies.policy import OnPass
from router.presets import preset_policy
from tests.city import city

NAMES = Names(city(), [preset_policy("dazhou")])
#: 2026-09-25 00:00 and 2026-09-28 18:00 in Beijing.
DUE, LATER = datetime(2026, 9, 24, 16, tzinfo=UTC), datetime(2026, 9, 28, 10, tzinfo=UTC)

UNDONE = EscalationUndone(
    milestone="x", due_at=DUE, desk="nobody", step=0, by="王", step_name="street", moved_to=LATER, returned=True
)
CERTAIN = DeadlineRecomputed(milestone="x", due_at=DUE, moved_to=DUE, provisional=False, calendar="cn@1")
MISSED = DeadlineMissed(milestone="x", due_at=DUE, on_pass=OnPass.NOTHING, charged_to="")


@pytest.mark.parametrize(
    ("event", "zh", "en"),
    [
        (
            UNDONE,
            "王 撤销因 x（2026-09-25 00:00）的提级，工单退回 nobody",
            "王 undid the escalation for x of 2026-09-25 00:00; the case goes back to nobody",
        ),
        (
            msgspec.structs.replace(UNDONE, returned=False),
            "王 撤销使 nobody 失去工单的超时 x（2026-09-25 00:00）；其间已有人办理，工单不退回",
            "王 took back the miss of x of 2026-09-25 00:00 that cost nobody the case; "
            "the case stays where it is: somebody has dealt with it meanwhile",
        ),
        (
            CERTAIN,
            "重算时限：x（2026-09-25 00:00）不变，由暂定转为确定（日历 cn@1）",
            "x counted again: it stays 2026-09-25 00:00, and is certain now (calendar cn@1)",
        ),
        (
            msgspec.structs.replace(CERTAIN, provisional=True),
            "重算时限：x（2026-09-25 00:00）不变，由确定转为暂定（日历 cn@1）",
            "x counted again: it stays 2026-09-25 00:00, and is provisional now (calendar cn@1)",
        ),
        (
            msgspec.structs.replace(CERTAIN, moved_to=LATER),
            "重算时限：x 由 2026-09-25 00:00 改为 2026-09-28 18:00（日历 cn@1）",
            "x counted again, from 2026-09-25 00:00 to 2026-09-28 18:00 (calendar cn@1)",
        ),
        (
            MISSED,
            "节点 x（2026-09-25 00:00）超时，不计入任何单位",
            "missed x of 2026-09-25 00:00, which is charged to no desk",
        ),
        (
            msgspec.structs.replace(MISSED, charged_to="nobody"),
            "节点 x（2026-09-25 00:00）超时，时限属 nobody",
            "missed x of 2026-09-25 00:00, a clock of nobody",
        ),
        *(
            (
                ClocksRearmed(reason=reason, milestones=()),
                f"补设时限（{zh}）",
                f"deadlines set that were not running ({en})",
            )
            for reason, zh, en in (
                ("audit", "稽核发现缺时限", "the audit found that none ran"),
                ("import", "接管在办工单", "the case was taken over while it ran"),
                ("receipt", "来件所带时限已过", "the due date it brought was over"),
            )
        ),
    ],
)
def test_an_entry_says_in_words_which_of_its_cases_it_is(event: AnyEvent, zh: str, en: str) -> None:
    for language, told in (("zh", zh), ("en", en)):
        choose_language(language)
        assert sentence(event, NAMES) == told
