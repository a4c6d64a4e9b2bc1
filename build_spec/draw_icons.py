"""Draws the program's icon in every size and form that a system asks for, from `resources/icons/slicelens.svg`.

`python build_spec/draw_icons.py` writes `build_spec/icons`: PNGs for Linux, an .ico for Windows, an .icns for macOS.
"""

import os
import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT = Path(__file__).resolve().parent.parent
DRAWING = ROOT / "resources" / "icons" / "slicelens.svg"
ICONS = ROOT / "build_spec" / "icons"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
_ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
# Types of PNG entries by size, as Apple's icon format names them.
_ICNS_TYPES = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}


def main() -> int:
    """Write every file."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QGuiApplication([])
    ICONS.mkdir(exist_ok=True)
    drawn = {size: drawn_at(size) for size in SIZES}
    for size, png in drawn.items():
        (ICONS / f"slicelens-{size}.png").write_bytes(png)
    (ICONS / "slicelens.ico").write_bytes(ico([(size, drawn[size]) for size in _ICO_SIZES]))
    (ICONS / "slicelens.icns").write_bytes(icns({size: drawn[size] for size in _ICNS_TYPES}))
    app.quit()
    return 0


def drawn_at(size: int) -> bytes:
    """The icon as a square PNG."""
    canvas = QImage(size, size, QImage.Format.Format_ARGB32)
    canvas.fill(0)
    painter = QPainter(canvas)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    canvas.save(buffer, "PNG")
    return bytes(buffer.data().data())


def ico(entries: list[tuple[int, bytes]]) -> bytes:
    """PNGs as a Windows icon: a head, a directory entry of 16 bytes each, the pictures."""
    head = struct.pack("<HHH", 0, 1, len(entries))
    offset = len(head) + 16 * len(entries)
    directory, pictures = b"", b""
    for size, png in entries:
        # 0 stands for 256.
        directory += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset + len(pictures))
        pictures += png
    return head + directory + pictures


def icns(entries: dict[int, bytes]) -> bytes:
    """PNGs as an Apple icon: each with its type and length, in big-endian order."""
    body = b"".join(_ICNS_TYPES[size] + struct.pack(">I", len(png) + 8) + png for size, png in entries.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


if __name__ == "__main__":
    sys.exit(main())
