"""Ports on the loopback interface: a free one to take, and whether one is being answered."""

import random
import socket

HOST = "127.0.0.1"

# Below the range the kernel takes for outgoing connections (32768 and up on Linux): a client that keeps
# dialling the port of a killed server would sooner or later get that very port as its own, connect to
# itself, and keep the server from coming back.
_LOWEST, _HIGHEST = 15_000, 32_000
_CONNECT_TIMEOUT_S = 1.0

_given: set[int] = set()


def free_port() -> int:
    """Return a port nobody listens on and that this process has not been given before."""
    while True:
        # Test processes that start at the same time must not walk the ports in the same order.
        port = random.SystemRandom().randint(_LOWEST, _HIGHEST)
        if port in _given:
            continue
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        _given.add(port)
        return port


def answers(port: int) -> bool:
    """Tell whether something accepts connections on this port."""
    try:
        with socket.create_connection((HOST, port), timeout=_CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False


def speaks_amqp(port: int) -> bool:
    """Tell whether a broker opens the AMQP 0-9-1 conversation on this port (its first frame is a method)."""
    try:
        with socket.create_connection((HOST, port), timeout=_CONNECT_TIMEOUT_S) as wire:
            wire.sendall(b"AMQP\x00\x00\x09\x01")
            return wire.recv(1) == b"\x01"
    except OSError:
        return False
