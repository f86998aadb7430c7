"""Nobody changes what is counted and forgets to say so: a ledger counted by older rules is counted anew."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from router.core.commands import Accept, Dispatch, FollowUp, FollowUpResult, Resolve
from router.core.counting.counted import RULES, Counts
from router.core.counting.happened import happened
from router.core.counting.standing import settled, standing_of
from router.core.policies.policy import Gate, GateKind
from tests.city import Play, policy, rules

#: Version of the rules → SHA-256 of what the histories below add by them, the first 16 digits.
SUMS = {4: "d79dc359b05caebe"}
CHANGED = """What cases add to the figures has changed: it comes to {found} by rules {rules}.
Was it the counting that you changed? Raise RULES in router/core/counting/counted.py by one, so that every ledger
is counted anew, and note {found} here under the new number.
Was it what happens to a case (an entry more or less), and the same entries still add the same? Then only note
{found} here under {rules}; ledgers need no counting."""


def histories() -> list[Play]:
    """Solved in time; late and taken up; sent on; sent back by the residents and solved again; open."""
    plays = [Play(rules()) for _ in range(3)]
    plays.append(Play(rules(policy(gate=Gate(kind=GateKind.FOLLOW_UP)))))
    plays.append(Play(rules()))
    for play in plays:
        play.open()
    solved, late, sent_on, back, _open = plays
    solved.say("willow", Accept)
    solved.say("willow", Resolve)
    late.wait(days=9)
    sent_on.say("dispatch", Dispatch, desk="plane")
    sent_on.wait(hours=3)
    sent_on.say("plane", Accept)
    sent_on.say("plane", Resolve)
    back.say("willow", Accept)
    back.say("willow", Resolve)
    back.say("supervision-1", FollowUp, result=FollowUpResult.NOT_ACCEPTED)
    back.wait(hours=5)
    back.say("willow", Resolve)
    back.say("supervision-1", FollowUp, result=FollowUpResult.ACCEPTED)
    return plays


def added() -> Counts:
    """What all of them add."""
    found: Counts = Counter()
    for play in histories():
        one = happened(play.entries, play.rules)
        found.update(one.counts)
        standing = standing_of(one, play.rules)
        assert standing is not None
        found.update(settled(standing))
    return found


def sum_of(counts: Counts) -> str:
    """A sum that any change of a series, a label or a number changes."""
    rows = sorted((str(series.name), list(series.labels), number) for series, number in counts.items())
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:16]


def test_whoever_changes_what_is_counted_raises_the_version_of_the_rules() -> None:
    found = sum_of(added())
    assert SUMS.get(RULES) == found, CHANGED.format(found=found, rules=RULES)


def test_the_sum_sees_a_number_a_label_and_a_series_that_changed() -> None:
    counts = added()
    assert len(counts) >= 30
    series, number = next(iter(counts.items()))
    others = [Counter(counts), Counter(counts), Counter(counts)]
    others[0][series] += 1
    del others[1][series]
    others[2][series._replace(labels=(*series.labels, "x"))] = number
    assert len({sum_of(one) for one in (counts, *others)}) == 4
