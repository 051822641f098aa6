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
from pathlib import Path

from status_page import StatusPage

HERE = Path(__file__).parent
COMFYUI = Path(os.environ.get("COMFYUI_DIR", "/opt/ComfyUI"))
PORT = int(os.environ.get("COMFYUI_PORT", "8188"))


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
    child = subprocess.Popen(
        ["sh", str(HERE / "download_models.sh"), str(COMFYUI / "models")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    # The container is told to stop: the download too, which keeps its part.
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    assert child.stdout
    for line in child.stdout:
        print(line, end="", flush=True)
        page.say(line.strip())
    code = child.wait()
    page.stop()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if code != 0:
        sys.exit(code if code > 0 else 128 - code)


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
