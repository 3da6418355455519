"""What the cloud sells and what it costs: dated facts with their source, read from the files in `data/`."""

from hanzo_iac.catalogue.catalogue import Catalogue
from hanzo_iac.catalogue.records import (
    DatabaseSize,
    EngineVersion,
    Gpu,
    KubernetesVersion,
    ModelProvider,
    Price,
    Region,
    Size,
)

__all__ = [
    "Catalogue",
    "DatabaseSize",
    "EngineVersion",
    "Gpu",
    "KubernetesVersion",
    "ModelProvider",
    "Price",
    "Region",
    "Size",
]
