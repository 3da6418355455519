"""`hanzo`: the entry point. Errors meant for people become text and an exit code; nothing else is caught."""

from __future__ import annotations

import sys

from hanzo_iac.errors import HanzoError


def main() -> None:
    """Run the command line and leave with its exit code."""
    from hanzo_iac.cli.app import app
    from hanzo_iac.cli.console import print_error, say

    try:
        app()
    except HanzoError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(130)


if __name__ == "__main__":
    main()
