# mmcv 2.1.0 from source with CUDA's own compiler. No GPU is visible in a build: without FORCE_CUDA
# mmcv would be built for the CPU alone, and without torch it would be built without its operators.
. /steps/fetch.sh
unset UV_CONSTRAINT PIP_CONSTRAINT
export DEBIAN_FRONTEND=noninteractive
apt-get update -o Acquire::Retries=3
apt-get install -y --no-install-recommends -o Acquire::Retries=3 g++
uv pip install --require-hashes --no-deps -r /locks/openmmlab-build.lock
awk '/^[A-Za-z0-9]/ { on = /^mmcv==/ } on' /locks/openmmlab.lock >/tmp/mmcv.lock
mkdir -p /wheels /tmp/mmcv
[ -x /usr/local/cuda/bin/nvcc ] || fail 'The CUDA image has no nvcc at /usr/local/cuda/bin.'
# --verbose: ninja counts its files, and this takes the better part of an hour.
CUDA_HOME=/usr/local/cuda FORCE_CUDA=1 MMCV_WITH_OPS=1 MAX_JOBS=${MAX_JOBS:-$(nproc)} \
  pip wheel --verbose --no-cache-dir --no-build-isolation --no-deps --require-hashes --wheel-dir /wheels \
  -r /tmp/mmcv.lock || fail 'mmcv could not be compiled; its output stands above.'
