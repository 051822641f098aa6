# The manifest, and rights for whatever uid the container gets.
set -eu
python /steps/manifest.py >/opt/steadydancer/manifest.json
chmod -R a+rX /opt/steadydancer
mkdir -p /home/steadydancer
chmod 1777 /home/steadydancer
rm -rf /steps /prove /locks /certs /wheels 2>/dev/null || true
