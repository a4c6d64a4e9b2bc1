#!/bin/sh
# Takes away what install.sh made. Settings, own models and this folder stay.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
link=$HOME/.local/bin/slicelens
if [ -L "$link" ] && [ "$(readlink "$link")" = "$here/slicelens" ]; then rm "$link"; fi
# A second version may have put itself into the menu since: then the entry, the icons and the file types are its own.
entry=$share/applications/slicelens.desktop
quoted=$(printf '%s' "$here/slicelens" | sed 's/[\\"`$]/\\&/g')
if [ -f "$entry" ] && grep -qF "Exec=\"$quoted\"" "$entry"; then
    rm -f "$entry" "$share/mime/packages/slicelens.xml"
    (cd "$here/share/icons/hicolor" && find . -type f) | while IFS= read -r icon; do rm -f "$share/icons/hicolor/$icon"; done
fi
command -v update-desktop-database >/dev/null 2>&1 && update-desktop-database -q "$share/applications" || true
command -v update-mime-database >/dev/null 2>&1 && update-mime-database "$share/mime" || true
echo "Slicelens is out of the menu. The folder $here can be deleted."
