"""
The only place that starts Pulumi: `up`, `preview` and `destroy` of a plan, by the real engine, in this process.

The program is inline (Automation API), so no language host is needed. Pulumi keeps one program's state in module
globals: run one stack at a time in a process. State lies in a folder of the cache; nothing is asked of any service.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hanzo_iac.cli import claim, repair
from hanzo_iac.cli.fixed import fixed_faults
from hanzo_iac.cli.progress import Board, readable
from hanzo_iac.cli.state import StackState
from hanzo_iac.errors import Fault, HanzoError, InputError, TryAgainError

if TYPE_CHECKING:
    import asyncio

    from pulumi.automation import EngineEvent, LocalWorkspace, Stack
    from pulumi.automation.errors import CommandError

    from hanzo_iac.plan.spec import Plan
    from hanzo_iac.toolchain import Toolchain

LOOPBACK = ("127.0.0.1", "localhost", "::1")

PASSPHRASE = "local-cloud"  # noqa: S105
"""Of every state we keep. Not a secret: it guards passwords of servers that listen on loopback and end with the cloud.
Drawn anew for each cloud, it would not fit the salt that plain `pulumi` writes into stacks/Pulumi.<name>.yaml."""

ENDS_WITHIN_S = 5.0
"""How long a program may take to end once its run has failed: its calls to the engine are cut off by then."""

BACKEND_OPTIONS = "metadata=skip&create_dir=true"
"""The folder is made by whoever comes first. Without the first option the engine writes a second file beside each file
of the state, not atomically; one that a kill left empty makes the stack unreadable ("failed to load checkpoint: EOF").
Seen with Pulumi 3.259.0, 2026-11."""

SWITCHES = (
    "PULUMI_SKIP_UPDATE_CHECK",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
    "PULUMI_DISABLE_REGISTRY_RESOLVE",
    "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK",
    "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS",
    # A value used where only its promise is known becomes an error instead of text in a database's address.
    "PULUMI_ERROR_OUTPUT_STRING",
)


class Cloud(Protocol):
    """A cloud that is not DigitalOcean's own, such as the one on this machine."""

    def environment(self) -> Mapping[str, str]:
        """What points DigitalOcean's clients at it: address and token."""


@dataclass(frozen=True)
class Outcome:
    """What a run of the engine did."""

    changes: Mapping[str, int]
    """Kind of step (`create`, `update`, `same`, `delete`, `replace`) -> resources; kinds without any are left out."""
    outputs: Mapping[str, Any]
    """What the program exported, without secrets; empty after a preview or a destroy."""
    seconds: float

    @property
    def is_unchanged(self) -> bool:
        """True when the engine found nothing to do."""
        return not set(self.changes) - {"same"}


def engine_environment(cache: Path, toolchain: Toolchain, cloud: Cloud) -> dict[str, str]:
    """Variable -> value for the engine and all it starts. Pure: nothing is made."""
    # The program itself first: the engine looks for language hosts beside it, and the Kubernetes provider finds
    # `hanzo credential` beside the running Python.
    path = [str(toolchain.path("pulumi").parent), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    named = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    direct = ",".join(dict.fromkeys([*filter(None, named.split(",")), *LOOPBACK]))
    return {
        "PATH": os.pathsep.join(path),
        "PULUMI_HOME": str(toolchain.pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{state_folder(cache)}?{BACKEND_OPTIONS}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "HANZO_PYTHON": sys.executable,
        "NO_PROXY": direct,
        "no_proxy": direct,
        **dict.fromkeys(SWITCHES, "true"),
        **cloud.environment(),
    }


def state_folder(cache: Path) -> Path:
    """Where the engine keeps the state of every stack it runs for us."""
    return cache / "local" / "state"


@dataclass(frozen=True)
class Engine:
    """Pulumi, with the state in this cache, against this cloud."""

    cache: Path
    toolchain: Toolchain
    cloud: Cloud
    listen: Callable[[Board], None] = field(default=lambda _: None)
    """Called after each event with all that is known so far. Must not raise: the engine would go on unheard."""

    @cached_property
    def environment(self) -> dict[str, str]:
        """Variable -> value for the engine."""
        return engine_environment(self.cache, self.toolchain, self.cloud)

    def up(self, plan: Plan, *, policy_packs: tuple[Path, ...] = ()) -> Outcome:
        """
        Everything of the plan exists afterwards. What a killed run left behind is repaired first.

        With policy packs the run is previewed first: a rule refused later would find resources already made.

        Raises:
            InputError: the program or a policy refused the plan, or it would replace the cluster.
            TryAgainError: a resource failed, or another run holds the stack. Running it again goes on from there.
        """
        faults = fixed_faults(self.state(plan.application, plan.environment), plan)
        if faults:
            raise InputError(faults)
        if policy_packs:
            self.preview(plan, policy_packs=policy_packs)
        program = Program(plan)
        with self._ready(plan.application, plan.environment, program) as stack, program.faults_as_written():
            outcome = self._run(stack.up, policy_packs=[str(pack) for pack in policy_packs] or None)
        return replace(outcome, outputs=self.state(plan.application, plan.environment).outputs)

    def preview(self, plan: Plan, *, policy_packs: tuple[Path, ...] = ()) -> Outcome:
        """
        What `up` would do.

        Raises:
            InputError: the program or a policy refused the plan.
            TryAgainError: a provider could not answer.
        """
        program = Program(plan)
        with self._ready(plan.application, plan.environment, program) as stack, program.faults_as_written():
            return self._run(stack.preview, policy_packs=[str(pack) for pack in policy_packs] or None)

    def destroy(self, application: str, environment: str, *, protected_too: bool = False) -> Outcome:
        """
        Nothing of the stack exists afterwards, the stack itself included. No stack: nothing to do.

        Raises:
            InputError: the stack holds protected resources, and they were not to go.
            TryAgainError: a resource would not go, or another run holds the stack.
        """
        if not self.state(application, environment).exists:
            return Outcome(changes={}, outputs={}, seconds=0.0)
        with self._ready(application, environment, _nothing) as stack:
            _lift_protection(stack, protected_too=protected_too)
            outcome = self._run(stack.destroy)
            stack.workspace.remove_stack(environment)
            return outcome

    def state(self, application: str, environment: str) -> StackState:
        """What is known of this stack without starting the engine."""
        return StackState(state_folder(self.cache), application, environment)

    @contextmanager
    def _ready(self, application: str, environment: str, program: Callable[[], Any]) -> Iterator[Stack]:
        """The stack, made if there is none, whole after any earlier run, and never left with a running engine."""
        said_of = f"{application}/{environment}"
        with claim.shared(self.cache), _process_environment(self.environment), _complaints_in_words(said_of):
            state = self.state(application, environment)
            state.folder.mkdir(parents=True, exist_ok=True)
            repair.stop_leftovers(self.toolchain)
            was_killed = repair.clear_locks(state)
            stack = _stack(environment, self._workspace(application, program))
            if was_killed or state.has_pending:
                # What was being made when the run died is unknown to the state. Providers find it again by name.
                self._run(stack.refresh, title="putting right what a killed run left", clear_pending_creates=True)
            yield stack

    def _workspace(self, application: str, program: Callable[[], Any]) -> LocalWorkspace:
        from pulumi.automation import LocalWorkspace, ProjectSettings, PulumiCommand

        folder = self.cache / "local" / "programs" / application
        folder.mkdir(parents=True, exist_ok=True)
        return LocalWorkspace(
            work_dir=str(folder),
            program=program,
            env_vars=self.environment,
            project_settings=ProjectSettings(name=application, runtime="python"),
            pulumi_command=PulumiCommand(root=str(self.toolchain.path("pulumi").parents[1]), skip_version_check=True),
        )

    def _run(self, action: Callable[..., Any], *, title: str = "", **options: Any) -> Outcome:
        from pulumi.automation.errors import CommandError, ConcurrentUpdateError, InlineSourceRuntimeError

        board = Board(title=title)

        def on_event(event: EngineEvent) -> None:
            board.observe(event)
            self.listen(board)

        began = time.monotonic()
        try:
            repair.run_to_its_end(lambda: action(on_event=on_event, color="never", **options), self.toolchain)
        except ConcurrentUpdateError:
            raise
        except InlineSourceRuntimeError as error:
            raise InputError(board.faults(_last_words(error))) from error
        except CommandError as error:
            faults = board.faults(_last_words(error))
            raise (TryAgainError(faults) if board.may_pass else InputError(faults)) from error
        return Outcome(changes=board.changes, outputs={}, seconds=time.monotonic() - began)


@contextmanager
def _complaints_in_words(stack: str) -> Iterator[None]:
    """
    Raises:
        TryAgainError: another run holds the stack.
        InputError: the engine could not do what comes before and after a run, such as reading its state.
    """
    from pulumi.automation.errors import CommandError, ConcurrentUpdateError

    try:
        yield
    except ConcurrentUpdateError as error:
        what = "another run holds this stack"
        raise TryAgainError(Fault(stack, what, "wait for it to end, then run this again")) from error
    except CommandError as error:
        raise InputError(Fault(stack, readable(_last_words(error)))) from error


def _last_words(error: CommandError) -> str:
    """What the engine wrote to stderr; the error's text is its exit code, stdout and stderr, each under its name."""
    return str(error).rpartition("stderr: ")[2]


def _stack(name: str, workspace: LocalWorkspace) -> Stack:
    """The stack, made if there is none. It asks the engine nothing after a run: the state folder has the answers."""
    from datetime import UTC, datetime

    from pulumi.automation import Stack, UpdateSummary
    from pulumi.automation._stack import StackInitMode
    from pulumi.automation.errors import StackAlreadyExistsError

    class Terse(Stack):
        def outputs(self) -> dict[str, Any]:
            return {}

        def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: ARG002, FBT001, FBT002 - Pulumi's signature
            return UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")

    try:
        return Terse(name, workspace, StackInitMode.CREATE_OR_SELECT)
    except StackAlreadyExistsError:
        # Another run made it between the look and the making. Whichever locks it first goes on.
        return Terse(name, workspace, StackInitMode.SELECT)


def _lift_protection(stack: Stack, *, protected_too: bool) -> None:
    """No resource of the stack is protected afterwards, or the caller is told which ones are."""
    state = stack.export_stack()
    resources = (state.deployment or {}).get("resources", [])
    kept = [resource for resource in resources if resource.get("protect") or resource.get("retainOnDelete")]
    if kept and not protected_too:
        hint = "let go of protection in the environment and deploy once more, or add --protected"
        raise InputError(tuple(Fault(resource["urn"].rpartition("::")[2], "is protected", hint) for resource in kept))
    for resource in kept:
        resource.update(protect=False, retainOnDelete=False)
    if kept:
        stack.import_stack(state)


class Program:
    """The program of one plan. The engine would wrap what it raises in its own words, so it keeps it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._raised: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> None:
        """Make everything of the plan."""
        import asyncio

        from hanzo_components import deploy

        self._loop = asyncio.get_event_loop()
        try:
            deploy(self._plan)
        except Exception as error:
            self._raised = error
            raise

    @contextmanager
    def faults_as_written(self) -> Iterator[None]:
        """
        Raises:
            InputError: a component refused what it was given, in the component's words.
        """
        from pulumi import RunError

        try:
            yield
        except HanzoError:
            if isinstance(self._raised, RunError):
                raise InputError(Fault("", str(self._raised))) from self._raised
            if self._raised is not None:
                raise self._raised from None
            raise
        finally:
            self._close_loop()

    def _close_loop(self) -> None:
        """Pulumi leaves it open when a task fails as the program ends, and may still be ending it after a run."""
        if self._loop is None:
            return
        deadline = time.monotonic() + ENDS_WITHIN_S
        while self._loop.is_running() and time.monotonic() < deadline:
            time.sleep(0.01)
        # Between two tasks that are cancelled it does not run, and may the next moment.
        with suppress(RuntimeError):
            self._loop.close()


def _nothing() -> None:
    """A program without resources; `destroy` reads the state alone."""


@contextmanager
def _process_environment(environment: Mapping[str, str]) -> Iterator[None]:
    """
    The engine's variables in this process for the time of a run.

    The inline program talks to the engine from here, and the Automation API hands our own variables on.
    """
    before = dict(os.environ)
    os.environ.update(environment)
    # When a run fails, calls that were under way are cut off; Pulumi logs each one with a traceback, after the reason.
    for cut_off in ("grpc", "asyncio"):
        logging.getLogger(cut_off).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
