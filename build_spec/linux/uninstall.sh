#!/bin/sh
# Takes away what install.sh made. Settings, own models and this folder stay.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
link=$HOME/.local/bin/slicelens
if [ -L "$link" ] && [ "$(readlink "$link")" = "$here/slicelens" ]; then rm "$link"; fi
rm -f "$share/applications/slicelens.desktop" "$share/mime/packages/slicelens.xml"
(cd "$here/share/icons/hicolor" && find . -type f) | while IFS= read -r icon; do rm -f "$share/icons/hicolor/$icon"; done
command -v update-desktop-database >/dev/null 2>&1 && update-desktop-database -q "$share/applications" || true
command -v update-mime-database >/dev/null 2>&1 && update-mime-database "$share/mime" || true
echo "Slicelens is out of the menu. The folder $here can be deleted."
