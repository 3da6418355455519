"""`make bench`: prints what planning and the local cloud cost in time and memory on this machine."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.applications import application
from benchmarks.measure import run, spread
from hanzo_iac.toolchain.store import ROOT_VARIABLE, toolchain_root

ROOT = Path(__file__).parents[1]
LISTING_1 = str(ROOT / "examples" / "my-rag-app" / "hanzo.yaml")
HANZO = (sys.executable, "-m", "hanzo_iac.cli")


def planning_one_application() -> None:
    """Wall time and memory of the whole command, and whether it met the engine."""
    runs = [run((*HANZO, "plan", LISTING_1, "--env", "prod")) for _ in range(11)][1:]
    print(f"hanzo plan, wall            {spread([r.wall_s for r in runs])} s, 10 runs (target 0.4)")
    print(f"hanzo plan, peak memory     {spread([r.peak_mib for r in runs])} MiB (target 60)")
    probe = (
        "import sys, runpy; sys.argv=['hanzo','plan',sys.argv[1],'--env','prod','--json']\n"
        "try: runpy.run_module('hanzo_iac.cli', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print(len(sys.modules), 'pulumi' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe, LISTING_1], capture_output=True, text=True, check=True)
    modules, pulumi = done.stderr.split()[-2:]
    print(f"hanzo plan, modules         {modules} imported; pulumi imported: {pulumi}")


def planning_many_applications() -> None:
    """Plans a second over 1,000 generated applications, loading not counted."""
    from hanzo_iac.errors import InputError
    from hanzo_iac.model.environment import Environment
    from hanzo_iac.plan import plan

    environment = Environment.load("prod")
    applications = [application(seed) for seed in range(1000)]
    planned = 0
    started = time.perf_counter()
    for one in applications:
        try:
            plan(one, environment)
            planned += 1
        except InputError:  # over the ceiling: refused after the whole plan was made
            continue
    a_second = len(applications) / (time.perf_counter() - started)
    print(f"plan(), 1,000 applications  {a_second:.0f} a second (target 300); {planned} within budget")


def running_the_local_cloud(*, cold: bool) -> None:
    """`hanzo local up` of Listing 1 in a cache of its own: first, again, memory, down."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(variables(Path(folder), cold=cold))
        up = (*HANZO, "local", "up", LISTING_1, "--env", "dev")
        try:
            name = "cold" if cold else "warm"
            print(f"hanzo local up, {name}        {_timed(up):.1f} s{'' if cold else ' (target 45)'}")
            print(f"hanzo local up, again       {_timed(up):.1f} s (target 5)")
            subprocess.run((*HANZO, "local", "status"), check=True)
        finally:
            print(f"hanzo local down            {_timed((*HANZO, 'local', 'down')):.1f} s")


def variables(folder: Path, *, cold: bool) -> dict[str, str]:
    """Variable -> value for a cache in this folder: with the programs that are here, or, cold, with nothing at all."""
    here = {"HANZO_CACHE": str(folder)}
    if not cold:
        return here | {ROOT_VARIABLE: str(toolchain_root())}
    # Empty counts as unset: the programs then lie in the cache.
    return here | {ROOT_VARIABLE: "", "GOCACHE": f"{folder}/go", "GOMODCACHE": f"{folder}/modules"}


def _timed(command: tuple[str, ...]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Run every benchmark."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--cold", action="store_true", help="build the toolchain from nothing as well")
    cold = arguments.parse_args().cold
    benchmarks: tuple[Callable[[], None], ...] = (planning_one_application, planning_many_applications)
    for benchmark in benchmarks:
        benchmark()
    running_the_local_cloud(cold=cold)


if __name__ == "__main__":
    main()
