"""Real servers for tests: private nodes on loopback, in a temporary folder, ended by process id.

Law of the room: nothing here touches a service of the machine, nothing listens off loopback, and no
process outlives the test session, whichever way the session ends.
"""
