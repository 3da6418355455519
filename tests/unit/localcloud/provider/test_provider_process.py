"""The plugin's process, played in the test's own."""

from __future__ import annotations

import signal
import sys
from types import SimpleNamespace

from hanzo_iac.localcloud.provider import __main__ as process


def test_an_engine_that_ends_as_soon_as_it_has_the_port_ends_the_plugin(monkeypatch):
    parent = [4711]
    written = []
    monkeypatch.setattr(process, "WATCH_S", 0.01)
    monkeypatch.setattr(process.os, "getppid", lambda: parent[0])
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    gone = SimpleNamespace(write=written.append, flush=lambda: parent.__setitem__(0, 1))
    monkeypatch.setattr(sys, "stdout", gone)
    assert process.main([]) == 0
    assert [line.strip().isdigit() for line in written] == [True]
