"""
The engine's `LanguageRuntime` service: each call read, handed to `commands` for the decision, run by `children`.

Code generation (`GenerateProgram` and its like) and packaging stay unimplemented: nothing that previews, deploys or
judges a stack calls them, and gRPC answers for them.
"""

# ruff: noqa: ARG002, N802 (names and arguments are gRPC's)

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc, plugin_pb2

from hanzo_iac.errors import HanzoError, InputError
from hanzo_iac.toolchain.language_host import commands, interpreter
from hanzo_iac.toolchain.language_host.children import Children, output_of
from hanzo_iac.toolchain.programs import PULUMI_VERSION


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers one engine. `exec_folders` are searched for the SDK's exec script, in this order."""

    def __init__(self, engine: str, children: Children, exec_folders: tuple[Path, ...]) -> None:
        self._engine = engine
        self._children = children
        self._exec_folders = exec_folders

    def Handshake(self, request: Any, context: Any) -> Any:
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=PULUMI_VERSION)

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        # None named: a plugin that is listed but absent makes `package get-schema` download, whatever the settings
        # say. The engine learns what it needs from the resources as they are registered.
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        return language_pb2.RuntimeOptionsResponse()

    def Template(self, request: Any, context: Any) -> Any:
        return language_pb2.TemplateResponse()

    def Run(self, request: Any, context: Any) -> Any:
        try:
            python = _interpreter(request.info)
            exec_script = commands.find_exec_script(self._exec_folders)
            child = self._children.start(
                commands.program_command(python.python, exec_script, self._program_run(request)),
                cwd=request.pwd,
                env=commands.program_environment(os.environ, python, request.config, request.configSecretKeys),
            )
        except (HanzoError, OSError) as error:
            # An error in the answer would be called "unhandled"; said through the engine's log it stands as it is.
            self._show(str(error))
            return language_pb2.RunResponse(bail=True)
        context.add_callback(lambda: self._children.stop(child))
        verdict = commands.program_verdict(self._children.wait(child))
        return language_pb2.RunResponse(error=verdict.error, bail=verdict.bail)

    def _show(self, message: str) -> None:
        with grpc.insecure_channel(self._engine) as channel:
            log = engine_pb2.LogRequest(severity=engine_pb2.ERROR, message=message)
            engine_pb2_grpc.EngineStub(channel).Log(log)

    def _program_run(self, request: Any) -> commands.ProgramRun:
        return commands.ProgramRun(
            monitor=request.monitor_address,
            engine=self._engine,
            project=request.project,
            stack=request.stack,
            organization=request.organization,
            root=Path(request.info.root_directory),
            pwd=request.info.program_directory,
            dry_run=request.dryRun,
            parallel=request.parallel,
            entry=request.info.entry_point,
            args=tuple(request.args),
        )

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        try:
            python = _interpreter(request.info)
            command = commands.plugin_command(
                python.python, request.kind, Path(request.info.program_directory), request.args
            )
            env = commands.environment_of(request.env) or dict(os.environ)
            child = self._children.start(
                command, cwd=request.pwd, env=commands.child_environment(env, python), piped=True
            )
        except (HanzoError, OSError) as error:
            _refuse(context, error)
        # The engine ends a plugin by dropping the call.
        context.add_callback(lambda: self._children.stop(child))
        for stream, chunk in output_of(child):
            yield (
                language_pb2.RunPluginResponse(stdout=chunk)
                if stream == "stdout"
                else language_pb2.RunPluginResponse(stderr=chunk)
            )
        yield language_pb2.RunPluginResponse(exitcode=self._children.wait(child))

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        try:
            steps = commands.install_commands(
                _options(request.info), Path(request.info.root_directory), Path(sys.executable)
            )
            for step in steps:
                child = self._children.start(step, cwd=request.info.program_directory, env=os.environ, piped=True)
                context.add_callback(lambda child=child: self._children.stop(child))
                for stream, chunk in output_of(child):
                    yield language_pb2.InstallDependenciesResponse(**{stream: chunk})
                code = self._children.wait(child)
                if code != 0:
                    context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{' '.join(step)}: exit code {code}")
        except (HanzoError, OSError) as error:
            _refuse(context, error)

    def About(self, request: Any, context: Any) -> Any:
        python = self._asked(request, context)
        return language_pb2.AboutResponse(executable=str(python[0]), version=python[1].version)

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        _, answer = self._asked(request, context)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=package.name, version=package.version)
                for package in answer.packages
                if request.transitiveDependencies or not package.required
            ]
        )

    def _asked(self, request: Any, context: Any) -> tuple[Path, interpreter.Answer]:
        try:
            python = _interpreter(request.info).python
            return python, interpreter.ask(python)
        except (HanzoError, OSError, subprocess.SubprocessError) as error:
            _refuse(context, error)

    def Cancel(self, request: Any, context: Any) -> Any:
        self._children.stop_all()
        return empty_pb2.Empty()


def _options(info: Any) -> dict[str, Any]:
    return dict(json_format.MessageToDict(info.options))


def _interpreter(info: Any) -> commands.Interpreter:
    return commands.choose_interpreter(_options(info), Path(info.root_directory), Path(sys.executable))


def _refuse(context: Any, error: Exception) -> NoReturn:
    """Ends the call with the error's text, which the CLI prints."""
    code = grpc.StatusCode.FAILED_PRECONDITION if isinstance(error, InputError) else grpc.StatusCode.INTERNAL
    context.abort(code, str(error))
    raise error  # never reached: abort raises; this line tells the type checker
