"""Headers made to have another file read, to take for ever, or to fill the memory: an answer comes, nothing else."""

import base64
import bz2
import gzip
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.conftest import Attacked
from tests.hostile.harness import MOST_PATIENCE, Attack, Scene, draw_attacks

UNSUPPORTED, HEADER, TOO_LARGE = ("E_UNSUPPORTED",), ("E_HEADER",), ("E_TOO_LARGE",)
VALUES = ("values", "{}", "--out", "{out}")
META = "ObjectType = Image\nNDims = 3\nDimSize = 10 10 5\nElementType = MET_UCHAR\n"
NRRD = "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 10 10 5\nencoding: raw\n"
RELATIVE = "../outside/canary.raw"
# A MINC 2 file of h5py's whose image lies in the file /nnn… (external storage, HDF5 IV.A.2.h).
MINC = (
    "c-rk+zi-n(6h7NY<0K8FN`xW=QpC?9wGg2W-5NxT!a%8@LK%=!H?~qsi5od-)iN={*0CcaBY#3i{scBUX6(oo?tJf@yCVrHw5Zhg"
    "GMw-3J>U8A-RI}e{#aRlmPuVtA!4S9VknDv>w|rIAl6y`29z3<AE5lKvvw`$D?s}UoL}}^f3>ngy!(=|agO7(G?B6>T4m+Q8Y!z#"
    "XL$Omi+(NFtIt1vSV9sm%YQiTDEw9oTHlIKhTmRNoVT)Q<G0B8GA{brZp-mH?zY#Vb+=_T91h2eryTe7>dR$<V8)w8L);fKj+LE`"
    "2i6j_-cC-&17=R~fZ~B)dEg)^`t5bvRvmBreJI~S`FA{^hdeNw5P3kxF~esmE&5fVzL!xv!1I8-F2Cb}FIkn(Djpc{0DI~>l=f9g"
    "%3~|%gx|sy;Fauz_p!Soe<_PLei=@yqI?kMuR%HAviA7)dHl2{;d}O!`RqwXjF)k&Y!nY%rE8|Kx+$!qfq8)(XK{0k+v#!aN7{8="
    "*XaF=GKrzB<!NM07-t%gp`ipmHc`{@8r?0*cl>$TxT!F15!$Cv9>;aMmft0ORa}CZmeE2QE%c@585Hs<<mWelS2ZLt?J!&!A+CPR"
    "j9))?mfp?revD@~B1)7;{qG>X93QD&r%ahLWy+LYP8;NHamd@8HkvqZJ6Rg!i)Qd6vX|>MP!2mLIe*`2>@+RERvVHplDJ*VcWqoJ"
    "ao4!G7tdFp7I8A^*_Lk?iI=t6boe~gWbxhowiCo>xcE??uhoLF2jfDV<CESXE+>!shISUQu~$^n@WjLBz2mvv4$NEU;#(~_pH2n-"
    "R?}^GcuHOHBXLt)Tpf4$fo_-y+P3tw%J<hVRKBlp7Zu!9&jfdIg}Y0RyR@Wlz`PAj`2SN<IjTL>6YhcDrJ<oXP2lU(U|6D4^=^Y+"
    "D&eMQuy%%Prm(UecKv0Te=@j!{C{lww&Nr2`t#iN)AvMk^tI6(dy6#C>jvuq<KGeI^~j5sjnaR<-I`4Qd4GSrACr9!W}}h+@qDgx"
    "D>V&Dv4)TG81uV$Bil9K@&a{u3}0##sq8Z!@pB)lDG`n7U-4nX-`;80z|MdV$$ewI4qFJ0N3GB3`{djFaOOF@;JWmAt%v<zuE$S_"
    "ixDs"
)


def text(name: str, content: str, *, local: bool = True) -> Callable[[Scene], Path]:
    """A header in words; `{canary}` in it is the path that nobody may open, and y.raw stands beside it."""

    def make(scene: Scene) -> Path:
        path = scene.inputs / name
        path.write_bytes(content.replace("{canary}", str(scene.canary)).encode())
        if local:
            (scene.inputs / "y.raw").write_bytes(bytes(range(250)) * 2)
        return path

    return make


def beside(name: str, content: str, link: str, target: str = "{canary}") -> Callable[[Scene], Path]:
    """A header whose pixel file is a link."""

    def make(scene: Scene) -> Path:
        path = text(name, content, local=False)(scene)
        (scene.inputs / link).symlink_to(target.replace("{canary}", str(scene.canary)))
        return path

    return make


def zipped(name: str, content: str, member: str) -> Callable[[Scene], Path]:
    def make(scene: Scene) -> Path:
        with zipfile.ZipFile(scene.inputs / "a.zip", "w") as archive:
            archive.writestr(f"in/{name}", content.replace("{canary}", str(scene.canary)))
            archive.writestr(member, bytes(500))
        return scene.inputs / "a.zip"

    return make


def raw(name: str, content: bytes | Callable[[], bytes]) -> Callable[[Scene], Path]:
    def make(scene: Scene) -> Path:
        (scene.inputs / name).write_bytes(content if isinstance(content, bytes) else content())
        return scene.inputs / name

    return make


def pipe(scene: Scene) -> Path:
    os.mkfifo(scene.inputs / "pipe.raw")
    return text("a.mhd", META + "ElementDataFile = pipe.raw\n")(scene)


def minc(scene: Scene) -> Path:
    content = zlib.decompress(base64.b85decode("".join(MINC)))
    place = b"/" + b"n" * 239
    assert content.count(place) == 1
    return raw("a.mnc", content.replace(place, str(scene.canary).encode().ljust(240, b"\0")))(scene)


def nifti(*dims: int, code: int = 2, offset: float = 352, mark: bytes = b"n+1\0") -> bytes:
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, *dims, *(1,) * (8 - len(dims)))
    struct.pack_into("<2h", head, 70, code, 8)
    struct.pack_into("<8f", head, 76, *(1.0,) * 8)
    struct.pack_into("<f", head, 108, offset)
    head[344:348] = mark
    return bytes(head)


def pair(link: str) -> Callable[[Scene], Path]:
    """A NIfTI header whose pixels, or a pixel file whose header, is a link to the canary."""

    def make(scene: Scene) -> Path:
        header = nifti(3, 10, 10, 5, offset=0, mark=b"ni1\0")[:348]
        there, content = ("a.hdr", header) if link == "a.img" else ("a.img", bytes(500))
        (scene.inputs / there).write_bytes(content)
        (scene.inputs / link).symlink_to(scene.canary)
        return scene.inputs / there

    return make


def tiff(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    """A TIFF of one directory of (tag, type, count, value), and where the next one stands."""
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + struct.pack("<I", following) + bytes(64)


def floats(side: int) -> tuple[tuple[int, int, int, int], ...]:
    plain = [(256, side), (257, side), (258, 64), (259, 1), (262, 1), (273, 160), (277, 1), (279, 64), (339, 3)]
    return tuple((tag, 4, 1, value) for tag, value in plain)


def mhd(pixels: str, *more: str) -> Callable[[Scene], Path]:
    return text("a.mhd", META + "".join(f"{line}\n" for line in more) + f"ElementDataFile = {pixels}\n")


def nhdr(pixels: str, *more: str) -> Callable[[Scene], Path]:
    return text("a.nhdr", NRRD + "".join(f"{line}\n" for line in more) + f"data file: {pixels}\n")


def linked(target: str = "{canary}", *, name: str = "l.raw", link: str = "l.raw") -> Callable[[Scene], Path]:
    return beside("a.mhd", f"{META}ElementDataFile = {name}\n", link, target)


def mha(sizes: str, *more: str) -> str:
    """A header in front of its pixels."""
    return META.replace("10 10 5", sizes) + "".join(f"{line}\n" for line in more) + "ElementDataFile = LOCAL\n"


def nrrd(encoding: str, sizes: str, *more: str) -> bytes:
    lines = NRRD.replace("raw", encoding).replace("10 10 5", sizes) + "".join(f"{line}\n" for line in more)
    return f"{lines}\n".encode()


def repeated(pack: Callable[[bytes], bytes], times: int) -> bytes:
    """Packed zeros, 16 MiB a member."""
    return pack(bytes(2**24)) * times


AFNI = (
    "\ntype = integer-attribute\nname = DATASET_RANK\ncount = 2\n3 1\n\n"
    "type = integer-attribute\nname = DATASET_DIMENSIONS\ncount = 3\n{dims}\n\n"
    "type = integer-attribute\nname = BRICK_TYPES\ncount = 1\n0\n\n"
    "type = float-attribute\nname = DELTA\ncount = 3\n1 1 1\n\n"
    "type = string-attribute\nname = BYTEORDER_STRING\ncount = 10\n'LSB_FIRST~\n"
)
MANY = "2147483647"
VTK = (
    f"# vtk DataFile Version 3.0\nx\nBINARY\nDATASET STRUCTURED_POINTS\nDIMENSIONS {MANY} {MANY} {MANY}\n"
    "POINT_DATA 8\nSCALARS a float 1\nLOOKUP_TABLE default\n"
)

Rows = dict[str, tuple[Callable[[Scene], Path], tuple[str, ...] | None]]
"""How each input is made, and the codes of the answer; None where there are several ways to refuse it."""

# ITK takes the one spelling, a reader that looks for the other checks another file.
SPELLINGS: Rows = {
    "the decoy": (mhd("{canary}", "elementdatafile = y.raw"), ()),
    "the decoy the other way": (mhd("y.raw", "elementdatafile = {canary}"), UNSUPPORTED),
    "a field twice": (mhd("y.raw", "DimSize = 1 1 1"), HEADER),
    "carriage returns": (mhd("y.raw\rElementDataFile = {canary}"), None),
    "in a ZIP": (
        zipped("a.mhd", f"{META}ElementDataFile = {{canary}}\nelementdatafile = y.raw\n", "in/y.raw"),
        UNSUPPORTED,
    ),
    "nhdr with and without a blank": (nhdr("{canary}", "datafile: y.raw"), HEADER),
    "nhdr in capitals": (nhdr("{canary}", "DATA FILE: y.raw"), HEADER),
    "nhdr in a ZIP": (zipped("a.nhdr", f"{NRRD}datafile: y.raw\ndata file: {{canary}}\n", "in/y.raw"), HEADER),
}
POINTERS: Rows = {
    "absolute": (mhd("{canary}"), UNSUPPORTED),
    "colon for equals": (text("a.mhd", META + "ELEMENTDATAFILE: {canary}\n"), UNSUPPORTED),
    "blanks around": (text("a.mhd", META + " \t ElementDataFile\t =\t{canary}  \n"), UNSUPPORTED),
    "up and over": (mhd(RELATIVE), UNSUPPORTED),
    "up by backslashes": (mhd("..\\outside\\canary.raw"), UNSUPPORTED),
    "up in the middle": (mhd(f"sub/../{RELATIVE}"), UNSUPPORTED),
    "second of a list": (mhd("LIST\ny.raw\n{canary}"), UNSUPPORTED),
    "list in small letters": (mhd(f"list 2\n{RELATIVE}"), UNSUPPORTED),
    "pattern that is none": (mhd("../outside/canar%c.raw 121 121 1"), UNSUPPORTED),
    "pattern": (mhd("../outside/%d.raw 1 5 1"), UNSUPPORTED),
    "UNC": (mhd("\\\\server\\share\\x.raw"), UNSUPPORTED),
    "UNC by slashes": (mhd("//server/share/x.raw"), UNSUPPORTED),
    "device of Windows": (mhd("\\\\.\\PhysicalDrive0"), UNSUPPORTED),
    "drive": (mhd("C:x.raw"), UNSUPPORTED),
    "device": (mhd("/dev/zero"), UNSUPPORTED),
    "zero byte": (mhd("y.raw\0{canary}"), UNSUPPORTED),
    "link": (linked(), UNSUPPORTED),
    "link to a device": (linked("/dev/zero"), UNSUPPORTED),
    "link to a folder": (linked("../outside", name="l/canary.raw", link="l"), UNSUPPORTED),
    "link to itself": (linked("l.raw"), UNSUPPORTED),
    "link to UNC": (linked("\\\\server\\share\\x.raw"), UNSUPPORTED),
    "pipe": (pipe, ("E_MISSING",)),
    "in a ZIP, absolute": (zipped("a.mhd", META + "ElementDataFile = {canary}\n", "in/y.raw"), UNSUPPORTED),
    "in a ZIP, up": (zipped("a.mhd", META + "ElementDataFile = ../y.raw\n", "y.raw"), UNSUPPORTED),
    "nhdr, absolute": (nhdr("{canary}"), UNSUPPORTED),
    "nhdr, list": (nhdr(f"LIST\ny.raw\n{RELATIVE}"), UNSUPPORTED),
    "nhdr, pattern": (nhdr("../outside/%d.raw 1 5 1"), UNSUPPORTED),
    "nhdr, link": (beside("a.nhdr", NRRD + "data file: l.raw\n", "l.raw"), UNSUPPORTED),
    "nhdr, UNC": (nhdr("\\\\server\\share\\x"), UNSUPPORTED),
    "nrrd that names a file": (text("a.nrrd", NRRD + "data file: {canary}\n\n" + "x" * 500), UNSUPPORTED),
    "nrrd under another name": (text("a.bin", NRRD + "data file: {canary}\n"), UNSUPPORTED),
    "MINC with external storage": (minc, UNSUPPORTED),
    "pixels of a pair": (pair("a.img"), UNSUPPORTED),
    "header of a pair": (pair("a.hdr"), UNSUPPORTED),
    "AFNI": (beside("a+orig.HEAD", AFNI.format(dims="10 10 5"), "a+orig.BRIK"), UNSUPPORTED),
}
LARGE: Rows = {
    "pattern without an end": (mhd(f"y%d.raw 0 {MANY} 1"), TOO_LARGE),
    "AFNI": (text("a+orig.HEAD", AFNI.format(dims=f"{MANY} {MANY} {MANY}"), local=False), None),
    "mha": (text("a.mha", mha(f"{MANY} {MANY} {MANY}")), TOO_LARGE),
    "dimensions": (mhd("y.raw", f"NDims = {MANY}"), HEADER),
    "number of 5,000 digits": (text("a.mha", mha("9" * 5000 + " 1 1")), HEADER),
    "header far away": (mhd("y.raw", f"HeaderSize = {2**40}"), ("E_TRUNCATED",)),
    "a million lines": (text("a.mhd", META + "Comment = x\n" * 1_000_000), HEADER),
    "lines to skip": (nhdr("y.raw", f"line skip: {MANY}"), HEADER),
    "sixteen axes": (
        raw("a.nrrd", nrrd("raw", " ".join(["65535"] * 16)).replace(b"dimension: 3", b"dimension: 16")),
        TOO_LARGE,
    ),
    "vectors": (nhdr("y.raw", "space directions: " + "(1,0,0) " * 100_000), HEADER),
    "quotes without an end": (nhdr("y.raw", "units: " + '"\\' * 400_000), None),
    "NIfTI": (raw("a.nii", nifti(7, *(32767,) * 7)), TOO_LARGE),
    "NIfTI without an offset": (raw("a.nii", nifti(3, 4, 4, 4, offset=float("inf"))), HEADER),
    "TIFF whose page is its own next": (raw("a.tif", tiff(*floats(4), following=8)), None),
    "TIFF": (raw("a.tif", tiff(*floats(2**31 - 1))), None),
    "TIFF of many tiles": (raw("a.tif", tiff(*floats(4), (324, 4, 2**31, 8), (325, 4, 2**31, 8))), None),
    "GIPL": (raw("a.gipl", struct.pack(">5H", *(65535,) * 4, 65).ljust(252, b"\0") + b"\x2a\xe3\x89\xb8" * 9), None),
    "MRC": (raw("a.mrc", struct.pack("<4i", *(2**31 - 1,) * 3, 2).ljust(208, b"\0") + b"MAP DD\0\0" * 200), None),
    "VTK": (raw("a.vtk", VTK.encode() + bytes(64)), None),
    "MGZ": (raw("a.mgz", gzip.compress(struct.pack(">7i", 1, *(2**31 - 1,) * 4, 0, 0).ljust(300, b"\0"))), TOO_LARGE),
}
BOMBS: Rows = {
    "zlib": (
        raw("a.mha", lambda: mha("1024 1024 1024", "CompressedData = True").encode() + zlib.compress(bytes(2**26))),
        TOO_LARGE,
    ),
    "gzip": (
        raw("a.nrrd", lambda: nrrd("gzip", "16384 16384 8") + repeated(gzip.compress, 128)),
        TOO_LARGE,
    ),
    "bzip2": (raw("a.nrrd", lambda: nrrd("bzip2", "16384 16384 8") + repeated(bz2.compress, 128)), TOO_LARGE),
    "bytes to skip": (
        raw("a.nrrd", lambda: nrrd("gzip", "10 10 5", f"byte skip: {2**39}") + repeated(gzip.compress, 4)),
        TOO_LARGE,
    ),
    "NIfTI": (
        raw("a.nii.gz", lambda: gzip.compress(nifti(3, 2000, 2000, 2000)) + repeated(gzip.compress, 512)),
        TOO_LARGE,
    ),
}
GROUPS = (
    ("13 D1", "a header states a field once", SPELLINGS),
    ("13 D1", "pixels lie in the folder of their header, and nothing else is touched", POINTERS),
    ("13 D1", "sizes are checked before memory is asked for", LARGE),
    ("13 D2", "packed bytes are counted before they are unpacked", BOMBS),
)
ATTACKS = [
    Attack(name=f"{rule}: {name}", clause=clause, rule=rule, make=make, words=VALUES, codes=codes)
    for clause, rule, rows in GROUPS
    for name, (make, codes) in rows.items()
]
# One of each kind in every run; all of them take minutes.
QUICK = [ATTACKS[0], ATTACKS[5], *ATTACKS[8::12]]


def test_there_are_more_than_forty() -> None:
    assert len(ATTACKS) > 60
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.timeout(2 * MOST_PATIENCE)
@pytest.mark.parametrize("attack", QUICK, ids=str)
def test_a_header_is_answered(attacked: Attacked, attack: Attack) -> None:
    attacked(attack)


@pytest.mark.slow
@pytest.mark.parametrize("attack", draw_attacks([attack for attack in ATTACKS if attack not in QUICK]))
def test_every_header_is_answered(attacked: Attacked, attack: Attack) -> None:
    attacked(attack)
