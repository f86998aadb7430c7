"""The Chinese of every sentence about an error, by its English template; data only.

The places of both are the same: a test walks the program and holds that none is missing or left over.
"""

from __future__ import annotations

from router.chinese.files import FILES
from router.chinese.reports import REPORTS
from router.chinese.running import RUNNING

#: English template → Chinese template.
CHINESE: dict[str, str] = {**FILES, **RUNNING, **REPORTS}
