from __future__ import annotations

import json
import socket

import pytest

from hanzo_iac.errors import TryAgainError
from hanzo_iac.localcloud.ports import Ports, is_free


def _ports(tmp_path, *, taken=(), offers=()):
    offered = iter(offers)
    return Ports(tmp_path / "ports.json", free=lambda port: port not in taken, pick=lambda: next(offered))


def test_a_port_is_remembered_by_name(tmp_path):
    assert _ports(tmp_path, offers=[20001]).claim("api") == 20001
    assert _ports(tmp_path).claim("api") == 20001
    assert json.loads((tmp_path / "ports.json").read_text()) == {"api": 20001}


def test_a_taken_port_is_passed_over(tmp_path):
    assert _ports(tmp_path, taken={20001}, offers=[20001, 20002]).claim("api") == 20002


def test_two_names_never_share_a_port(tmp_path):
    ports = _ports(tmp_path, offers=[20001, 20001, 20002])
    assert [ports.claim("one"), ports.claim("two")] == [20001, 20002]


def test_a_remembered_port_that_somebody_took_is_given_up(tmp_path):
    _ports(tmp_path, offers=[20001]).claim("api")
    assert _ports(tmp_path, taken={20001}, offers=[20003]).claim("api") == 20003


def test_a_forgotten_port_is_not_remembered(tmp_path):
    ports = _ports(tmp_path, offers=[20001])
    ports.claim("api")
    ports.forget("api")
    ports.forget("api")
    assert ports.of("api") is None
    assert json.loads((tmp_path / "ports.json").read_text()) == {}


def test_a_file_with_nonsense_in_it_is_no_memory(tmp_path):
    (tmp_path / "ports.json").write_text('{"api": "many"}')
    assert _ports(tmp_path, offers=[20004]).claim("api") == 20004


def test_no_free_port_is_said(tmp_path):
    ports = Ports(tmp_path / "ports.json", free=lambda _: False, pick=lambda: 20001)
    with pytest.raises(TryAgainError) as caught:
        ports.claim("api")
    assert str(caught.value) == "local cloud: no free port between 20000 and 31999 on 127.0.0.1"


def test_a_port_with_a_listener_is_not_free():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)
