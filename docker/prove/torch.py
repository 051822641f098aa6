"""Proof of the torch stage, without a GPU: it imports, is what was asked for, and can compute."""

import os
import sys


def fail(sentence: str) -> None:
    sys.exit(f"steadydancer: {sentence}")


def public(version: str) -> str:
    return version.split("+")[0]


wanted = {
    "torch": os.environ["TORCH_VERSION"],
    "torchvision": os.environ["TORCHVISION_VERSION"],
    "torchaudio": os.environ["TORCHAUDIO_VERSION"],
}
for name, version in wanted.items():
    try:
        module = __import__(name)
    except Exception as error:  # whatever a broken wheel raises
        fail(f"{name} is installed and does not import: {error}")
    if public(module.__version__) != version:
        fail(f"{name} is {module.__version__}, and {version} was asked for.")

import torch  # noqa: E402

cuda = os.environ.get("CUDA_VERSION", "")
if not torch.version.cuda:
    fail(f"torch {torch.__version__} was built without CUDA.")
if cuda and torch.version.cuda != cuda:
    fail(f"torch {torch.__version__} is for CUDA {torch.version.cuda}, and {cuda} was asked for.")
ones = torch.ones(2, 2)
if float((ones @ ones).sum()) != 8:
    fail(f"torch {torch.__version__} computes wrong results.")
print(f"torch {torch.__version__} for CUDA {torch.version.cuda}: imports and computes.")
