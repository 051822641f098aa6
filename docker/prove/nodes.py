"""Proof that ComfyUI loads every node pack and knows the classes that the workflows ask for.

ComfyUI starts as `main.py --cpu --quick-test-for-ci`, which ends after the nodes are loaded; then
its table of classes is read in the same process. Argument: nodes.json, or nothing for packs that
name no classes.
"""

import json
import os
import re
import runpy
import subprocess
import sys
import tempfile

COMFYUI = "/opt/ComfyUI"


def fail(sentence: str) -> None:
    sys.exit(f"steadydancer: {sentence}")


def load(listing: str) -> None:
    """In a process of its own: runs ComfyUI and writes the names of its node classes."""
    scratch = os.environ["HOME"]
    sys.path.insert(0, COMFYUI)
    sys.argv = [
        "main.py",
        *["--cpu", "--quick-test-for-ci", "--disable-auto-launch"],
        *["--user-directory", scratch, "--temp-directory", scratch],
        *["--database-url", "sqlite:///:memory:"],
    ]
    os.chdir(COMFYUI)
    try:
        runpy.run_path("main.py", run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    with open(listing, "w") as file:
        json.dump(sorted(sys.modules["nodes"].NODE_CLASS_MAPPINGS), file)


def main() -> None:
    # All that ComfyUI and the packs write while they are tried: none of it stays in the image.
    with tempfile.TemporaryDirectory() as scratch:
        known = classes(scratch)
    if len(sys.argv) > 1:
        check_classes(sys.argv[1], known)
    print(f"nodes: {len(known)} classes are known.")


def classes(scratch: str) -> set[str]:
    listing = os.path.join(scratch, "classes.json")
    ended = subprocess.run(
        [sys.executable, "-P", __file__, "--load", listing],
        env={**os.environ, "HOME": scratch, "TMPDIR": scratch, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    print(ended.stdout)
    broken = re.search(r"Cannot import (\S+) module for custom nodes: (.+)", ended.stdout)
    if broken:
        fail(f"ComfyUI cannot load {os.path.basename(broken[1])}: {broken[2]}")
    failed = re.search(r"\(IMPORT FAILED\): (\S+)", ended.stdout)
    if failed:
        fail(f"ComfyUI cannot load {os.path.basename(failed[1])}; its reason stands above.")
    if ended.returncode != 0 or not os.path.exists(listing):
        lines = ended.stdout.strip().splitlines() or ["it printed nothing"]
        fail(f"ComfyUI does not start on the processor: {lines[-1]}")
    with open(listing) as file:
        return set(json.load(file))


def check_classes(nodes_file: str, known: set[str]) -> None:
    with open(nodes_file) as file:
        nodes = json.load(file)
    for name in nodes["coreClasses"]:
        if name not in known:
            fail(f"This ComfyUI has no node class {name}.")
    for pack in nodes["nodes"]:
        if pack["optional"]:
            continue
        for name in pack["classes"]:
            if name not in known:
                fail(f"{pack['folder']} has no node class {name} at this commit.")


if sys.argv[1:2] == ["--load"]:
    load(sys.argv[2])
else:
    main()
