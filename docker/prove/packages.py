"""Proof over all packages: torch as pinned, one OpenCV, and onnxruntime with its CUDA provider."""

import importlib.metadata
import re
import sys


def fail(sentence: str) -> None:
    sys.exit(f"steadydancer: {sentence}")


def installed() -> dict[str, str]:
    return {
        re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(): d.version
        for d in importlib.metadata.distributions()
    }


packages = installed()
with open("/opt/steadydancer/constraints.txt") as lines:
    for line in lines:
        name, version = line.strip().split("==")
        if packages.get(name) != version:
            fail(f"{name} {version} was replaced by {packages.get(name, 'nothing')}.")

opencv = sorted(name for name in packages if name.startswith("opencv-"))
if len(opencv) != 1:
    fail(f"There has to be one OpenCV, and there is {', '.join(opencv) or 'none'}: they overwrite each other.")
if "onnxruntime" in packages:
    fail("The CPU's onnxruntime is installed over onnxruntime-gpu: pose detection would be slow.")

for name in ["cv2", "onnxruntime"]:
    try:
        __import__(name)
    except Exception as error:
        fail(f"{name} is installed and does not import: {error}")

import onnxruntime  # noqa: E402

# Listed where the package was built with it; works without a GPU.
if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
    fail("onnxruntime has no CUDAExecutionProvider: pose detection would be slow.")
print(f"packages: {len(packages)}, torch as pinned, {opencv[0]}, onnxruntime with CUDA.")
