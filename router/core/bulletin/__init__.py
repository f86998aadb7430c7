"""The weekly bulletin (周报): open risks, a summary, what people come for most, how peers compare.

Pure: entries in, one document out. The law of the room: a bulletin is a function of the entries that were on
record at its cut-off, and of the rules; nothing of wall time, order of arrival or the reader's language gets in.
Nothing personal is in it: no address, no text, and cases about an office, or confidential, are numbers only.

Two instants rule it. The *figures* stand at the end of the week; the *list of open risks* stands at the cut-off,
the Monday after, 09:00. Both see only what was recorded by the cut-off, and of that only what had happened by
their instant (ADR 24).
"""
