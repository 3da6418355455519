"""
A language host for Python programs: what the Pulumi CLI starts as `pulumi-language-python`.

The official one is a Go program that comes with the official downloads only; where those are out of reach this one
stands in for it, with the unmodified CLI. `commands` decides what to run and is pure, `children` runs and stops
it, `interpreter` asks a Python about itself, `servicer` answers the engine, `__main__` is the process.
"""

from __future__ import annotations
