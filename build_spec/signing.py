"""Signing and notarising, with keys that only who releases has; without them each step says so and does nothing.

Windows (Authenticode), called by package_windows.py and by NSIS for the installer and its uninstaller:
  SLICELENS_WINDOWS_CERTIFICATE   path of a .pfx
  SLICELENS_WINDOWS_PASSWORD      its password
  SLICELENS_TIMESTAMP_URL         a time-stamp server (RFC 3161); without one a signature ends with the certificate

macOS (Developer ID), called by the spec (the program) and by package_macos.py (the .dmg):
  SLICELENS_CODESIGN_IDENTITY     "Developer ID Application: NAME (TEAM)", in the keychain
  SLICELENS_NOTARY_PROFILE        a profile that `xcrun notarytool store-credentials` has put into the keychain

Linux packages are not signed one by one: SHA256SUMS is, by SLICELENS_GPG_KEY, where gpg has that key.
"""

import os
import subprocess
import sys
from pathlib import Path


def sign_windows(path: Path) -> bool:
    """Sign an executable; false where there is no key. Raises CalledProcessError where signtool refuses."""
    certificate = os.environ.get("SLICELENS_WINDOWS_CERTIFICATE")
    if not certificate:
        return _no_key(path, "SLICELENS_WINDOWS_CERTIFICATE")
    command = ["signtool", "sign", "/fd", "sha256", "/f", certificate]
    if password := os.environ.get("SLICELENS_WINDOWS_PASSWORD"):
        command += ["/p", password]
    if server := os.environ.get("SLICELENS_TIMESTAMP_URL"):
        command += ["/tr", server, "/td", "sha256"]
    # The command holds the password, and CalledProcessError would print it.
    code = subprocess.run([*command, str(path)], check=False).returncode
    if code != 0:
        sys.exit(f"signtool ended with {code} over {path.name}.")
    return True


def sign_and_notarise(path: Path) -> bool:
    """Sign a .dmg, have Apple look at it, and staple the answer to it; false where there is no key."""
    identity, profile = os.environ.get("SLICELENS_CODESIGN_IDENTITY"), os.environ.get("SLICELENS_NOTARY_PROFILE")
    if not identity:
        return _no_key(path, "SLICELENS_CODESIGN_IDENTITY")
    subprocess.run(["codesign", "--force", "--timestamp", "--sign", identity, str(path)], check=True)
    if not profile:
        return _no_key(path, "SLICELENS_NOTARY_PROFILE")
    subprocess.run(["xcrun", "notarytool", "submit", str(path), "--keychain-profile", profile, "--wait"], check=True)
    subprocess.run(["xcrun", "stapler", "staple", str(path)], check=True)
    return True


def sign_checksums(path: Path) -> bool:
    """Put a detached signature beside SHA256SUMS; false where there is no key."""
    key = os.environ.get("SLICELENS_GPG_KEY")
    if not key:
        return _no_key(path, "SLICELENS_GPG_KEY")
    subprocess.run(["gpg", "--batch", "--yes", "--armor", "--local-user", key, "--detach-sign", str(path)], check=True)
    return True


def _no_key(path: Path, variable: str) -> bool:
    print(f"{path.name} is not signed: {variable} is not set.")
    return False


if __name__ == "__main__":
    # NSIS calls this for the installer and for the uninstaller within it.
    for argument in sys.argv[1:]:
        sign_windows(Path(argument))
