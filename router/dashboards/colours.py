"""Colours and thresholds that are the policies' own: a board and a wall chart must not differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from router.core.policies.policy import Policy
from router.dashboards.said import Said
from router.dashboards.spec import Threshold

GREEN, YELLOW, ORANGE, RED, BLUE, GREY, PURPLE = (
    "#56A64B", "#F2CC0C", "#FF780A", "#E02F44", "#3274D9", "#8E8E8E", "#8F3BB8",
)  # fmt: skip
_KNOWN = {
    "green": (GREEN, Said("绿", "green")),
    "yellow": (YELLOW, Said("黄", "yellow")),
    "orange": (ORANGE, Said("橙", "orange")),
    "blue": (BLUE, Said("蓝", "blue")),
    "red": (RED, Said("红", "red")),
}
#: For colours with names of a city's own, in order of appearance.
_OTHERS = ("#37872D", "#806EB7", "#C0D8FF", "#C4162A", "#705DA0")
#: What an open case without a colour is exported as (`open_cases`).
NONE = "none"
#: So far below the target it is red; in between it is orange. 85 % is the floor of published weekly bulletins.
_MARGIN = 0.10


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How the figures of a city are coloured."""

    #: Colours of the policies: as exported → as drawn, and as said. Cases without one come first.
    colours: Mapping[str, str]
    titles: Mapping[str, Said]
    #: 0 to 1.
    on_time_target: float

    @property
    def on_time(self) -> tuple[Threshold, ...]:
        """Red well below the target, orange below it, green from it on."""
        floor = round(self.on_time_target - _MARGIN, 4)
        return (Threshold(None, RED), Threshold(floor, ORANGE), Threshold(self.on_time_target, GREEN))


def look(policies: Iterable[Policy], on_time_target: float) -> Look:
    """The look that the policies in force ask for, in the order in which they name their colours.

    Args:
        policies: those a city has in force.
        on_time_target: share of the cases due in a period that have to be closed by then.
    """
    titles: dict[str, set[str]] = {}
    for policy in policies:
        for colour in policy.colours:
            titles.setdefault(colour.name, set()).update({colour.title} - {""})
    drawn, said = {NONE: GREY}, {NONE: Said("无颜色", "no colour")}
    others = iter(_OTHERS * len(titles))
    for name, known in titles.items():
        hexadecimal, word = _KNOWN.get(name, (None, Said(name, name)))
        drawn[name] = hexadecimal or next(others)
        # Policies that call one colour by two titles are told apart nowhere: the colour's plain word is said.
        said[name] = Said(next(iter(known)), word.en) if len(known) == 1 else word
    return Look(colours=drawn, titles=said, on_time_target=on_time_target)


def above(*steps: tuple[float, str]) -> tuple[Threshold, ...]:
    """Green from the lowest, then a colour from each value on."""
    return (Threshold(None, GREEN), *(Threshold(since, colour) for since, colour in steps))


#: One is too many.
NONE_ALLOWED = above((1, RED))
#: A number that is neither good nor bad.
PLAIN = (Threshold(None, BLUE),)
