# Sourced after fetch.sh. What the checked out files ask for and the lock does not have, resolved in
# one set: torch stays, OpenCV stays one, onnxruntime stays the GPU's.

# Ends the step with the pack whose own list cannot be had beside this torch; without one, it is
# their lists together.
refuse_requirements() {
  for file in /opt/ComfyUI/requirements.txt /opt/ComfyUI/custom_nodes/*/requirements.txt; do
    [ -f "$file" ] || continue
    uv pip install --quiet --dry-run -r "$file" --override /locks/overrides.txt >/dev/null 2>&1 ||
      fail "What $(basename "$(dirname "$file")") asks for cannot be installed beside this torch; pip's reason stands above."
  done
  fail 'What ComfyUI and the node packs ask for does not go together with this torch; see above.'
}

install_requirements() {
  files=''
  for file in /opt/ComfyUI/requirements.txt /opt/ComfyUI/custom_nodes/*/requirements.txt; do
    [ ! -f "$file" ] || files="$files -r $file"
  done
  uv pip freeze | sort >/tmp/before.txt
  # shellcheck disable=SC2086
  [ -z "$files" ] || uv pip install $files --override /locks/overrides.txt || refuse_requirements
  uv pip freeze | sort | comm -13 /tmp/before.txt - >>/opt/steadydancer/unlocked.txt
  if [ -s /opt/steadydancer/unlocked.txt ]; then
    echo "Not in the lock, resolved now: $(tr '\n' ' ' </opt/steadydancer/unlocked.txt)" >&2
  fi
  rm -f /tmp/before.txt
}
