"""Settings: what an installation chooses. A TOML file, then the environment, then the command line.

Only `app` and `cli` read settings; everything else is given values. Secrets come from files: a key that ends in
`_file` names one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any

import msgspec

from router.core.files.misfits import misfit
from router.core.files.toml_table import parse_toml
from router.core.telling.ringing import DIGEST_AT
from router.errors import ConfigurationError
from router.sentences import nearest

#: `CASE_ROUTER_LEDGER=postgresql+psycopg://…` sets `ledger`.
PREFIX = "CASE_ROUTER_"

#: Environment names with this prefix that are no settings: others read them.
_OTHERS = frozenset(
    {
        "CASE_ROUTER_CONTACT_KEY",
        "CASE_ROUTER_DATA",
        "CASE_ROUTER_LANG",
        "CASE_ROUTER_LOG",
        "CASE_ROUTER_SETTINGS",
    }
)


#: Settings with several values: a comma stands between them in the environment.
_LISTS = ("channels", "metrics_categories")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be chosen, with defaults that need nothing installed."""

    #: SQLAlchemy URL of the ledger: `sqlite:///file` or `postgresql+psycopg://…`.
    ledger: str = "sqlite:///case-router.db"
    #: File with the ledger's password, when it does not stand in the URL.
    ledger_password_file: str | None = None
    #: `embedded:` (one process, nothing installed) or `amqp://user:password@host/vhost`.
    broker: str = "embedded:"
    #: File with the broker's password, when it does not stand in the URL.
    broker_password_file: str | None = None
    #: File with the 32-byte key of the personal data; made beside an SQLite ledger when absent.
    contact_key_file: str | None = None
    #: Source channels with a program that wants receipts, replies and outcomes on `case.channel`.
    channels: tuple[str, ...] = ()
    #: File with one `channel = "token"` a line: who may post cases over HTTP.
    tokens_file: str | None = None
    #: Publish every entry, without words or persons, to `case.events`; off: it doubles what the broker carries.
    publish_events: bool = False
    #: Take a desk's word only from its own broker account (`desk.<code>`).
    strict_identity: bool = False
    #: Where the HTTP intake and the health answers listen; port 0 takes any free one.
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    #: Loops of the role `router` in one process: while one waits for the database another decides.
    workers: int = 2
    #: Commands decided in one transaction; above 512 nothing is gained on PostgreSQL.
    batch: int = 512
    #: Unacknowledged deliveries a router may hold: several batches, and what quorum queues allow at most.
    prefetch: int = 2000
    #: Seconds a consumer waits for the first delivery of a batch.
    batch_wait_s: float = 0.2
    #: Seconds between two looks of the clock for what is due.
    clock_s: float = 1.0
    #: Due cases woken at once.
    clock_batch: int = 500
    #: Seconds after which a wake-up that nobody handled is sent again.
    lease_s: float = 60.0
    #: The brake: at least so many escalations may fall due at once; 0: there is no brake.
    brake_floor: int = 200
    #: Or so many times as many as in the busiest minute of the last 30 days.
    brake_factor: float = 10.0
    #: Seconds that our clock and the database's may differ before the brake holds.
    brake_skew_s: float = 5.0
    #: Seconds between two looks at which desks' programs consume; 0: never.
    staffing_s: float = 60.0
    #: Seconds between two looks of the auditor at every open case; 0: never, for whoever runs `audit` by hand.
    audit_s: float = 300.0
    #: Share of the cases due in a period that have to be closed by then; alerts are made from it.
    #: Below 0.7 three times the misses it allows are nearly all cases: the alert on them could hardly fire.
    on_time_target: Annotated[float, msgspec.Meta(ge=0.7, lt=1)] = 0.95
    #: Seconds between two computations of the figures of cases.
    figures_s: float = 15.0
    #: Category groups that metrics tell apart; the others are `other`. Empty: as many of the tree as fit.
    metrics_categories: tuple[str, ...] = ()
    #: Seconds a router has to publish its own messages before the relay takes them.
    relay_grace_s: float = 5.0
    #: Seconds after which a hand-off without a receipt is sent again; 0: never.
    reconcile_after_s: float = 3600.0
    #: Seconds between two lists of notices to the people at one desk, at least; 0: none are sent.
    notices_every_s: float = 900.0
    #: Clock time of the daily list, in the zone of each case's calendar.
    digest_at: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = f"{DIGEST_AT:%H:%M}"
    #: Seconds after which a changed tree or policy is picked up.
    reload_s: float = 5.0

    @property
    def is_embedded(self) -> bool:
        """Whether the broker lives in this process."""
        return self.broker.startswith("embedded")

    @property
    def digest_time(self) -> time:
        """Clock time of the daily list."""
        return time.fromisoformat(self.digest_at)

    @property
    def ledger_file(self) -> Path | None:
        """The file of an SQLite ledger; None for one in memory or on a server."""
        name = self.ledger.removeprefix("sqlite:///")
        return None if name in (self.ledger, "", ":memory:") else Path(name)


def load_settings(path: Path | None, environment: Mapping[str, str], overrides: Mapping[str, Any]) -> Settings:
    """The settings in force.

    Args:
        path: a TOML file; None: none.
        environment: the process environment; names beginning with `CASE_ROUTER_` count.
        overrides: from the command line; None values are ignored.

    Raises:
        ConfigurationError: the file is missing or wrong, or a value has the wrong type.
    """
    chosen: dict[str, Any] = {}
    if path is not None:
        chosen.update(_from_file(path))
    chosen.update(_from_environment(environment))
    chosen.update({key: value for key, value in overrides.items() if value is not None})
    where = str(path) if path is not None else "settings"
    unknown = sorted(set(chosen) - set(Settings.__struct_fields__))
    if unknown:
        raise ConfigurationError(
            "the setting {unknown} is not known",
            where=where,
            todo="{nearest}Known: {known}.",
            unknown=unknown[0],
            nearest=nearest(unknown[0], Settings.__struct_fields__),
            known=", ".join(Settings.__struct_fields__),
        )
    try:
        return msgspec.convert(chosen, Settings, strict=False)
    except msgspec.ValidationError as error:
        wrong = misfit(error, Settings)
        place = f"{where}, {wrong.path.removeprefix('.')}" if wrong.path else where
        raise ConfigurationError(wrong.reason, where=place, todo="Correct that value.") from error


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError as error:
        raise ConfigurationError(
            "there is no such file", where=str(path), todo="Name an existing file."
        ) from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in environment.items():
        if name.startswith(PREFIX) and name not in _OTHERS:
            key = name.removeprefix(PREFIX).lower()
            found[key] = [part for part in value.split(",") if part] if key in _LISTS else value
    return found
