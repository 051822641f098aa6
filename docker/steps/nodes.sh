# The node packs of nodes.json at the commits of the stack, and the proof that ComfyUI loads them.
. /steps/fetch.sh
. /steps/checkout.sh
. /steps/requirements.sh
touch /opt/steadydancer/unlocked.txt
python /steps/node-packs.py /steps/nodes.json >/tmp/packs.txt
while read -r repository commit folder; do
  checkout "$repository" "$commit" "/opt/ComfyUI/custom_nodes/$folder"
  # Some packs write caches and settings beside their code.
  chmod -R a+rwX "/opt/ComfyUI/custom_nodes/$folder"
done </tmp/packs.txt
rm -f /tmp/packs.txt
install_requirements
python -P /prove/packages.py
classes=''
[ "$ENABLE_STEADYDANCER" != true ] || classes=/steps/nodes.json
python -P /prove/nodes.py $classes
