"""`hanzo`: the entry point. What people must know becomes text and an exit code; our own faults stay tracebacks."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys

from hanzo_iac.errors import Fault, HanzoError, InputError


def main() -> None:
    """Run the command line and leave with its exit code."""
    _prepare()
    try:
        from hanzo_iac.cli.app import app

        app()
    except HanzoError as error:
        _fail(error)
    except OSError as failure:
        # A full disk or a folder that may not be read, met where no command has better words for it.
        _fail(InputError(Fault(str(failure.filename or ""), failure.strerror or str(failure))))
    except KeyboardInterrupt:
        # While a command runs, typer sees to it.
        sys.exit(130)


def _prepare() -> None:
    """
    The process starts fast, prints whatever the locale, and ends in order when it is asked to.

    Measured 2026-11: collecting cycles seldom and searching no packages for plugins of pydantic makes 0.34 s of 0.41.
    """
    gc.set_threshold(100_000, 20, 20)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # As Ctrl-C does: what runs on behalf of this command is stopped on the way out.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup is heeded
            signal.signal(number, lambda number, _: sys.exit(128 + number))


def _fail(error: HanzoError) -> None:
    from hanzo_iac.cli.console import print_error

    print_error(error)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
