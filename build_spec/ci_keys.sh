#!/usr/bin/env bash
# Puts the keys of a release where build_spec/signing.py and the spec look for them; without a secret it says so and goes on.
set -euo pipefail
if [ "$RUNNER_OS" = Windows ] && [ -n "${WINDOWS_CERTIFICATE:-}" ]; then
    base64 --decode <<<"$WINDOWS_CERTIFICATE" >"$RUNNER_TEMP/key.pfx"
    {
        echo "SLICELENS_WINDOWS_CERTIFICATE=$(cygpath --windows "$RUNNER_TEMP/key.pfx")"
        echo "SLICELENS_WINDOWS_PASSWORD=$WINDOWS_PASSWORD"
        echo "SLICELENS_TIMESTAMP_URL=http://timestamp.digicert.com"
    } >>"$GITHUB_ENV"
elif [ "$RUNNER_OS" = macOS ] && [ -n "${MACOS_CERTIFICATE:-}" ]; then
    chain=$RUNNER_TEMP/slicelens.keychain-db
    secret=$(uuidgen)
    base64 --decode <<<"$MACOS_CERTIFICATE" >"$RUNNER_TEMP/key.p12"
    security create-keychain -p "$secret" "$chain"
    security set-keychain-settings -lut 7200 "$chain"
    security unlock-keychain -p "$secret" "$chain"
    security import "$RUNNER_TEMP/key.p12" -P "$MACOS_PASSWORD" -A -t cert -f pkcs12 -k "$chain"
    security set-key-partition-list -S apple-tool:,apple: -k "$secret" "$chain" >/dev/null
    security list-keychains -d user -s "$chain" login.keychain-db
    rm "$RUNNER_TEMP/key.p12"
    echo "SLICELENS_CODESIGN_IDENTITY=$MACOS_IDENTITY" >>"$GITHUB_ENV"
    if [ -n "${NOTARY_PASSWORD:-}" ]; then
        xcrun notarytool store-credentials slicelens --keychain "$chain" \
            --apple-id "$NOTARY_APPLE_ID" --team-id "$NOTARY_TEAM" --password "$NOTARY_PASSWORD"
        {
            echo "SLICELENS_NOTARY_PROFILE=slicelens"
            echo "SLICELENS_NOTARY_KEYCHAIN=$chain"
        } >>"$GITHUB_ENV"
    fi
else
    echo "No key for $RUNNER_OS: what is built is not signed."
fi
