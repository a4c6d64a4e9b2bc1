"""DICOM files with canaries: values that must not be in a copy, in every VR, sequence, block and character set."""

from dataclasses import dataclass, field
from pathlib import Path

from pydicom import config, dcmread, dcmwrite
from pydicom.datadict import DicomDictionary, dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.export.deidentify.pixel_bytes import native_length
from imaging.export.deidentify.profile_table import profile_rows
from imaging.export.deidentify.value_rules import may_stay
from imaging.formats.dicom.dataset.elements import silence_warnings

TEXTS = ("AE", "LO", "LT", "PN", "SH", "ST", "UC", "UT", "UR", "CS")
CHARSETS = {
    "ISO_IR 100": "Ünsäld{n:04d}^Jörg",
    "ISO_IR 192": "Кана́рейка{n:04d}^王",
    "ISO_IR 144": "Канарейка{n:04d}",
    "ISO_IR 13": "Canary{n:04d}",
}
_LEFT_ALONE = {0x00080016, 0x00080018, 0x00080005, 0x0020000D, 0x0020000E, 0x00420011}


@dataclass
class Canaries:
    """Numbers canaries, and keeps what to look for: (where it was put, bytes)."""

    count: int = 0
    placed: list[tuple[str, bytes]] = field(default_factory=list)

    def value(self, vr: str, where: str) -> str | bytes | None:
        """Return a new canary that a VR can hold, None if it can hold none that would be told from other values."""
        self.count += 1
        number = self.count
        text = {
            "DA": f"18{number % 100:02d}{1 + number % 12:02d}{1 + number // 100 % 28:02d}",
            "TM": f"{number % 24:02d}{number // 24 % 60:02d}17.9{number:05d}",
            "DT": f"18{number % 100:02d}0412101112.7{number:05d}",
            "UI": f"1.2.826.999.{number}.77",
            "DS": f"83{number:05d}.91",
            "IS": f"71{number:06d}",
        }.get(vr, f"CANARY{number:04d}X")
        if vr in ("OB", "UN"):
            self.placed.append((where, text.encode()))
            return text.encode() + b" " * (len(text) % 2)
        if vr not in (*TEXTS, "DA", "TM", "DT", "UI", "DS", "IS"):
            self.count -= 1
            return None
        self.placed.append((where, text.encode()))
        return f"urn:{text}" if vr == "UR" else text


def listed_tags() -> list[int]:
    """Return the attributes of the profile's table that DICOM's dictionary knows."""
    return [tag for tag in profile_rows() if keyword_for_tag(tag) and tag >> 16 >= 8 and tag not in _LEFT_ALONE]


def unlisted_tags() -> list[int]:
    """Return attributes with text that the table does not name, and that are of no technical use."""
    return [
        tag
        for tag, (vr, *_, retired, _keyword) in DicomDictionary.items()
        if tag not in profile_rows()
        and 8 < tag >> 16 < 0x5000
        and tag not in _LEFT_ALONE
        and not retired
        and vr in TEXTS
        and vr != "CS"
        and not may_stay(tag, vr, b"x", None)
    ]


def plant(path: Path, out: Path, canaries: Canaries, tags: list[int], charset: str | None = None) -> None:
    """Write a file with canaries in some attributes, and in all the corners where values hide."""
    with silence_warnings():
        _plant(path, out, canaries, tags, charset)


def _plant(path: Path, out: Path, canaries: Canaries, tags: list[int], charset: str | None) -> None:
    dataset = dcmread(path, force=True)
    if charset is not None:
        dataset.SpecificCharacterSet = charset
    put(dataset, canaries, tags, "top")
    inner = Dataset()
    put(inner, canaries, [0x00100010, 0x00081030, 0x00081155, 0x00104000, 0x00080020], "nested")
    block = inner.private_block(0x0013, "CANARY NESTED", create=True)
    block.add_new(1, "LO", str(canaries.value("LO", "private in a sequence")))
    middle = Dataset()
    middle.ConceptNameCodeSequence = Sequence([inner])
    dataset.AnatomicRegionSequence = Sequence([middle])
    gone = Dataset()
    put(gone, canaries, [0x0020000D, 0x00400009, 0x00401001], "removed sequence")
    dataset.RequestAttributesSequence = Sequence([gone])
    private = dataset.private_block(0x0011, "CANARY BLOCK", create=True)
    for number, vr in enumerate(("LO", "PN", "UI", "OB", "UN", "LT"), start=1):
        private.add_new(number, vr, canaries.value(vr, "private"))
    private.add_new(9, "SQ", Sequence([inner]))
    dataset.add_new(0x60000022, "LO", canaries.value("LO", "overlay"))
    dataset.add_new(0x60001500, "LO", canaries.value("LO", "overlay"))
    dataset.add_new(0x50002500, "LO", canaries.value("LO", "curve"))
    dataset.add_new(0x60004000, "LT", canaries.value("LT", "overlay"))
    dataset.add_new(0xFFFCFFFC, "OB", canaries.value("OB", "trailing padding"))
    text = CHARSETS.get(str(dataset.get("SpecificCharacterSet", "")), "Canary{n:04d}").format(n=canaries.count)
    dataset.PatientComments = f"seen by {text}"
    canaries.placed += [("charset", text.encode(codec, "ignore")) for codec in ("utf-8", "utf-16-le")]
    dataset.file_meta.SourceApplicationEntityTitle = f"CANMETA{canaries.count:04d}"
    canaries.placed.append(("meta", f"CANMETA{canaries.count:04d}".encode()))
    dataset.preamble = f"PREAMBLE{canaries.count:04d}".encode().ljust(128, b"\0")
    canaries.placed.append(("preamble", f"PREAMBLE{canaries.count:04d}".encode()))
    behind = f"BEHIND{canaries.count:04d}".encode()
    if "PixelData" in dataset and not dataset.file_meta.TransferSyntaxUID.is_compressed:
        canaries.placed.append(("behind the pixels", behind))
        dataset.PixelData = dataset.PixelData.ljust(native_length(dataset) or 0, b"\0") + behind
    kept, config.settings.writing_validation_mode = config.settings.writing_validation_mode, config.IGNORE
    try:
        dcmwrite(out, dataset)
    finally:
        config.settings.writing_validation_mode = kept


def put(dataset: Dataset, canaries: Canaries, tags: list[int], where: str) -> None:
    """Put canaries into attributes, as their VR takes them."""
    for tag in tags:
        vr = dictionary_VR(tag).split(" or ")[0]
        keyword = keyword_for_tag(tag)
        if vr == "SQ":
            item = Dataset()
            item.add_new(0x00081155, "UI", canaries.value("UI", f"{where} {keyword}"))
            item.add_new(0x00080104, "LO", canaries.value("LO", f"{where} {keyword} meaning"))
            item.add_new(0x00080102, "SH", "99LOCAL")
            dataset.add_new(tag, "SQ", Sequence([item]))
        else:
            value = canaries.value(vr, f"{where} {keyword}")
            if value is not None:
                dataset.add_new(tag, vr, value)
