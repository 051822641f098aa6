"""Entry point: a home for any uid, models first where that is asked for, then ComfyUI.

FETCH_MODELS=true        fetch what is missing before ComfyUI starts; a status page stands on the port
ENABLE_STEADYDANCER=false  plain ComfyUI, without node packs
COMFYUI_PORT, COMFYUI_ARGS  the port (8188), more arguments for ComfyUI
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from progress import measure
from status_page import StatusPage

HERE = Path(__file__).parent
COMFYUI = Path(os.environ.get("COMFYUI_DIR", "/opt/ComfyUI"))
PORT = int(os.environ.get("COMFYUI_PORT", "8188"))
# A log is read later: a line now and then is enough.
LOG_EVERY_S = 10


def is_true(name: str, default: str) -> bool:
    return (os.environ.get(name) or default).lower() == "true"


def make_home() -> None:
    """A uid without a name has no home, and caches go below it."""
    home = os.environ.get("HOME", "/")
    if not os.access(home, os.W_OK) or home == "/":
        home = "/home/steadydancer"
        if not os.access(home, os.W_OK):
            home = tempfile.mkdtemp(prefix="home-")
        os.environ["HOME"] = home
    # getpass.getuser(), which torch's compiler calls, reads these before /etc/passwd.
    os.environ.setdefault("USER", "steadydancer")
    os.environ.setdefault("LOGNAME", os.environ["USER"])
    cache = os.environ.setdefault("XDG_CACHE_HOME", f"{home}/.cache")
    os.environ.setdefault("XDG_CONFIG_HOME", f"{home}/.config")
    os.environ.setdefault("TRITON_CACHE_DIR", f"{cache}/triton")
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", f"{cache}/inductor")
    os.environ.setdefault("NUMBA_CACHE_DIR", f"{cache}/numba")
    os.environ.setdefault("MPLCONFIGDIR", f"{cache}/matplotlib")


def place(source: Path, folder: Path) -> None:
    """Copies what the workflows refer to; what is there already is somebody's own."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in source.iterdir():
            target = folder / file.name
            if not target.exists():
                shutil.copyfile(file, target)
    except OSError as error:
        print(f"steadydancer: {folder} could not get {source.name}: {error}", file=sys.stderr)


def fetch_models() -> None:
    page = StatusPage(PORT)
    page.start()
    models = COMFYUI / "models"
    plan = Path(tempfile.mkdtemp(prefix="models-")) / "plan"
    child = subprocess.Popen(
        ["sh", str(HERE / "download_models.sh"), str(models)],
        env={**os.environ, "MODELS_PLAN": str(plan)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        # A group of its own: the shell would see a signal only when its curl has ended.
        start_new_session=True,
    )
    # The container is told to stop: the download too, which keeps its part.
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(child.pid, signal.SIGTERM))
    ended = threading.Event()
    watcher = threading.Thread(target=say_progress, args=(page, plan, models, ended), daemon=True)
    watcher.start()
    assert child.stdout
    for line in child.stdout:
        print(line, end="", flush=True)
        page.say(line.strip())
    code = child.wait()
    ended.set()
    watcher.join()
    page.stop()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    shutil.rmtree(plan.parent, ignore_errors=True)
    if code != 0:
        sys.exit(code if code > 0 else 128 - code)


def say_progress(page: StatusPage, plan: Path, models: Path, ended: threading.Event) -> None:
    """The same line on the page and, when it changed, in the container's log."""
    said, said_at = "", float("-inf")
    while True:
        last = ended.wait(1)
        progress = measure(plan, models)
        if progress is not None:
            page.progress = progress.line()
            due = last or time.monotonic() - said_at >= LOG_EVERY_S
            if due and page.progress != said:
                said, said_at = page.progress, time.monotonic()
                print(said, flush=True)
        if last:
            return


def main() -> None:
    make_home()
    args = ["--listen", "0.0.0.0", "--port", str(PORT), "--disable-auto-launch"]
    # Its default is emptied at the start, for which the folder above would have to be writable.
    args += ["--temp-directory", tempfile.mkdtemp(prefix="comfyui-")]
    if is_true("ENABLE_STEADYDANCER", "true"):
        place(HERE / "inputs", COMFYUI / "input")
        place(HERE / "workflows", COMFYUI / "user" / "default" / "workflows")
        if is_true("FETCH_MODELS", "false"):
            fetch_models()
    else:
        args.append("--disable-all-custom-nodes")
    args += shlex.split(os.environ.get("COMFYUI_ARGS", "")) + sys.argv[1:]
    os.chdir(COMFYUI)
    os.execvp(sys.executable, [sys.executable, "main.py", *args])


main()
