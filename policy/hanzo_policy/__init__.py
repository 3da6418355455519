"""
The rules a stack must keep, as pure functions over plain data.

    stack           what the engine shows of a stack, as plain data: resources, unknowns, findings
    gpu             GPU node pools within the ceiling
    database        no database open to the world
    cost, prices    the stack's monthly cost within the ceiling, recomputed from sizes
    pack            the rules as policies of the engine; the only module here that knows it

Nothing of hanzo_iac is imported: the pack also judges programs that are not ours, and ours too when it is wrong.
"""

from __future__ import annotations
