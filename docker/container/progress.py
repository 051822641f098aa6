"""How far the models are, counted on the disk: right also after a container that was restarted."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Progress:
    done: int
    files: int
    bytes_done: int
    bytes_total: int
    # False while the size of a file that is still to come is an estimate.
    exact: bool

    def line(self) -> str:
        """`models 3 of 6, 12.4 of 28.7 GB`."""
        about = "" if self.exact else "about "
        return (
            f"models {self.done} of {self.files}, "
            f"{self.bytes_done / 1e9:.1f} of {about}{self.bytes_total / 1e9:.1f} GB"
        )


def measure(plan: Path, folder: Path) -> Progress | None:
    """`plan`: what download_models.sh means to fetch, one `path TAB bytes TAB exact|estimate` a
    line; None until it has written that."""
    try:
        wanted = [line.split("\t") for line in plan.read_text().splitlines()]
    except OSError:
        return None
    if not wanted:
        return None
    done = bytes_done = bytes_total = 0
    exact = True
    for path, size, kind in wanted:
        whole = size_of(folder / path)
        if whole is not None:
            done += 1
            bytes_done += whole
            bytes_total += whole
            continue
        part = size_of(folder / f"{path}.part") or 0
        bytes_done += part
        bytes_total += max(int(size), part)
        exact = exact and kind == "exact"
    return Progress(done, len(wanted), bytes_done, bytes_total, exact)


def size_of(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None
