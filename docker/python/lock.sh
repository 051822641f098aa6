#!/bin/sh
# Makes the locks of this folder anew. Needs uv and PyPI; run it here: sh lock.sh
#
# Packages are those of the days of the commits that stacks.json pins (UNTIL): newer ones have not
# been seen with them. A stack of PyTorch's own index gets no lock of torch: its hashes are recorded
# in the image at the first build.
set -eu
cd "$(dirname "$0")"
UNTIL=${UNTIL:-2026-05-15}
compile() {
  uv pip compile --quiet --python-platform x86_64-manylinux_2_28 --generate-hashes \
    --no-emit-index-url --no-annotate --no-header --python-version "$@"
}
# uv and OpenMMLab's tools are no matter of those days.
echo 'uv==0.13.9' | compile 3.11 --no-deps - -o uv.lock

# stack python torch torchvision torchaudio xformers set until locked?
stack() {
  mkdir -p "$1"
  printf 'torch==%s\ntorchvision==%s\ntorchaudio==%s\n' "$3" "$4" "$5" >"$1/torch.in"
  echo 'sageattention==1.0.6' | compile "$2" --no-deps - -o "$1/attention.sageattention.lock"
  echo 'einops==0.8.2' | compile "$2" --no-deps - -o "$1/attention.flash-attn.lock"
  if [ "$9" = locked ]; then
    compile "$2" --exclude-newer "$8" "$1/torch.in" -o "$1/torch.lock"
    echo "xformers==$6" | compile "$2" --no-deps - -o "$1/attention.xformers.lock"
  fi
  # Where torch comes from another index, PyPI's own of the same version decides what goes with it.
  compile "$2" --exclude-newer "$8" "nodes-set-$7.in" -c "$1/torch.in" --override overrides.txt -o "$1/nodes.lock"
}
stack torch28-cu128 3.11 2.8.0 0.23.0 2.8.0 0.0.32.post2 a "$UNTIL" locked
stack torch251-cu124 3.11 2.5.1 0.20.1 2.5.1 0.0.28.post3 a "$UNTIL" locked
stack torch251-cu121 3.11 2.5.1 0.20.1 2.5.1 - a "$UNTIL" -
stack torch29-cu130 3.12 2.9.1 0.24.1 2.9.1 - b 2026-09-01 -

compile 3.11 openmmlab-build.in -o openmmlab-build.lock
# mmcv's setup.py imports pkg_resources, which setuptools 81 dropped.
compile 3.11 --build-constraints build-constraints.txt --override openmmlab-overrides.txt \
  openmmlab.in -c torch28-cu128/nodes.lock -o openmmlab.lock
