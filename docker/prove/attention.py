"""Proof of the attention stage, without a GPU: the back-end imports, with its compiled part."""

import importlib
import importlib.metadata
import os
import sys
from urllib.parse import unquote

attention = sys.argv[1]


def fail(sentence: str) -> None:
    sys.exit(f"steadydancer: {sentence}")


def wheel_version() -> str:
    name = unquote(os.environ["FLASH_ATTN_WHEEL"]).rsplit("/", 1)[-1]
    return name.split("-")[1].split("+")[0]


# A wheel for another torch imports until its compiled part is asked for.
modules = {
    "flash-attn": ["torch", "flash_attn_2_cuda", "flash_attn"],
    "xformers": ["torch", "xformers", "xformers.ops"],
    "sageattention": ["torch", "sageattention"],
    "sdpa": ["torch"],
}[attention]
versions = {
    "flash-attn": wheel_version(),
    "xformers": os.environ["XFORMERS_VERSION"],
    "sageattention": os.environ["SAGEATTENTION_VERSION"],
}
for name in modules:
    try:
        importlib.import_module(name)
    except Exception as error:
        fail(f"{attention} is installed and {name} does not import: {error}")
if attention in versions:
    found = importlib.metadata.version(attention.replace("-", "_")).split("+")[0]
    if found != versions[attention]:
        fail(f"{attention} is {found}, and {versions[attention]} was asked for.")
print(f"attention: {attention} imports.")
