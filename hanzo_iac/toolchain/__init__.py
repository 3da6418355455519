"""
The pinned programs that `pulumi up` and the local cloud run: found in the cache, downloaded, or built.

    ensure("etcd", "kwok").path("etcd")     installs what is missing
    find("pulumi").path("pulumi")           never installs
    ensure("core").pulumi_home              what the engine is given as PULUMI_HOME

`programs` says which there are, `routes` what that comes to here, `install` does it.
"""

from hanzo_iac.toolchain.install import Toolchain, ensure, find
from hanzo_iac.toolchain.progress import Progress, Silent

__all__ = ["Progress", "Silent", "Toolchain", "ensure", "find"]
