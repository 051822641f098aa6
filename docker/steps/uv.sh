# uv, by its lock, and the environment that everything else goes into.
. /steps/fetch.sh
python3 -m venv /opt/uv
/opt/uv/bin/pip install --quiet --no-cache-dir --disable-pip-version-check --only-binary :all: \
  --require-hashes -r /locks/uv.lock || fail "uv could not be installed from ${PIP_MIRROR:-PyPI}."
ln -s /opt/uv/bin/uv /usr/local/bin/uv
python3 -m venv /opt/venv
mkdir -p /opt/steadydancer
