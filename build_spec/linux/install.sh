#!/bin/sh
# Puts this folder's Slicelens into the menu of the person who runs this, and on the PATH (~/.local/bin). Needs no root.
# The folder stays where it is; uninstall.sh takes away what this made and nothing else.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
# A program that was not unpacked whole says so itself, and does not go into the menu.
"$here/slicelens" --version >/dev/null || exit 2
mkdir -p "$HOME/.local/bin" "$share/applications" "$share/mime/packages"
ln -sfn "$here/slicelens" "$HOME/.local/bin/slicelens"
# A path in a menu entry stands in quotes; within them these four characters need a backslash.
quoted=$(printf '%s' "$here/slicelens" | sed 's/[\\"`$]/\\&/g')
awk -v exec="Exec=\"$(printf '%s' "$quoted" | sed 's/\\/\\\\/g; s/&/\\\\&/g')\" %F" \
    '/^TryExec=/ { next } /^Exec=/ { print exec; next } { print }' \
    "$here/share/applications/slicelens.desktop" > "$share/applications/slicelens.desktop"
cp "$here/share/mime/packages/slicelens.xml" "$share/mime/packages/slicelens.xml"
(cd "$here/share/icons/hicolor" && find . -type f) | while IFS= read -r icon; do
    mkdir -p "$share/icons/hicolor/$(dirname "$icon")"
    cp "$here/share/icons/hicolor/$icon" "$share/icons/hicolor/$icon"
done
command -v update-desktop-database >/dev/null 2>&1 && update-desktop-database -q "$share/applications" || true
command -v update-mime-database >/dev/null 2>&1 && update-mime-database "$share/mime" || true
echo "Slicelens is in the menu, and as $HOME/.local/bin/slicelens. $here/uninstall.sh takes it away again."
