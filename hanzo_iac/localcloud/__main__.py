"""`python -m hanzo_iac.localcloud`: the supervisor. Started by `client.start`, not by hand."""

from __future__ import annotations

import sys

from hanzo_iac.localcloud.supervisor import main

if __name__ == "__main__":
    sys.exit(main())
