"""Proof on a GPU: torch sees it, one bf16 product and the attention kernel run and are right.

python -P gpu.py ATTENTION [--seconds N] [--while-stdin]

The wizard runs it in a throw-away container of the attention stage and, by `docker exec`, beside a
ComfyUI that runs. By hand: docker exec -i CONTAINER python -P - sdpa < docker/prove/gpu.py

One JSON document is the last line of stdout. 0: all of it was proved. 1: not; `step` and `error` say
what. It ends itself after N seconds (default 120; then the exit code is 142), and with --while-stdin
as soon as whoever asked is gone.
"""

import contextlib
import json
import os
import signal
import sys
import tempfile
import threading
import time

# What the stage was built with (steps/attention.sh).
BUILT = "/opt/steadydancer/attention"
# Of the largest value: bf16 has 8 bits, sageattention computes with 8-bit integers.
TOLERANCE = {"product": 0.02, "sageattention": 0.1}
# 8 heads of 128, as many numbers a head as in the 14B model.
BATCH, TOKENS, HEADS, WIDTH = 1, 256, 8, 128
SIDE = 1024


class NotProved(Exception):
    pass


def devices_of(torch):
    # Says why where there is none: is_available() keeps that to itself.
    torch.cuda.init()
    count = torch.cuda.device_count()
    if count == 0:
        raise NotProved("No CUDA GPUs are available")
    found = [torch.cuda.get_device_properties(index) for index in range(count)]
    return [
        {
            "name": one.name,
            "memoryTotalBytes": one.total_memory,
            "capability": f"{one.major}.{one.minor}",
        }
        for one in found
    ]


def timed(torch, work):
    """The second go: the first one loads the kernel, or compiles it. Milliseconds."""
    work()
    torch.cuda.synchronize()
    began = time.perf_counter()
    result = work()
    torch.cuda.synchronize()
    return result, (time.perf_counter() - began) * 1000


def error_of(torch, result, reference, tolerance, what):
    """The largest difference as a share of the largest value."""
    seen = result.float().cpu()
    if not bool(torch.isfinite(seen).all()):
        raise NotProved(f"{what} gave a wrong result: not all of it are numbers")
    error = float((seen - reference).abs().max() / reference.abs().max())
    if error > tolerance:
        raise NotProved(f"{what} gave a wrong result: it is off by {100 * error:.1f} %")
    return error


def product(torch):
    left = torch.randn(SIDE, SIDE).to(torch.bfloat16)
    right = torch.randn(SIDE, SIDE).to(torch.bfloat16)
    on_gpu = [side.to("cuda") for side in (left, right)]
    result, ms = timed(torch, lambda: on_gpu[0] @ on_gpu[1])
    reference = left.float() @ right.float()
    error = error_of(torch, result, reference, TOLERANCE["product"], "the bf16 product")
    return {"ms": ms, "error": error}


def kernel_of(torch, attention):
    """The call that the node pack (flash-attn, sageattention, sdpa) or ComfyUI (xformers) makes."""
    if attention == "flash-attn":
        from flash_attn import flash_attn_varlen_func

        ends = torch.tensor([0, TOKENS], dtype=torch.int32, device="cuda")

        def flash(q, k, v):
            flat = [side.flatten(0, 1) for side in (q, k, v)]
            out = flash_attn_varlen_func(
                *flat,
                cu_seqlens_q=ends,
                cu_seqlens_k=ends,
                max_seqlen_q=TOKENS,
                max_seqlen_k=TOKENS,
            )
            return out.unflatten(0, (BATCH, TOKENS))

        return flash
    if attention == "sageattention":
        from sageattention import sageattn

        return lambda q, k, v: sageattn(q, k, v, tensor_layout="NHD")
    if attention == "xformers":
        from xformers.ops import memory_efficient_attention

        return memory_efficient_attention
    if attention == "sdpa":
        plain = torch.nn.functional.scaled_dot_product_attention

        def sdpa(q, k, v):
            return plain(*(side.transpose(1, 2) for side in (q, k, v))).transpose(1, 2)

        return sdpa
    raise NotProved(f"there is no attention back-end {attention}")


def operators(torch, work):
    """Names of torch's operators that a call went through: which kernel it really was."""
    try:
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as seen:
            work()
        return [event.key for event in seen.key_averages()]
    except Exception:  # a profiler that does not work proves nothing either way
        return []


def kernel_name(names):
    for part, name in (
        ("scaled_dot_product_flash", "flash"),
        ("scaled_dot_product_efficient", "efficient"),
        ("scaled_dot_product_cudnn", "cudnn"),
        ("scaled_dot_product_attention_math", "math"),
    ):
        if any(part in each for each in names):
            return name
    own = [each for each in names if "flash" in each or "sage" in each or "efficient" in each]
    return own[0] if own else None


def attention_of(torch, attention, capability):
    # Below Ampere no attention kernel takes bf16.
    kind = torch.bfloat16 if float(capability) >= 8 else torch.float16
    sides = [torch.randn(BATCH, TOKENS, HEADS, WIDTH).to(kind) for _ in range(3)]
    q, k, v = (side.to("cuda") for side in sides)
    kernel = kernel_of(torch, attention)
    result, ms = timed(torch, lambda: kernel(q, k, v))
    q32, k32, v32 = (side.float().transpose(1, 2) for side in sides)
    weights = torch.softmax(q32 @ k32.transpose(2, 3) / WIDTH**0.5, dim=-1)
    reference = (weights @ v32).transpose(1, 2)
    tolerance = TOLERANCE.get(attention, 0.02)
    error = error_of(torch, result, reference, tolerance, attention)
    names = operators(torch, lambda: kernel(q, k, v))
    return {"ran": attention, "kernel": kernel_name(names), "ms": ms, "error": error}


def built_with():
    try:
        with open(BUILT, encoding="utf8") as file:
            return file.read().strip() or None
    except OSError:
        return None


def prove(attention, document):
    step = "torch"
    try:
        import torch

        document["torch"] = torch.__version__
        document["cuda"] = torch.version.cuda
        torch.manual_seed(0)
        step = "gpu"
        document["devices"] = devices_of(torch)
        step = "product"
        document["product"] = product(torch)
        step = "attention"
        capability = document["devices"][0]["capability"]
        document["attention"] = attention_of(torch, attention, capability)
        document["ok"] = True
    except Exception as error:  # whatever torch and its kernels raise
        document["step"] = step
        kind = "" if isinstance(error, NotProved) else f"{type(error).__name__}: "
        # Some libraries say a page; the reader takes lines of 4,096 characters.
        document["error"] = f"{kind}{error}"[:1500]


def end_with_stdin():
    while os.read(0, 4096):
        pass
    os._exit(3)


def main():
    arguments = [each for each in sys.argv[1:] if not each.startswith("--")]
    seconds = 120
    if "--seconds" in sys.argv:
        seconds = int(sys.argv[sys.argv.index("--seconds") + 1])
    # Ends it also inside a kernel that hangs, where no Python runs.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)
    if "--while-stdin" in sys.argv:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    attention = arguments[0]
    document = {"v": 1, "ok": False, "built": built_with()}
    # A uid without a name has no home; Triton compiles into a cache below it.
    os.environ.setdefault("USER", "steadydancer")
    try:
        cache = tempfile.TemporaryDirectory(prefix="prove-gpu-")
    except OSError:  # nothing to write to: only a kernel that has to be compiled misses it
        cache = contextlib.nullcontext()
    with cache as folder:
        if folder:
            os.environ["TRITON_CACHE_DIR"] = os.path.join(folder, "triton")
            os.environ["TORCHINDUCTOR_CACHE_DIR"] = os.path.join(folder, "inductor")
        prove(attention, document)
    print(json.dumps(document), flush=True)
    sys.exit(0 if document["ok"] else 1)


main()
