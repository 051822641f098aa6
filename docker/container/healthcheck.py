"""Healthy: ComfyUI answers, or the models are still being fetched."""

import json
import os
import sys
import urllib.error
import urllib.request

url = f"http://127.0.0.1:{os.environ.get('COMFYUI_PORT', '8188')}/system_stats"
try:
    # No proxy: the environment's is for the world outside.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=4) as answer:
        json.load(answer)
except urllib.error.HTTPError as error:
    state = json.load(error).get("state") if error.code == 503 else None
    sys.exit(0 if state == "fetching-models" else 1)
except (OSError, ValueError) as error:
    sys.exit(f"ComfyUI does not answer at {url}: {error}")
