"""What a policy file may say of watchers, reviews and the dispatch, and what is wrong with it."""

from __future__ import annotations

import pytest

from router.core.policies.policy import Policy, Required, Requirement, Satisfies
from router.core.policies.policy_file import load_policy
from router.errors import ConfigurationError

_HEAD = """
name = "ours"
calendar = "natural"
ladder = [{ step = "street" }]
"""
_CLOSE = '[[milestone]]\nname = "close"\nwithin = "5d"\n'
_WATCHERS = """
[[watcher]]
name = "supervision_group"
desk = "group"
[[watcher]]
name = "petition_group"
title = "信访组"
desk = "petitions"
"""


def _read(text: str) -> Policy:
    return load_policy(_HEAD + text, "ours.toml")


def _milestone(*lines: str) -> str:
    return "\n".join(('[[milestone]]\nname = "look"\nwithin = "3d"', *lines, ""))


def test_watchers_and_whose_mark_or_review_a_milestone_waits_for() -> None:
    policy = _read(
        _CLOSE
        + _milestone('satisfied_by = "marked"', 'by = "petition_group"')
        + '[[milestone]]\nname = "review"\nwithin = "3d"\nsatisfied_by = "reviewed"\nby = "superior"\n'
        + _WATCHERS
    )
    assert [(one.name, one.desk) for one in policy.watchers] == [
        ("supervision_group", "group"),
        ("petition_group", "petitions"),
    ]
    assert [(rule.satisfied_by, rule.by) for rule in policy.milestones[1:]] == [
        (Satisfies.MARKED, "petition_group"),
        (Satisfies.REVIEWED, "superior"),
    ]


def test_what_a_dispatch_waits_for_and_who_leads_a_joint_one() -> None:
    policy = _read(_CLOSE + '[dispatch]\nrequires = ["leader:city", "instruction"]\nlead = "district"\n')
    assert policy.dispatch.requires == (
        Requirement(what=Required.LEADER, tier="city"),
        Requirement(what=Required.INSTRUCTION),
    )
    assert [str(one) for one in policy.dispatch.requires] == ["leader:city", "instruction"]
    assert policy.dispatch.lead == "district"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (_milestone('satisfied_by = "marked"') + _WATCHERS, "milestone 1", "the key by is missing"),
        (_milestone('satisfied_by = "marked"', 'by = "superior"') + _WATCHERS, "by", "no watcher superior"),
        (_milestone('satisfied_by = "reviewed"', 'by = "petition_grup"') + _WATCHERS, "by", "no watcher"),
        (_milestone('satisfied_by = "closed"', 'by = "petition_group"') + _WATCHERS, "by", "nobody's mark"),
        (_CLOSE + _WATCHERS + '[[watcher]]\nname = "third"\ndesk = "group"\n', "desk", "one desk"),
        (_CLOSE + _WATCHERS + '[[watcher]]\nname = "petition_group"\ndesk = "x"\n', "name", "two watchers"),
        (_CLOSE + '[[watcher]]\nname = "superior"\ndesk = "x"\n', "name", "a meaning of its own"),
        (_CLOSE + '[dispatch]\nrequires = ["leder"]\n', "requires", "not allowed"),
        (_CLOSE + '[dispatch]\nrequires = ["leader:province"]\n', "requires", "no tier"),
        (_CLOSE + '[dispatch]\nlead = "districts"\n', "lead", "no tier"),
        (_CLOSE + '[dispatch]\nrequire = ["leader"]\n', "dispatch", "not known"),
        (_milestone('satisfied_by = "reported_in"'), "anchor", "belong together"),
        (_milestone('anchor = "whistled"'), "anchor", "belong together"),
        (_milestone('anchor = "mediation"'), "anchor", "belong together"),
        (_milestone('to = "dispatcher"'), "to", "nobody else, not to dispatcher"),
        (_milestone('on_pass = "nothing"', 'to = "superior"'), "to", "nobody is told"),
        (_milestone('on_pass = "raise"'), "on_pass", "not allowed"),
        (_milestone('satisfied_by = "resumed"'), "satisfied_by", "not allowed"),
        (_milestone('satisfied_by = "ticked"'), "satisfied_by", "not allowed"),
        (_milestone('satisfied_by = "return_decided"'), "anchor", "belong together"),
        (_CLOSE.replace("close", "commitment"), "name", "a meaning of its own"),
        (_CLOSE.replace("close", "mediation"), "name", "a meaning of its own"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, where: str, what: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _read(text)
    assert where in caught.value.where
    assert what in str(caught.value)
