"""What stands on the port while the models are fetched: a plain page, and 503 for everything else."""

import html
import http.server
import json
import threading
from collections import deque

TEMPLATE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="refresh" content="5"><title>SteadyDancer: models</title>
<body style="font-family: sans-serif; max-width: 50em; margin: 3em auto">
<h1>The models are being fetched</h1>
<p><strong>{progress}</strong></p>
<p>ComfyUI starts on this address when they are there. This page looks again every 5 seconds.</p>
<pre>{lines}</pre></body></html>
"""


class StatusPage:
    def __init__(self, port: int) -> None:
        self.progress = "models: their list is being read"
        self._lines: deque[str] = deque(maxlen=20)
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                lines = list(page._lines)
                if self.path == "/":
                    body = TEMPLATE.format(
                        progress=html.escape(page.progress), lines=html.escape("\n".join(lines))
                    )
                    self._answer(200, "text/html; charset=utf-8", body)
                else:
                    # Not 200: a client that waits for ComfyUI goes on waiting.
                    state = {"state": "fetching-models", "progress": page.progress, "lines": lines}
                    self._answer(503, "application/json", json.dumps(state))

            def _answer(self, status: int, kind: str, body: str) -> None:
                data = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("Retry-After", "5")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler)

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def say(self, line: str) -> None:
        if line:
            self._lines.append(line)

    def stop(self) -> None:
        """Frees the port: ComfyUI is next on it."""
        self._server.shutdown()
        self._server.server_close()
