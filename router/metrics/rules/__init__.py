"""Rules for Prometheus, generated: figures recorded over days, and alerts.

`case-router rules render` writes them; deploy/prometheus/rules/ has them as the default settings make them. They
come from the settings (the on-time target, the auditor's pace) and from the catalogues: a metric that is renamed
takes its rules along.

The law of the room: a page says that the router does not do its work, and is binary, whatever the volume; that
offices are late is a ticket. Counts are differences of figures from the ledger, never `increase()`: these do not
begin at 0 with a process.
"""

from router.metrics.rules.rule import Alert, Group, Record

__all__ = ["Alert", "Group", "Record"]
