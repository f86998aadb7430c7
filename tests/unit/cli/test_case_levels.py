"""The second list from the shell: the officer's word as typed, and what a reader sees of it."""

from router.presets import preset_text
from tests.unit.cli.conftest import Shell


def test_a_level_that_was_not_proposed_is_not_confirmed(shell: Shell) -> None:
    assert shell("policy", "import", shell.file("linyi.toml", preset_text("policies", "linyi"))).code == 0
    case = shell.open()
    refused = shell("case", "confirm-level", case, "--level", "congress")
    assert refused.code == 5
    assert "does not wait to be confirmed" in refused.err
    assert "督办层级 congress" in shell("case", "confirm-level", case, "--level", "congress", lang="zh").err
