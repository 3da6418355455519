"""The whole plan under mocks: who is made by whom, in which order, and what the cluster's objects all carry."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pulumi
import pytest
from hand_plan import PLAN
from recorder import Record, Registered, run

from hanzo_components import BECOMES, Application, deploy
from hanzo_components.component import ComponentError
from hanzo_components.declared import parts, specs
from hanzo_iac.plan import spec
