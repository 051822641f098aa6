#!/bin/sh
# Fetches the model files of models.json into MODELS_DIR, resumes, and gives a file its name only
# when size and sha256 are right. Needs curl, python3 and sha256sum.
#
#   STEADYDANCER_VARIANT=fp8 sh download_models.sh [MODELS_DIR]
#
# STEADYDANCER_VARIANT        fp8 (default), fp16, gguf-q4_k_m, gguf-q5_k_m, gguf-q6_k, gguf-q8_0
# STEADYDANCER_TEXT_ENCODER   bf16 (default), fp8
# HF_ENDPOINT                 a mirror of https://huggingface.co
# HF_TOKEN_FILE, HF_TOKEN     a token, from a file or as it is; sent to huggingface.co alone unless
#                             HF_TOKEN_TO_MIRROR=true
# MODELS_ROLE                 only the files of one role (weights, text-encoder, …)
# MODELS_TRIES                tries of one file before it is given up (8)
# MODELS_PLAN                 a file that gets what is wanted: path, bytes, exact or estimate, by tabs
set -eu

here=$(cd "$(dirname "$0")" && pwd)
json=${MODELS_JSON:-$here/models.json}
folder=${1:-${MODELS_DIR:-$here/models}}
origin=https://huggingface.co
endpoint=${HF_ENDPOINT:-$origin}
endpoint=${endpoint%/}
tries=${MODELS_TRIES:-8}
tab=$(printf '\t')

fail() {
  echo "steadydancer: $*" >&2
  exit 1
}
for program in curl python3 sha256sum; do
  command -v "$program" >/dev/null || fail "$program is needed to fetch the models and is not here."
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
: >"$scratch/curl.conf"
chmod 600 "$scratch/curl.conf"
token=${HF_TOKEN:-}
[ -z "${HF_TOKEN_FILE:-}" ] || token=$(tr -d '\r\n' <"$HF_TOKEN_FILE")
if [ -n "$token" ] && { [ "$endpoint" = "$origin" ] || [ "${HF_TOKEN_TO_MIRROR:-}" = true ]; }; then
  # In a file, so that no list of processes shows it.
  printf 'header = "Authorization: Bearer %s"\n' "$token" >"$scratch/curl.conf"
fi
get() { curl --config "$scratch/curl.conf" --fail --silent --show-error --connect-timeout 20 "$@"; }

# One line a file: address, path in the folder, bytes or -, sha256 or -, path prefix to list or -.
python3 - "$json" "$endpoint" >"$scratch/files" <<'PY'
import json, os, sys
from urllib.parse import quote

models, endpoint = sys.argv[1:3]
choices = {
    "variant": os.environ.get("STEADYDANCER_VARIANT") or "fp8",
    "textEncoder": os.environ.get("STEADYDANCER_TEXT_ENCODER") or "bf16",
    "pose": "onnx",
}
role = os.environ.get("MODELS_ROLE")
with open(models) as file:
    all_models = json.load(file)["models"]
known = {v for m in all_models for v in m["neededBy"].get("variant", [])}
if choices["variant"] not in known:
    sys.exit(f"steadydancer: models.json has no variant {choices['variant']}: {', '.join(sorted(known))}.")
plan = []
for m in all_models:
    if not all(choices[key] in of for key, of in m["neededBy"].items()):
        continue
    if role and m["role"] != role:
        continue
    size, kind = (m["bytes"], "exact") if m["bytes"] else (m.get("estimatedBytes") or 0, "estimate")
    plan.append(f"{m['folder']}/{m['file']}\t{size}\t{kind}\n")
    print(
        f"{endpoint}/{m['repo']}/resolve/{m['revision']}/{quote(m['path'])}",
        f"{m['folder']}/{m['file']}",
        m["bytes"] or "-",
        m["sha256"] or "-",
        f"{m['repo']} {m['revision']} {m['match']}" if m.get("match") else "-",
        sep="\t",
    )
if os.environ.get("MODELS_PLAN"):
    with open(os.environ["MODELS_PLAN"], "w") as file:
        file.writelines(plan)
PY

# The name of a file that models.json only knows a part of: as the repository lists it.
listed() {
  repo=${1%% *}
  rest=${1#* }
  get --retry 3 "$endpoint/api/models/$repo/tree/${rest%% *}" | python3 -c '
import json, sys
from urllib.parse import quote
found = sorted(f["path"] for f in json.load(sys.stdin) if f["type"] == "file" and sys.argv[1] in f["path"])
print(quote(found[0]) if found else "")' "${rest#* }"
}

size_of() { wc -c <"$1" | tr -d ' '; }

# Right size and hash? `-` is not known and fits anything.
right() {
  [ "$2" = - ] || [ "$(size_of "$1")" = "$2" ] || return 1
  [ "$3" = - ] || [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$3" ]
}

while IFS="$tab" read -r address file bytes sha256 match; do
  target=$folder/$file
  mkdir -p "$(dirname "$target")"
  if [ "$match" != - ]; then
    path=$(listed "$match") || path=''
    [ -z "$path" ] || address=${address%/resolve/*}/resolve/$(echo "$match" | cut -d' ' -f2)/$path
  fi
  if [ "$bytes" = - ] || [ "$sha256" = - ]; then
    # The hub names size and hash of a large file before it redirects to it.
    get --head "$address" >"$scratch/head" 2>/dev/null || : >"$scratch/head"
    header() { tr -d '\r"' <"$scratch/head" | sed -n "s/^$1: *//Ip" | tail -n 1; }
    [ "$bytes" != - ] || bytes=$(header x-linked-size)
    etag=$(header x-linked-etag)
    case "$sha256$etag" in
      -*[!0-9a-f]*) ;;
      -*) [ ${#etag} -ne 64 ] || sha256=$etag ;;
    esac
    bytes=${bytes:--}
  fi
  if [ -f "$target" ]; then
    if [ "$bytes" = - ] || [ "$(size_of "$target")" = "$bytes" ]; then
      echo "$file: there"
      continue
    fi
    fail "$target is there with $(size_of "$target") bytes, and $bytes were expected: move it away first."
  fi
  attempt=0
  while :; do
    attempt=$((attempt + 1))
    if [ -f "$target.part" ] && [ "$(size_of "$target.part")" = "$bytes" ]; then ended=0; else
      ended=0
      get --location --continue-at - --speed-limit 1000 --speed-time 60 --output "$target.part" "$address" ||
        ended=$?
    fi
    # 23: the disk did not take it. More tries would not help.
    [ "$ended" -ne 23 ] || fail "$target.part could not be written: is the disk full?"
    if [ "$ended" -eq 0 ]; then
      if right "$target.part" "$bytes" "$sha256"; then break; fi
      found=$(sha256sum "$target.part" | cut -d' ' -f1)
      rm -f "$target.part"
      [ "$attempt" -lt 2 ] ||
        fail "$file came with sha256 $found, and $sha256 ($bytes bytes) was expected; it was not kept."
    elif [ "$ended" -eq 33 ] || [ "$ended" -eq 36 ]; then
      rm -f "$target.part" # this server cannot go on where it stopped
    fi
    [ "$attempt" -lt "$tries" ] || fail "$file could not be fetched from $address in $tries tries."
    pause=$((1 << (attempt < 6 ? attempt : 6)))
    echo "$file: try $attempt of $tries ended (curl $ended); again in $pause s" >&2
    sleep "$pause"
  done
  mv "$target.part" "$target"
  [ "$sha256" != - ] || echo "$file: its sha256 is not known and was not checked" >&2
  echo "$file: fetched"
done <"$scratch/files"
