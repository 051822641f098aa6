# Models into the image, in layers by role: weights, text-encoder, all (the rest).
. /steps/fetch.sh
[ -z "${HUB_MIRROR:-}" ] || export HF_ENDPOINT="$HUB_MIRROR"
# The wizard's own server stands beside the build, by its number: no proxy knows it.
case "${HUB_MIRROR:-}" in
  http://[0-9]*)
    host=$(echo "$HUB_MIRROR" | sed 's,^http://\([0-9.]*\).*,\1,')
    export no_proxy="${no_proxy:+$no_proxy,}$host"
    ;;
esac
role=$1
[ "$role" != all ] || role=''
MODELS_DIR=/opt/ComfyUI/models MODELS_JSON=/steps/models.json MODELS_ROLE=$role \
  STEADYDANCER_VARIANT=$STEADYDANCER_VARIANT STEADYDANCER_TEXT_ENCODER=$STEADYDANCER_TEXT_ENCODER \
  sh /steps/download_models.sh
# What is verified need not be read again by a later step: the list is of the files and their sizes.
chmod -R a+rX /opt/ComfyUI/models
