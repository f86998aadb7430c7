"""The life of the demo city: who appeals, when, through which channel, about what and where. Seeded.

A trouble has a place: who finds the same one later joins the same problem. A later appeal is only made while the
trouble lasts, so a city that is quick hears fewer complaints about what its patrols found.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

import msgspec

from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole, Open, Place
from router.core.offices.routing import Wanted, route
from router.core.territory.tree import Category, Division, Tree
from router.demo import shares, texts

#: Centre of the city that does not exist, degrees: somewhere at sea, so that no place is anybody's.
_SEA = (123.5, 30.5)


class Appeal(msgspec.Struct, frozen=True, kw_only=True):
    """One appeal on its way to the intake."""

    at: datetime
    command: Open
    #: The desk that must act in the end: what a triage clerk reads out of the text.
    belongs_to: str
    #: Case id of the first appeal about the same trouble: this one is not made when that is solved by then.
    after: str | None = None

    @property
    def case_id(self) -> str:
        """The id its case will have."""
        return self.command.case_id


class _Trouble(msgspec.Struct, frozen=True):
    """What is wrong, and where."""

    category: Category
    district: Division
    street: Division
    place: Place | None
    text: str


class CityLife:
    """Generates the appeals of some weeks; the same arguments, the same appeals."""

    def __init__(self, tree: Tree, *, seed: int, start_at: datetime, weeks: int, per_day: float) -> None:
        """Prepare.

        Args:
            tree: the city; its taxonomy has every category of `texts`.
            seed: chance.
            start_at: local midnight of the first day, a Monday for the rhythm of the week to fit.
            weeks: how long it goes on.
            per_day: appeals a day, mean over the week.
        """
        self._tree = tree
        self._rng = Random(f"city life {seed}")  # noqa: S311 - a made-up city needs no secret
        self._start_at = start_at
        self._days = weeks * 7
        self._per_day = per_day
        self._numbers: dict[str, int] = {}
        self._streets = [
            (district, street)
            for district in tree.children(tree.root.code)
            for street in tree.children(district.code)
            if not street.unknown
        ]
        self._busy = [self._rng.uniform(0.6, 1.5) for _ in self._streets]
        groups: dict[str, list[Category]] = {}
        for category in tree.categories.values():
            groups.setdefault(category.group, []).append(category)
        self._categories = groups

    def appeals(self) -> list[Appeal]:
        """All of them, by time; then the few that every run has."""
        made: list[Appeal] = []
        for day in range(self._days):
            count = self._per_day * shares.WEEKDAYS[day % 7] * shares.FIRST
            for _ in range(int(count + self._rng.random())):
                made += self._first_and_next(self._start_at + timedelta(days=day))
        made += self._rare()
        return sorted(made, key=lambda appeal: (appeal.at, appeal.command.id))

    # -- one trouble -------------------------------------------------------------------------------------------

    def _first_and_next(self, midnight: datetime) -> list[Appeal]:
        trouble = self._trouble()
        rng, visible = self._rng, _can_be_seen(trouble.category)
        by_worker = visible and rng.random() < shares.FOUND_FIRST
        first = self._appeal(trouble, self._moment(midnight, by_worker=by_worker), by_worker=by_worker)
        made = [first]
        if rng.random() < shares.TWICE:
            made.append(_once_more(first))
        if trouble.place is not None and rng.random() < shares.FOLLOWED:
            later = midnight + timedelta(days=int(rng.uniform(*shares.FOLLOWED_DAYS)) + 1)
            if later < self._start_at + timedelta(days=self._days):
                # Mostly a resident who has waited; now and then a patrol that passes by.
                by_worker = visible and rng.random() < 0.2
                made.append(
                    self._appeal(
                        trouble,
                        self._moment(later, by_worker=by_worker),
                        by_worker=by_worker,
                        after=first.case_id,
                    )
                )
        return made

    def _trouble(self) -> _Trouble:
        rng = self._rng
        category = self._category()
        district, street = rng.choices(self._streets, self._busy)[0]
        hot = rng.random() < shares.HOT
        number = rng.randrange(shares.HOT_PLACES if hot else shares.PLACES)
        place = None if rng.random() < shares.PLACELESS else _place(street.code, number, category.code)
        text = texts.complaint(rng, category.code, texts.place_name(street.name, number))
        return _Trouble(category=category, district=district, street=street, place=place, text=text)

    def _category(self) -> Category:
        group = _pick(self._rng, shares.GROUPS)
        members = self._categories[group]
        return self._rng.choices(members, [shares.CATEGORIES.get(member.code, 1.0) for member in members])[0]

    def _moment(self, midnight: datetime, *, by_worker: bool) -> datetime:
        hours = shares.ROUNDS if by_worker else shares.HOURS
        edges = list(accumulate(hours))
        hour = bisect_left(edges, self._rng.random() * edges[-1])
        return midnight + timedelta(hours=hour, seconds=self._rng.randrange(3600))

    # -- one appeal --------------------------------------------------------------------------------------------

    def _appeal(self, trouble: _Trouble, at: datetime, *, by_worker: bool, after: str | None = None) -> Appeal:
        rng = self._rng
        channel = self._channel(trouble.category, by_worker=by_worker)
        division, category = self._named(trouble)
        matter = "help" if by_worker else _pick(rng, shares.MATTERS)
        if trouble.category.code in ("general_question", "general_suggestion"):
            matter = trouble.category.code.removeprefix("general_").replace("question", "consultation")
        source_id = self._number(channel)
        command = Open(
            id=f"{channel}:{source_id}",
            case_id=case_id_of(channel, source_id),
            actor=Actor(ActorRole.CHANNEL, channel),
            at=at,
            source=channel,
            source_id=source_id,
            channel=channel,
            matter_type=matter,
            category=category,
            division=division,
            text=trouble.text,
            place=trouble.place,
            raised_by="worker" if by_worker else "resident",
            starred=rng.random() < shares.STARRED,
            vulnerable=not by_worker and rng.random() < shares.VULNERABLE,
            contact=None if by_worker else texts.contact(rng, rng.randrange(100_000_000)),
        )
        return Appeal(at=at, command=command, belongs_to=self._desk_for(trouble), after=after)

    def _channel(self, category: Category, *, by_worker: bool) -> str:
        channel = _pick(self._rng, shares.WORKERS if by_worker else shares.RESIDENTS)
        return "grid_patrol" if channel == "sensor" and category.code not in shares.SENSED else channel

    def _named(self, trouble: _Trouble) -> tuple[tuple[str | None, ...], str | None]:
        """Division and category as the source names them: now and then wrong, or not at all."""
        district, street = trouble.district.code, trouble.street.code
        division: dict[str, tuple[str | None, ...]] = {
            "unknown_street": (district, f"{district}-new-town"),
            "no_street": (district, None),
            "no_district": (None, None),
        }
        category: dict[str, str | None] = {"unknown_category": "drones", "no_category": None}
        flaw = _pick(self._rng, shares.FLAWS)
        return division.get(flaw, (district, street)), category.get(flaw, trouble.category.code)

    def _desk_for(self, trouble: _Trouble) -> str:
        wanted = Wanted(
            division=(trouble.district.code, trouble.street.code), desk=None, category=trouble.category.code
        )
        return route(self._tree, wanted).desk.code

    def _number(self, channel: str) -> str:
        self._numbers[channel] = self._numbers.get(channel, 0) + 1
        return f"{self._start_at:%Y}-{self._numbers[channel]:06d}"

    # -- what every run has ------------------------------------------------------------------------------------

    def _rare(self) -> list[Appeal]:
        """A report on misconduct, a confidential one, and a source that uses an id twice for two things."""
        at = self._start_at + timedelta(days=1, hours=10, minutes=20)
        category = self._tree.categories["service_attitude"]
        subject = self._tree.desks.get("nanshi")
        street = self._tree.divisions[subject.division] if subject else self._streets[0][1]
        district = self._tree.divisions[street.parent or ""]
        trouble = _Trouble(category, district, street, None, texts.MISCONDUCT)
        kept = self._appeal(trouble, at, by_worker=False)
        confidential = self._appeal(trouble, at + timedelta(days=2), by_worker=False)
        return [
            _changed(kept, matter_type="report", subject_desk=subject.code if subject else None),
            _changed(confidential, matter_type="report", confidential=True, text=texts.CONFIDENTIAL),
            _changed(
                _once_more(self._appeal(self._trouble(), at + timedelta(hours=1), by_worker=False)),
                id="conflict",
                source=kept.command.source,
                source_id=kept.command.source_id,
                case_id=kept.case_id,
                channel=kept.command.channel,
                actor=kept.command.actor,
            ),
        ]


def _can_be_seen(category: Category) -> bool:
    """Whether somebody who walks past can find it."""
    code = category.code
    return code in shares.SEEN_TOO or (category.group in shares.VISIBLE and code not in shares.INDOORS)


def _pick(rng: Random, weights: dict[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _place(street: str, number: int, category: str) -> Place:
    """Lamps and lifts have numbers, every seventh place is a point, the rest have addresses."""
    if category in ("street_light", "traffic_signal", "lift_failure"):
        return Place(asset_id=f"{category}-{street}-{number}")
    if number % 7 == 3:
        east, north = number % 29 * 0.001, number // 29 * 0.001
        return Place(longitude=_SEA[0] + east + sum(map(ord, street)) % 50 * 0.05, latitude=_SEA[1] + north)
    return Place(address_id=f"{street}-{number}")


def _changed(appeal: Appeal, **fields: object) -> Appeal:
    return msgspec.structs.replace(appeal, command=msgspec.structs.replace(appeal.command, **fields))


def _once_more(appeal: Appeal) -> Appeal:
    """The same appeal handed in again some minutes later, under a message id of its own."""
    again = msgspec.structs.replace(appeal, at=appeal.at + timedelta(minutes=25))
    return _changed(again, id=f"{appeal.command.id}:again")
