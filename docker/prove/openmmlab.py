"""Proof of the OpenMMLab stage: mmcv has its compiled operators, and the three import together."""

import importlib
import sys

for name in ["mmengine", "mmcv", "mmcv._ext", "mmdet", "mmpose"]:
    try:
        importlib.import_module(name)
    except Exception as error:
        sys.exit(f"steadydancer: OpenMMLab is installed and {name} does not import: {error}")
print("OpenMMLab imports.")
