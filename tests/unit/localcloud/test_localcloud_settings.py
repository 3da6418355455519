from __future__ import annotations

from dataclasses import asdict, fields

from hanzo_iac.localcloud.digitalocean import Settings
from hanzo_iac.localcloud.settings import CloudSettings, Waits


def test_an_emulated_account_waits_as_long_as_the_cloud_around_it_says():
    names = [wait.name for wait in fields(Waits)]
    assert {name: asdict(Settings())[name] for name in names} == asdict(Waits())
    assert {name: asdict(Settings.instant())[name] for name in names} == dict.fromkeys(names, 0.0)


def test_settings_are_read_as_they_were_written(tmp_path):
    settings = CloudSettings(boot_s=3.0, waits=Waits(upgrade_s=9.0))
    settings.write(tmp_path / "settings.json")
    assert CloudSettings.read(tmp_path / "settings.json") == settings
    assert CloudSettings.read(tmp_path / "none.json") == CloudSettings()
