"""Several PDF files of one stack become one. In a process of its own: files are not opened in ours.

Run as `python -m channels.post.inlets.joining TARGET PART…`; imports neither Django nor settings.
"""

import resource
import subprocess
import sys
from pathlib import Path

SECONDS = 120
MEMORY_BYTES = 1024 * 1024 * 1024


def join(parts: list[Path], target: Path) -> bool:
    """Whether `target` now holds all pages of the parts in order, their pictures untouched."""
    command = [sys.executable, "-m", __name__, str(target), *map(str, parts)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main(target: str, *parts: str) -> None:
    import pikepdf

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(part) as one:
                whole.pages.extend(one.pages)
        whole.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
