"""The tiers at work: the desk library, channel programs, the HTTP intake, the shell's counter, the wire format.

A tier service is the office's own program: `Desk` gives it its cases and sends what it says of them. What it needs
of the router is on the wire (docs/wire.md); nothing in a desk's program touches the ledger.

When things fail
    A broken connection is made again with growing pauses; what was not acknowledged is delivered again, and every
    command sent while handling it has the same id again, so that the ledger knows it. A handler that keeps raising
    costs the message it raised for, which stays with the broker, not its neighbours. See `desk`.
"""

from router.tiers.channel import Channel
from router.tiers.desk import Desk
from router.tiers.office import Office
from router.tiers.sent import Sent

__all__ = ["Channel", "Desk", "Office", "Sent"]
