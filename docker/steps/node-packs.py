"""Prints `repository commit folder` of each node pack that is to be installed, one a line."""

import json
import os
import sys

with open(sys.argv[1]) as file:
    packs = json.load(file)["nodes"]
for pack in packs:
    name = pack["id"].upper()
    commit = os.environ.get(f"{name}_COMMIT") or pack.get("commit")
    if pack["optional"]:
        wanted = os.environ.get(f"ENABLE_{name}") == "true"
    else:
        wanted = os.environ["ENABLE_STEADYDANCER"] == "true"
    if not wanted:
        continue
    if not commit:
        sys.exit(f"steadydancer: no commit was given for {pack['id']} ({name}_COMMIT).")
    print(pack["repo"], commit, pack["folder"])
