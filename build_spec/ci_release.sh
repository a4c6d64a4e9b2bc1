#!/usr/bin/env bash
# ci_release.sh PARTS RELEASE: the installers of all systems in one folder, the SBOM of each beside it, and one SHA256SUMS.
set -euo pipefail
parts=$1 release=$2
mkdir -p "$release"
for part in "$parts"/*/; do
    name=$(basename "$part")
    find "$part" -path '*/release/*' -type f ! -name SHA256SUMS -exec cp {} "$release/" \;
    find "$part" -name slicelens.cdx.json -exec cp {} "$release/slicelens-$name.cdx.json" \;
done
python3 "$(dirname "$0")/checksums.py" "$release"
if [ -n "${SLICELENS_GPG_KEY:-}" ]; then gpg --batch --yes --armor --local-user "$SLICELENS_GPG_KEY" --detach-sign "$release/SHA256SUMS"; fi
(cd "$release" && sha256sum --check --quiet SHA256SUMS)
ls -l "$release"
