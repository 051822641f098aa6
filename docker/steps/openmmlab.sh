# OpenMMLab on the wheel that mmcv-wheel.sh compiled.
. /steps/fetch.sh
unset UV_CONSTRAINT PIP_CONSTRAINT
uv pip install --require-hashes --no-deps -r /locks/openmmlab-build.lock
uv pip install --no-deps /wheels/mmcv-*.whl
# What torch brought is there, in the versions that it asks for.
torch='torch|torchvision|triton|nvidia-[a-z0-9-]+|filelock|fsspec|jinja2|markupsafe|mpmath|networkx|sympy|typing-extensions'
awk -v there="^(mmcv|setuptools|$torch)==" '/^[A-Za-z0-9]/ { on = ($0 !~ there) } on' \
  /locks/openmmlab.lock >/tmp/openmmlab.lock
# chumpy's and xtcocotools' setup.py import what a build of their own would not have.
uv pip install --require-hashes --no-deps --no-build-isolation -r /tmp/openmmlab.lock ||
  fail 'OpenMMLab could not be installed with the hashes of openmmlab.lock.'
rm -f /tmp/openmmlab.lock
python -P /prove/openmmlab.py
