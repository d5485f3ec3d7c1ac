"""How a number of bytes becomes words. One rule for the whole house, so that GB and GiB never meet in one sum.

what is kept or moved    files, downloads, disks           GB = 10^9 bytes, as the Hub and disks show them: `on_disk`
what must be in memory   weights loaded, cache, overhead,  GiB = 2^30 bytes, always written GiB:            `in_memory`
                         what a machine has room for
names                    `RTX 4090 24 GB`, `64 GB RAM`     as on the box (``Machine.describe``); never counted with

GROUND FLOOR. Between functions go plain bytes; only these two make words of them, everywhere.
"""

from __future__ import annotations

_DECIMAL = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
_BINARY = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def on_disk(size_bytes: float) -> str:
    """Write bytes of files in decimal units: `16.4 GB`, `140 GB`, `820 MB`."""
    return _written(size_bytes, _DECIMAL)


def in_memory(size_bytes: float) -> str:
    """Write bytes of memory in binary units, named so: `15.3 GiB`, `131 GiB`, `512 MiB`."""
    return _written(size_bytes, _BINARY)


def _written(size_bytes: float, units: tuple[tuple[int, str], ...]) -> str:
    """Write three digits; MiB and smaller in whole numbers."""
    for unit, letters in units:
        if size_bytes >= 0.95 * unit:
            number = size_bytes / unit
            has_part = unit >= 10**9 and number < 99.95
            return f"{number:.1f} {letters}" if has_part else f"{number:.0f} {letters}"
    return f"{size_bytes:.0f} B"
