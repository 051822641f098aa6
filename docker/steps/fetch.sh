# Sourced by the steps that fetch: extra authorities, mirrors, and one way to end with a sentence.
set -eu

# Ends the step. The sentence is the last line that it prints.
fail() {
  echo "steadydancer: $*" >&2
  exit 1
}

if ls /certs/*.crt >/dev/null 2>&1; then
  authorities=/tmp/steadydancer-authorities.pem
  # Not kept: an image should trust nobody's office.
  trap 'rm -f "$authorities"' EXIT
  cat /certs/*.crt >"$authorities"
  if [ -r /etc/ssl/certs/ca-certificates.crt ]; then
    cat /etc/ssl/certs/ca-certificates.crt >>"$authorities"
  fi
  export SSL_CERT_FILE="$authorities" PIP_CERT="$authorities" CURL_CA_BUNDLE="$authorities"
  export GIT_SSL_CAINFO="$authorities" REQUESTS_CA_BUNDLE="$authorities"
fi

if [ -n "${PIP_MIRROR:-}" ]; then
  export PIP_INDEX_URL="$PIP_MIRROR" UV_DEFAULT_INDEX="$PIP_MIRROR"
  case "$PIP_MIRROR" in
    # Every file that is fetched by pip has its hash in a lock, so plain http is no risk for it.
    http://*) PIP_TRUSTED_HOST=$(echo "$PIP_MIRROR" | sed 's,^http://\([^/:]*\).*,\1,') && export PIP_TRUSTED_HOST ;;
  esac
fi

# $1: an address; $2: a mirror of its host, or nothing. Prints where to fetch it.
mirrored() {
  if [ -z "$2" ]; then
    echo "$1"
  else
    echo "${2%/}/$(echo "$1" | sed 's,^[a-z]*://[^/]*/,,')"
  fi
}
