"""Read a wheel's METADATA and print what it needs on this machine, without the libraries for pictures and sound."""

from __future__ import annotations

import sys

from pip._vendor.packaging.requirements import Requirement

LEFT_OUT = {"torch", "torchvision", "torchaudio", "torchcodec"}

for line in sys.stdin:
    if line.startswith("Requires-Dist:"):
        needed = Requirement(line.removeprefix("Requires-Dist:").strip())
        is_wanted = needed.marker is None or needed.marker.evaluate({"extra": ""})
        needed.marker = None
        if is_wanted and needed.name not in LEFT_OUT:
            print(needed)
