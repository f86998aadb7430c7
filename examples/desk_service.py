#!/usr/bin/env python3
"""A street office's program: DESK=liuyin AMQP_URL=amqp://desk.liuyin:…@broker/ python desk_service.py"""

import os

from router.core.telling.messages import Assigned, Taken
from router.tiers import Desk, Office

desk = Desk(os.environ.get("DESK", "liuyin"))


@desk.on_assigned
def work(case: Assigned, office: Office) -> None:
    office.accept(case)
    if case.category == "water":
        office.request_return(case, reason="not_our_matter", text="供水由区水务局负责")
    else:
        office.resolve(case, outcome="solved", text="已到现场处理", evidence=("photo-1",))


@desk.on_taken
def recall(case: Taken, _office: Office) -> None:
    """Call back whoever is on the way: `case.to_desk` has it now."""


if __name__ == "__main__":
    desk.run(os.environ["AMQP_URL"])
