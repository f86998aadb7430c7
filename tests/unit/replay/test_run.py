"""A replay's policy: what it is for, and what is said when it is for something else."""

import pytest

from router.calendars import Source
from router.errors import ConfigurationError
from router.presets import preset_text
from router.replay.mapping_file import load_mapping
from router.replay.run import replay_policy

_MAPPING = """
source = "table"
tiers = ["district", "street", "community"]
[columns]
id = "id"
opened_at = "at"
[[division]]
column = "s"
[[division]]
column = "c"
[top]
code = "d"
name = "d"
"""
_MAPPED = load_mapping(_MAPPING, "m.toml")


def _policy(text: str) -> Source:
    return Source("p.toml", text)


def test_a_policy_for_a_city_is_said_to_be_for_other_tiers_than_the_table_has() -> None:
    with pytest.raises(ConfigurationError) as caught:
        replay_policy(_policy(preset_text("policies", "default")), _MAPPED)
    error = caught.value
    assert "does not have: city" in error.what
    assert "community, street, district" in error.todo
    assert "映射中没有：city" in error.what_zh
    assert "Did you mean" not in f"{error.what} {error.todo}"


def test_what_is_wrong_in_any_city_is_said_as_it_is() -> None:
    text = preset_text("policies", "default").replace('step = "street"', 'step = "streat"')
    with pytest.raises(ConfigurationError, match="'streat' is no tier") as caught:
        replay_policy(_policy(text), _MAPPED)
    assert "Did you mean street?" in caught.value.todo
