# Packages of the distribution.
. /steps/fetch.sh
export DEBIAN_FRONTEND=noninteractive
. /etc/os-release

if [ -n "${APT_MIRROR:-}" ]; then
  # Mirrors keep Debian and Ubuntu side by side; the last part of the address follows the base image.
  mirror=$(echo "${APT_MIRROR%/}" | sed "s,/\(debian\|ubuntu\)\$,/$ID,")
  # Plain http: there are no certificate authorities yet, and apt checks signatures.
  mirror=$(echo "$mirror" | sed 's,^https://,http://,')
  rm -f /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/ubuntu.sources
  case "$ID" in
    ubuntu) security="$mirror $VERSION_CODENAME-security main universe" parts='main universe' ;;
    *) security="$mirror-security $VERSION_CODENAME-security main" parts=main ;;
  esac
  printf 'deb %s\n' "$mirror $VERSION_CODENAME $parts" "$mirror $VERSION_CODENAME-updates $parts" \
    "$security" >/etc/apt/sources.list
fi

# The cache mount is there to keep packages; the base image's rule would empty it.
rm -f /etc/apt/apt.conf.d/docker-clean
apt-get update -o Acquire::Retries=3
# libgl1 and libglib2.0-0: OpenCV. gcc, libc6-dev, python3-dev: Triton compiles its launchers.
apt-get install -y --no-install-recommends -o Acquire::Retries=3 -o APT::Keep-Downloaded-Packages=true \
  ca-certificates curl ffmpeg gcc git libc6-dev libgl1 libglib2.0-0 python3 python3-dev python3-venv

found=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
[ "$found" = "$PYTHON_VERSION" ] ||
  fail "$PRETTY_NAME has Python $found, and $PYTHON_VERSION was asked for: choose another BASE_IMAGE."

ffmpeg -v error -f lavfi -i color=size=32x32:duration=0.2 -c:v libx264 -f null - ||
  fail 'ffmpeg of the base image cannot write H.264.'
echo 'int main(void) { return 0; }' | gcc -x c - -o /tmp/a.out && /tmp/a.out ||
  fail 'gcc of the base image cannot compile, and Triton needs it at run time.'
rm -f /tmp/a.out
