"""Stand-in for ComfyUI's nodes.py: its table of node classes, filled from what was recorded."""

import importlib.util
import json
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
NODE_CLASS_MAPPINGS = {}

# Inputs whose choices are the files of a folder of models/.
FOLDERS = {
    ("WanVideoModelLoader", "model"): "diffusion_models",
    ("WanVideoVAELoader", "model_name"): "vae",
    ("WanVideoTextEncodeCached", "model_name"): "text_encoders",
    ("CLIPVisionLoader", "clip_name"): "clip_vision",
    ("WanVideoLoraSelect", "lora"): "loras",
    ("OnnxDetectionModelLoader", "vitpose_model"): "detection",
    ("OnnxDetectionModelLoader", "yolo_model"): "detection",
}


def files_in(folder):
    found = []
    for at, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(at, name), folder) for name in names]
    return sorted(found)


def spec(node, name, recorded):
    choices = recorded.get("choices")
    options = {key: recorded[key] for key in ("default", "min", "max") if key in recorded}
    if isinstance(choices, str):
        if (node, name) in FOLDERS:
            return [files_in(os.path.join(HERE, "models", FOLDERS[node, name])), options]
        return [files_in(os.path.join(HERE, "input")), options]
    if choices is not None:
        return [choices, options]
    return [recorded["type"].split(" ")[0], options]


def recorded_classes(path):
    """What a pack's `__init__.py` gives to ComfyUI: a class for each entry of its classes.json."""
    with open(path) as file:
        entries = json.load(file)
    return {name: type(name, (), {"RECORDED": entry}) for name, entry in entries.items()}


def describe(name):
    entry = NODE_CLASS_MAPPINGS[name].RECORDED
    return {
        "input": {
            kind: {key: spec(name, key, one) for key, one in (entry.get(kind) or {}).items()}
            for kind in ("required", "optional")
        },
        "output": entry["returns"],
        "output_is_list": [False] * len(entry["returns"]),
        "output_name": entry["return_names"],
        "name": name,
        "display_name": name,
        "description": "",
        "python_module": "nodes",
        "category": "world",
        "output_node": bool(entry.get("output_node")),
    }


def load_custom_nodes(log):
    folder = os.path.join(HERE, "custom_nodes")
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not os.path.exists(os.path.join(path, "__init__.py")):
            continue
        try:
            loader = importlib.util.spec_from_file_location(name, os.path.join(path, "__init__.py"))
            module = importlib.util.module_from_spec(loader)
            sys.modules[name] = module
            loader.loader.exec_module(module)
            NODE_CLASS_MAPPINGS.update(module.NODE_CLASS_MAPPINGS)
            log(f"   0.0 seconds: {path}")
        except Exception as error:
            log(traceback.format_exc())
            log(f"Cannot import {path} module for custom nodes: {error}")
            log(f"   0.0 seconds (IMPORT FAILED): {path}")


NODE_CLASS_MAPPINGS.update(recorded_classes(os.path.join(HERE, "classes.json")))
