# The attention back-end that was chosen. ENABLE_FLASH_ATTN=false leaves flash-attn out: xformers then.
. /steps/fetch.sh
unset UV_CONSTRAINT
attention=$ATTENTION
if [ "$attention" = flash-attn ] && [ "$ENABLE_FLASH_ATTN" != true ]; then attention=xformers; fi

# $1: name, $2: version, $3: an index of its own, or nothing.
from_index() {
  if [ -f "/locks/attention.$1.lock" ]; then
    uv pip install --require-hashes --no-deps -r "/locks/attention.$1.lock" ||
      fail "$1 $2 could not be installed with the hashes of its lock."
  else
    index=$3
    [ -z "$index" ] || [ -z "${TORCH_MIRROR:-}" ] || index="${TORCH_MIRROR%/}/$(basename "$3")"
    uv pip install --no-deps ${index:+--index "$index"} "$1==$2" ||
      fail "$1 $2 could not be installed from ${index:-PyPI}."
  fi
}

case "$attention" in
  flash-attn)
    address=$(mirrored "$FLASH_ATTN_WHEEL" "${RELEASE_MIRROR:-}")
    wheel=/tmp/$(basename "$FLASH_ATTN_WHEEL" | sed 's/%2B/+/g')
    curl --fail --silent --show-error --location --retry 4 --retry-connrefused --output "$wheel" \
      "$address" || fail "flash-attn's wheel could not be fetched from $address."
    found=$(sha256sum "$wheel" | cut -d' ' -f1)
    if [ -n "${FLASH_ATTN_SHA256:-}" ] && [ "$found" != "$FLASH_ATTN_SHA256" ]; then
      fail "flash-attn's wheel has sha256 $found, and $FLASH_ATTN_SHA256 was expected: it is another file."
    fi
    echo "$found  $FLASH_ATTN_WHEEL" >/opt/steadydancer/flash-attn.sha256
    from_index flash-attn '' ''
    # The file was renamed after it was built: its own metadata has the version without what it is for.
    UV_SKIP_WHEEL_FILENAME_CHECK=1 uv pip install --no-deps "$wheel" || fail "flash-attn's wheel does not fit this Python."
    rm -f "$wheel"
    ;;
  xformers) from_index xformers "$XFORMERS_VERSION" "${XFORMERS_INDEX:-}" ;;
  sageattention) from_index sageattention "$SAGEATTENTION_VERSION" '' ;;
  sdpa) ;;
  *) fail "There is no attention back-end $attention." ;;
esac
echo "$attention" >/opt/steadydancer/attention
python -P /prove/attention.py "$attention"
