# Node packs of one's own. What they ask for goes into the same set; a failure fails the build.
. /steps/fetch.sh
. /steps/checkout.sh
. /steps/requirements.sh
[ -n "${EXTRA_NODES:-}" ] || exit 0
for extra in $EXTRA_NODES; do
  repository=${extra%@*}
  commit=${extra##*@}
  case "$commit" in
    *[!0-9a-f]* | '') fail "$extra names no commit: repository@commit, with all 40 digits." ;;
  esac
  folder=$(basename "$repository" .git)
  [ ! -e "/opt/ComfyUI/custom_nodes/$folder" ] || fail "There is a node pack $folder already."
  checkout "$repository" "$commit" "/opt/ComfyUI/custom_nodes/$folder"
  chmod -R a+rwX "/opt/ComfyUI/custom_nodes/$folder"
done
install_requirements
python -P /prove/packages.py
python -P /prove/nodes.py
