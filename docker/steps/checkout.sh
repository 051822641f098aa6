# Sourced after fetch.sh. checkout REPOSITORY COMMIT FOLDER: that commit alone, without its history.
checkout() {
  address=$(mirrored "$1" "${GIT_MIRROR:-}")
  git init --quiet "$3"
  tries=0
  until git -C "$3" -c http.lowSpeedLimit=1000 -c http.lowSpeedTime=30 \
    fetch --quiet --depth 1 "$address" "$2"; do
    tries=$((tries + 1))
    [ "$tries" -lt 3 ] || fail "$address does not give commit $2."
    sleep $((tries * 2))
  done
  git -C "$3" -c advice.detachedHead=false checkout --quiet FETCH_HEAD
  found=$(git -C "$3" rev-parse HEAD)
  [ "$found" = "$2" ] || fail "$address gave commit $found, and $2 was asked for."
  rm -rf "$3/.git"
  printf '%s %s %s\n' "$(basename "$3")" "$2" "$1" >>/opt/steadydancer/commits.txt
}
