"""Signing and notarising, with keys that only who releases has; without them each step says so and does nothing.

Windows (Authenticode), called by package_windows.py and by NSIS for the installer and its uninstaller:
  SLICELENS_WINDOWS_CERTIFICATE   path of a .pfx
  SLICELENS_WINDOWS_PASSWORD      its password
  SLICELENS_TIMESTAMP_URL         a time-stamp server (RFC 3161); without one a signature ends with the certificate

macOS (Developer ID), called by the spec (every library), build.py (the program) and package_macos.py (the .dmg):
  SLICELENS_CODESIGN_IDENTITY     "Developer ID Application: NAME (TEAM)", in the keychain
  SLICELENS_NOTARY_PROFILE        a profile that `xcrun notarytool store-credentials` has put into the keychain
  SLICELENS_NOTARY_KEYCHAIN       the keychain that holds the profile, where that is not the login's own

Linux packages are not signed one by one: SHA256SUMS is, by SLICELENS_GPG_KEY, where gpg has that key.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_KITS = Path("C:/Program Files (x86)/Windows Kits/10/bin")
"""Where Microsoft's kit puts signtool, one folder a version; nothing puts it on the PATH."""
_ENTITLEMENTS = Path(__file__).with_name("macos") / "entitlements.plist"


def sign_windows(path: Path) -> bool:
    """Sign an executable; false if there is no key. Raises CalledProcessError where signtool refuses."""
    certificate = os.environ.get("SLICELENS_WINDOWS_CERTIFICATE")
    if not certificate:
        return _no_key(path, "SLICELENS_WINDOWS_CERTIFICATE")
    command = [_signtool(), "sign", "/fd", "sha256", "/f", certificate]
    if password := os.environ.get("SLICELENS_WINDOWS_PASSWORD"):
        command += ["/p", password]
    if server := os.environ.get("SLICELENS_TIMESTAMP_URL"):
        command += ["/tr", server, "/td", "sha256"]
    # The command holds the password, and CalledProcessError would print it.
    code = subprocess.run([*command, str(path)], check=False).returncode
    if code != 0:
        sys.exit(f"signtool ended with {code} over {path.name}.")
    return True


def _signtool() -> str:
    """Microsoft's signtool: on the PATH, or the newest of the kits."""
    kits = sorted(_KITS.glob("*/x64/signtool.exe"), key=lambda path: [int(n) for n in path.parts[-3].split(".")])
    return shutil.which("signtool") or (str(kits[-1]) if kits else "signtool")


def sign_app(app: Path) -> bool:
    """Seal an .app to which files were added since PyInstaller signed it; false if there is no key.

    Without a key the seal is nobody's (ad hoc), which Apple's processors ask for. What lies inside was signed file by
    file before, so `--deep`, which would give every library the program's entitlements, is not wanted.
    """
    identity = os.environ.get("SLICELENS_CODESIGN_IDENTITY")
    command = ["codesign", "--force", "--sign", identity or "-"]
    if identity:
        command += ["--timestamp", "--options", "runtime", "--entitlements", str(_ENTITLEMENTS)]
    subprocess.run([*command, str(app)], check=True)
    subprocess.run(["codesign", "--verify", "--strict", str(app)], check=True)
    return True if identity else _no_key(app, "SLICELENS_CODESIGN_IDENTITY")


def sign_and_notarise(path: Path) -> bool:
    """Sign a .dmg, have Apple look at it, and staple the answer to it; false if there is no key."""
    identity, profile = os.environ.get("SLICELENS_CODESIGN_IDENTITY"), os.environ.get("SLICELENS_NOTARY_PROFILE")
    if not identity:
        return _no_key(path, "SLICELENS_CODESIGN_IDENTITY")
    subprocess.run(["codesign", "--force", "--timestamp", "--sign", identity, str(path)], check=True)
    if not profile:
        return _no_key(path, "SLICELENS_NOTARY_PROFILE")
    submit = ["xcrun", "notarytool", "submit", str(path), "--keychain-profile", profile, "--wait"]
    if keychain := os.environ.get("SLICELENS_NOTARY_KEYCHAIN"):
        submit += ["--keychain", keychain]
    subprocess.run(submit, check=True)
    subprocess.run(["xcrun", "stapler", "staple", str(path)], check=True)
    return True


def sign_checksums(path: Path) -> bool:
    """Put a detached signature beside SHA256SUMS; false if there is no key."""
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
