"""Stand-in for ComfyUI: takes its flags, loads node packs, answers its API, renders by ffmpeg.

It proves what the image is for: that torch is importable, packs load, folders are writable and
ffmpeg makes an mp4. It answers no WebSocket: a client follows the history.
"""

import argparse
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.parse
import uuid

import torch

import nodes

HERE = os.path.dirname(os.path.abspath(__file__))
parser = argparse.ArgumentParser()
parser.add_argument("--listen", default="127.0.0.1")
parser.add_argument("--port", type=int, default=8188)
parser.add_argument("--temp-directory", default=HERE)
parser.add_argument("--disable-all-custom-nodes", action="store_true")
parser.add_argument("--quick-test-for-ci", action="store_true")
args, _ = parser.parse_known_args()
history = {}


def log(line):
    print(line, file=sys.stderr, flush=True)


def render(prompt):
    outputs = {}
    for key, node in prompt.items():
        if node["class_type"] != "VHS_VideoCombine":
            continue
        sizes = [n["inputs"] for n in prompt.values() if n["class_type"] == "WanVideoImageToVideoEncode"]
        frames = [n["inputs"] for n in prompt.values() if n["class_type"] == "VHS_LoadVideo"]
        name = f"{node['inputs']['filename_prefix']}_00001.mp4"
        rate = node["inputs"]["frame_rate"]
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
             f"testsrc=size={sizes[0]['width']}x{sizes[0]['height']}:rate={rate}",
             "-frames:v", str(frames[0]["frame_load_cap"]), "-c:v", "libx264", "-pix_fmt", "yuv420p",
             os.path.join(HERE, "output", name)],
            check=True,
        )
        outputs[key] = {"gifs": [{"filename": name, "subfolder": "", "type": "output",
                                  "format": "video/h264-mp4", "frame_rate": float(rate)}]}
    return outputs


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/":
            self.answer("<title>ComfyUI</title>".encode(), "text/html")
        elif path == "/system_stats":
            self.answer({
                "system": {"os": "posix", "ram_total": 1, "ram_free": 1, "comfyui_version": "0.21.0",
                           "python_version": sys.version, "pytorch_version": torch.__version__,
                           "embedded_python": False, "argv": sys.argv},
                "devices": [{"name": "cpu", "type": "cpu", "index": None, "vram_total": 1,
                             "vram_free": 1, "torch_vram_total": 1, "torch_vram_free": 1}],
            })
        elif path.startswith("/object_info"):
            name = urllib.parse.unquote(path.removeprefix("/object_info").strip("/"))
            wanted = [name] if name else list(nodes.NODE_CLASS_MAPPINGS)
            self.answer({n: nodes.describe(n) for n in wanted if n in nodes.NODE_CLASS_MAPPINGS})
        elif path.startswith("/history/"):
            key = path.rsplit("/", 1)[-1]
            self.answer({key: history[key]} if key in history else {})
        elif path == "/queue":
            self.answer({"queue_running": [], "queue_pending": []})
        elif path == "/view":
            fields = dict(urllib.parse.parse_qsl(query))
            with open(os.path.join(HERE, fields["type"], fields["filename"]), "rb") as file:
                self.answer(file.read(), "video/mp4")
        else:
            self.answer({"error": "not here"}, status=404)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if self.path != "/prompt":
            self.answer({})
            return
        prompt, key = body["prompt"], str(uuid.uuid4())
        outputs = render(prompt)
        history[key] = {"prompt": [0, key, prompt, {}, []], "outputs": outputs,
                        "status": {"status_str": "success", "completed": True, "messages": []},
                        "meta": {}}
        self.answer({"prompt_id": key, "number": 0, "node_errors": {}})

    def answer(self, body, kind="application/json", status=200):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    log(f"Python version: {sys.version}")
    if not args.disable_all_custom_nodes:
        nodes.load_custom_nodes(log)
    if args.quick_test_for_ci:
        sys.exit(0)
    # What the real one writes at its start.
    for folder in ["user", "output", "input", args.temp_directory]:
        with open(os.path.join(HERE, folder, ".written"), "w") as file:
            file.write("")
    server = http.server.ThreadingHTTPServer((args.listen, args.port), Handler)
    log("Starting server\n")
    log(f"To see the GUI go to: http://{args.listen}:{args.port}")
    threading.Thread(target=server.serve_forever).start()
