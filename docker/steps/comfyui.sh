# ComfyUI at its commit. Whoever the container runs as may write where ComfyUI writes.
. /steps/fetch.sh
. /steps/checkout.sh
checkout https://github.com/Comfy-Org/ComfyUI "$COMFYUI_COMMIT" /opt/ComfyUI
[ -f /opt/ComfyUI/main.py ] || fail "Commit $COMFYUI_COMMIT of ComfyUI has no main.py."
cd /opt/ComfyUI
mkdir -p custom_nodes input output temp user models
chmod -R a+rX .
chmod 1777 custom_nodes input output temp user
find models -type d -exec chmod 1777 {} +
