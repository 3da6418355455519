"""Which rights of root PostgreSQL is left with, without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanzo_iac.localcloud import postgres
from hanzo_iac.localcloud.postgres import as_nobody, is_open_to_all


def _capabilities(words):
    return sorted(word for word in words if "-caps=" in word or "-set=" in word)


def _program(folder, mode):
    program = folder / "bin" / "postgres"
    program.parent.mkdir()
    program.touch()
    program.parent.chmod(mode)
    return program


def test_a_program_in_a_closed_folder_is_out_of_nobodys_reach(tmp_path):
    assert is_open_to_all(Path("/bin/sh"))
    assert not is_open_to_all(_program(tmp_path, 0o700))


def test_a_program_in_reach_runs_without_a_right():
    assert _capabilities(as_nobody(Path("/bin/sh"))) == [
        "--ambient-caps=-all",
        "--bounding-set=-all",
        "--inh-caps=-all",
    ]


def test_a_program_out_of_reach_runs_with_the_right_to_pass_through_folders(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "holds_dac_read_search", lambda: True)
    assert _capabilities(as_nobody(_program(tmp_path, 0o700))) == [
        "--ambient-caps=-all,+dac_read_search",
        "--bounding-set=-all,+dac_read_search",
        "--inh-caps=-all,+dac_read_search",
    ]


def test_without_that_right_it_is_said_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "holds_dac_read_search", lambda: False)
    program = _program(tmp_path, 0o700)
    with pytest.raises(RuntimeError) as caught:
        as_nobody(program)
    assert str(caught.value) == (
        f"PostgreSQL runs as nobody, who cannot reach {program}: install hanzo-iac in an open folder"
    )
