# torch in three layers, none above 3 GB: cudnn (cuDNN, cuBLAS, NCCL), cuda (the rest of CUDA and
# Triton), torch. What is measured stands in README.md.
# (Proofs run with -P: their own folder must not be where `import torch` looks.)
. /steps/fetch.sh
part=$1
lock=/locks/torch.lock
kept=/opt/steadydancer/torch.lock
unset UV_CONSTRAINT

if [ ! -f "$lock" ]; then
  # A stack of PyTorch's own index: its hashes are recorded here at the first build.
  if [ ! -f "$kept" ]; then
    index=$TORCH_INDEX
    [ -z "${TORCH_MIRROR:-}" ] || index="${TORCH_MIRROR%/}/$(basename "$TORCH_INDEX")"
    uv pip compile --quiet --generate-hashes --no-annotate --no-header --index "$index" \
      /locks/torch.in -o "$kept" || fail "torch $TORCH_VERSION could not be resolved from $index."
  fi
  lock=$kept
fi
[ -z "${TORCH_INDEX:-}" ] || {
  index=$TORCH_INDEX
  [ -z "${TORCH_MIRROR:-}" ] || index="${TORCH_MIRROR%/}/$(basename "$TORCH_INDEX")"
  export UV_INDEX="$index"
}

case "$part" in
  cudnn) wanted='^nvidia-(cudnn|cublas|nccl)' ;;
  cuda) wanted='^(nvidia-|triton)' ;;
  torch) wanted='.' ;;
  *) fail "torch.sh knows no part $part." ;;
esac
# An entry is a line that starts at the margin with its hashes, indented, behind it.
awk -v wanted="$wanted" '/^[A-Za-z0-9]/ { on = ($0 ~ wanted) } on' "$lock" >/tmp/part.lock
if [ -s /tmp/part.lock ]; then
  uv pip install --require-hashes --no-deps -r /tmp/part.lock ||
    fail "torch's wheels ($part) could not be installed with the hashes of torch.lock."
fi
rm -f /tmp/part.lock
[ "$part" = torch ] || exit 0

python -P /prove/torch.py
uv pip freeze | grep -E '^(torch|torchvision|torchaudio)==' >/opt/steadydancer/constraints.txt
