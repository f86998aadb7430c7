"""The shares of the demo city: subjects, channels, hours and days. Weights are relative unless a unit is said.

The shares of the five first groups are those a city has published; all other numbers are the demo's own, chosen
to be believable.
"""

from __future__ import annotations

#: Category group → share of all appeals in percent. Published: the first five; the rest is split by us.
GROUPS: dict[str, float] = {
    "city_building": 48.8,
    "education": 9.1,
    "transport": 8.7,
    "jobs": 6.9,
    "environment": 5.2,
    "health": 6.4,
    "civil_affairs": 5.9,
    "public_safety": 5.2,
    "other": 3.8,
}
#: Categories that are rarer or more frequent than their neighbours in the group, which weigh 1.
CATEGORIES: dict[str, float] = {
    "property_management": 2.6,
    "heating": 1.6,
    "pipe_burst": 0.3,
    "lift_failure": 0.3,
    "gas_leak": 0.25,
    "flooded_road": 0.3,
    "parking": 2.0,
    "unpaid_wages": 2.0,
    "litter": 2.0,
    "night_noise": 2.0,
    "fire_lane": 1.5,
}
#: What cannot wait for office hours (`emergency.toml` matches the same).
EMERGENCIES = frozenset({"pipe_burst", "gas_leak", "lift_failure", "flooded_road"})

#: Channels by which residents speak.
RESIDENTS: dict[str, float] = {
    "hotline": 60.0,
    "app": 22.0,
    "message_board": 7.0,
    "visit": 4.0,
    "council": 3.3,
    "petition": 2.5,
    "media": 0.6,
    "upstream": 0.6,
}
#: Channels by which the city finds things out by itself.
WORKERS: dict[str, float] = {"grid_patrol": 68.0, "inspection": 15.0, "sensor": 9.0, "council": 5.0, "visit": 3.0}
#: Groups whose troubles can be seen by somebody who walks past.
VISIBLE = frozenset({"city_building", "environment", "public_safety"})
#: Categories of other groups that can be seen too, and those of these groups that cannot.
SEEN_TOO = frozenset({"traffic_signal", "parking", "shared_bikes", "public_hygiene", "pest_control"})
INDOORS = frozenset({"property_management", "heating", "lift_failure"})
#: Share of the visible troubles that somebody who is paid to look finds first.
FOUND_FIRST = 0.42
#: What a sensor can tell.
SENSED = frozenset(
    {"sewer_overflow", "flooded_road", "air_pollution", "river_pollution", "gas_leak", "pipe_burst"}
)

#: Matter types of what residents say: 投诉 求助 咨询 建议 举报.
MATTERS: dict[str, float] = {
    "complaint": 47.0,
    "help": 31.0,
    "consultation": 12.0,
    "suggestion": 6.0,
    "report": 4.0,
}

#: Monday to Sunday; the mean is 1.
WEEKDAYS = (1.20, 1.12, 1.08, 1.05, 1.02, 0.80, 0.73)
#: Hour of the day → weight, for residents: two office peaks and an evening with the telephone in hand.
HOURS = (1, 0.6, 0.4, 0.3, 0.4, 0.8, 2, 4, 8, 11, 11, 8, 5, 6, 9, 10, 9, 7, 6, 6, 6, 5, 3.5, 2)
#: The same for those who walk their rounds.
ROUNDS = (0, 0, 0, 0, 0, 0, 0, 2, 9, 12, 10, 5, 2, 6, 11, 11, 8, 4, 1, 1, 0.5, 0, 0, 0)

#: Share of first appeals about a place that somebody else follows, should the trouble last.
FOLLOWED = 0.24
#: Days from the first appeal to the next about the same trouble.
FOLLOWED_DAYS = (0.4, 9.0)
#: Appeals that a day's quota gives up for those that follow.
FIRST = 0.93

#: Places of a street office's territory, and how many of them have a trouble again and again.
PLACES = 600
HOT_PLACES = 6
HOT = 0.10
#: Share of appeals that name no place.
PLACELESS = 0.07

#: Shares of appeals with a flaw, which go to triage: `unknown_street`, `no_street`, `no_district`, …
FLAWS: dict[str, float] = {
    "": 97.4,
    "unknown_street": 0.8,
    "no_street": 0.7,
    "no_district": 0.3,
    "unknown_category": 0.5,
    "no_category": 0.3,
}
STARRED = 0.006
VULNERABLE = 0.04
#: Share of appeals that the channel hands in twice, as after a lost confirmation.
TWICE = 0.004
