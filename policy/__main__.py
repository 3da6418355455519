"""
Registers the pack with the engine; the rules are in `hanzo_policy`.

`PolicyPack` blocks and prints its port without flushing it, so this file is run with `python -u` and imported by none.
"""

from __future__ import annotations

from pulumi_policy import EnforcementLevel, PolicyPack

from hanzo_policy.pack import POLICIES

PolicyPack(name="hanzo", policies=POLICIES, enforcement_level=EnforcementLevel.MANDATORY)
