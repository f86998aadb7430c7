"""Replay (历史回放): a table of past cases through the real flow on a hand-turned clock; figures come out.

`mapping` says what the columns of the table mean, `records` reads its rows, `history` turns them into a tree and
commands, `drive` sends those through broker, router and ledger, `out` computes the figures from the ledger alone,
and `run` is the command. The law of the room: order of rows, order of delivery, repeats, speed and servers change
nothing in the figures; nobody here reads a clock.

Readings chosen where the definition is silent:

- *The last instant in the file*, the default as-of, is the last opening or closing: a due date is no event.
- A row opened after as-of does not exist yet and is told on stderr; one closed after as-of is open.
- Of several rows with one source id but different content one is the case: the one that opened first, then the one
  that says more, then the one that closed first, then by content. Every other one is refused, whatever the order
  in the file; its closing is not reported. Only what the mapping names is content.
- A row whose division path is incomplete names no desk: a required division that is missing goes to triage first.
- Every desk is served by the shell, with a real broker too: nothing waits for a desk in history, and eight hundred
  quorum queues for hand-overs that nobody reads would take longer than the replay. Intake, reports and due queues
  are real.

When things fail
    A row that cannot be read (no id, no opening, a time in no known format) is listed with its line and its
    reason on stderr; the others are replayed, and the command ends with exit code 1 unless that was allowed.
    A broker or database that goes away ends the command with exit code 6. The same command on the same ledger goes
    on where it stopped: every command has an id of its own and takes effect once. A ledger or a virtual host that
    something else uses is refused before anything is written.
"""
