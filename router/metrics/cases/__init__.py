"""The catalogue of case metrics: figures of the cases on record, from the ledger, by the role `metrics` alone.

The law of the room: a counter or histogram counts what happened and is on record, so it never falls; what later
word can take back (on time, resolved before complaint, open) is a gauge. A ratio is two gauges.
No label is a case or a person; those without listed values take them from the tree and the policies in force, and
for what is not known there `unknown`.
"""

from __future__ import annotations

from router.metrics.cases.before_complaint import BEFORE
from router.metrics.cases.happened import HAPPENED
from router.metrics.cases.pipeline import PIPELINE
from router.metrics.cases.standing import STANDING

CASE_METRICS = (*HAPPENED, *STANDING, *BEFORE, *PIPELINE)
