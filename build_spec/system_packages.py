"""The Debian packages for window, tests and build: `sudo python3 build_spec/system_packages.py --install`.

They are those that dev.py names, which installs them itself where it runs as root; more can be named behind.
"""

import argparse
import runpy
import subprocess
import sys
from pathlib import Path

DEV = Path(__file__).resolve().parent.parent / "dev.py"


def main() -> int:
    """Print the packages, or install them; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="install them with apt-get")
    parser.add_argument("more", nargs="*", help="further packages")
    options = parser.parse_args()
    known = runpy.run_path(str(DEV))
    lists = (known[name] for name in ("LIBRARIES", "WINDOW_LIBRARIES", "TEST_PROGRAMS"))
    names = sorted({package for packages in lists for package in packages.values()} | set(options.more))
    if not options.install:
        print(" ".join(names))
        return 0
    subprocess.run(["apt-get", "update", "--quiet"], check=True)
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *names]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
