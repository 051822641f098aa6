# The packages that ComfyUI and the node packs asked for when their lock was made.
. /steps/fetch.sh
unset UV_CONSTRAINT
# torch and its libraries stand in this lock too, to resolve the rest beside them; they are there.
awk '/^[A-Za-z0-9]/ { on = !/^(torch|torchvision|torchaudio|triton|nvidia-[a-z0-9-]+)==/ } on' \
  /locks/nodes.lock >/tmp/nodes.lock
uv pip install --require-hashes --no-deps -r /tmp/nodes.lock ||
  fail 'The packages of ComfyUI and the nodes could not be installed with the hashes of nodes.lock.'
rm -f /tmp/nodes.lock
python -P /prove/packages.py
uv pip freeze >/opt/steadydancer/locked.txt
