"""Prints what the image is made of, as JSON: versions, commits, and what no lock had."""

import importlib.metadata
import json
import os
import platform
from pathlib import Path

here = Path("/opt/steadydancer")


def lines(name: str) -> list[str]:
    file = here / name
    return file.read_text().split("\n")[:-1] if file.exists() else []


commits = [line.split(" ") for line in lines("commits.txt")]
torch_locked = not (here / "torch.lock").exists()
packages = {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()}
print(
    json.dumps(
        {
            "v": 1,
            "python": platform.python_version(),
            "torch": packages["torch"],
            "attention": (lines("attention") or ["sdpa"])[0],
            "variant": os.environ["STEADYDANCER_VARIANT"],
            "textEncoder": os.environ["STEADYDANCER_TEXT_ENCODER"],
            "baked": os.environ["BAKE_STEADYDANCER"] == "true",
            "commits": [
                {"folder": folder, "commit": commit, "repository": repository}
                for folder, commit, repository in commits
            ],
            # Hashes that no lock had before this build, and packages that came beside the lock.
            "recordedHashes": {
                "torch": [] if torch_locked else lines("torch.lock"),
                "flashAttention": lines("flash-attn.sha256"),
            },
            "unlocked": sorted(set(lines("unlocked.txt"))),
            "packages": dict(sorted(packages.items(), key=lambda item: item[0].lower())),
        },
        indent=1,
    )
)
