"""What every test has: the toolchain's scripts start this checkout's Python, whichever checkout installed them."""

from __future__ import annotations

import os
import sys

os.environ["HANZO_PYTHON"] = sys.executable
