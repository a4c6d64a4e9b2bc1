"""The specification: things that viewers get wrong, what is put in, and what must come out.

Every row is held by the tests that carry its number (`@trap(7)`), in the other files of this folder. They look at what
a person or a script gets: the rendered 8-bit frame, the modality values, or the text on the screen.
"""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Trap:
    """One row: what is easily got wrong, the input that shows it, and what is right."""

    name: str
    given: str
    expected: str


TRAPS: dict[int, Trap] = {
    1: Trap(
        "MONOCHROME1",
        "the same pixels as MONOCHROME1 and as MONOCHROME2",
        "frames are exact complements, values equal; invert starts from there; a model sees its own polarity",
    ),
    2: Trap(
        "Pixel Padding Value and Range Limit",
        "padding of −2000 around a disc of 0 to 100, as either MONOCHROME",
        "automatic window within 0 to 100; padding black; the probe says padding",
    ),
    3: Trap("signed 12 bits in 16", "−5 with junk in the unused bits, high bit 11 and 15", "value −5"),
    4: Trap("fractional rescale", "slope 0.001", "probe 0.123; the ramp keeps its levels"),
    5: Trap("rescale of each Enhanced frame", "two frames of equal pixels, slopes 1 and 3", "values differ threefold"),
    6: Trap(
        "Modality LUT Sequence", "a made table of 256 entries, and a real file", "the table's values, then the VOI"
    ),
    7: Trap(
        "VOI LUT beside a window", "a non-linear table and a window", "the table first, the window on offer, named"
    ),
    8: Trap(
        "several windows, empty ones", "40\\−600 with names; an empty value", "the first is used; both named; auto"
    ),
    9: Trap("the three VOI functions", "six values through LINEAR, LINEAR_EXACT, SIGMOID; width 1", "a table by hand"),
    10: Trap(
        "window of an empty first slice", "a first slice of zeros, with and without windows", "the middle's window"
    ),
    11: Trap("window changes per slice", "slices with windows of their own", "the person's stays; the file's is named"),
    12: Trap("slope of each slice", "two PET slices, slopes 1 and 2", "values scaled one by one"),
    13: Trap("sorting", "shuffled names and numbers; three planes, an oblique, both normals", "order by position"),
    14: Trap("mixed folder", "CT, its scout, two more series in one folder", "one series each; the second is #2"),
    15: Trap("repeated positions", "two times ten slices", "10 slices of 2 phases, by time"),
    16: Trap("gaps", "slice 7 of 20 is missing", "a note with the files' names; other planes refused with a reason"),
    17: Trap("thickness is no spacing", "thickness 5, step 2.5; one slice without thickness", "2.5; unknown"),
    18: Trap("gantry tilt", "sheared positions, a tilt tag that lies", "tilt by positions; a sphere stays round"),
    19: Trap("pixels that are not square", "64 × 32 pixels of 1 × 2 mm", "a square on screen, at every zoom"),
    20: Trap("spacing of projections", "calibrated, at detector, unknown, ultrasound", "mm, mm at detector, no mm"),
    21: Trap("Pixel Aspect Ratio alone", "1\\2", "honoured on screen, and no millimetres"),
    22: Trap("planar configuration", "0 and 1, odd sizes, a wrong tag on JPEG", "the same colours"),
    23: Trap("YBR in all forms", "swatches in eight encodings; photometric tags that lie", "RGB, converted once"),
    24: Trap("palette colour", "a real palette; 16-bit, segmented, offset tables", "colour without a window"),
    25: Trap("RGB", "an RGB file", "no window, no units; the probe says R G B"),
    26: Trap(
        "60xx overlays", "an overlay with origin 5,3; bits above the stored ones", "drawn on its own layer; masked"
    ),
    27: Trap("burned-in text", "BurnedInAnnotation YES", "said on screen, and when the frame is written to a file"),
    28: Trap("orientation letters", "8 turns of 3 planes, an oblique, a projection, none", "letters follow; absent"),
    29: Trap("LPS and RAS", "one head as DICOM and as NIfTI", "the same frame and the same millimetres"),
    30: Trap("sform and qform", "the four combinations of codes, disagreeing", "sform, else qform, else unknown"),
    31: Trap("NIfTI storage orders", "all 48, straight and oblique; 45°; qfac −1", "one picture, RAS checked"),
    32: Trap(
        "radiological side", "an axial, a sagittal, a coronal stack", "right on the left, nose left; said; a switch"
    ),
    33: Trap("NIfTI scaling and kinds", "slopes 0 and NaN, RGB24, 4D, 5D, big endian", "values as nibabel's"),
    34: Trap("pictures", "16 bit, palette, alpha, EXIF, 1 bit, a numbered folder", "no bit lost; img2 before img10"),
    35: Trap("rubbish in the folder", "twelve files, two of them slices", "the slices open; ten named reasons"),
    36: Trap("character sets", "Greek, GB18030, ISO 2022, UTF-8", "names right on screen"),
    37: Trap("lossy compression", "ratio 10; a syntax that cannot be lossless", "said in the corner"),
    38: Trap("the model sees stored values", "other windows in the file and on screen", "the same score, bit for bit"),
    39: Trap(
        "heatmap registration", "a hot spot in tall, wide and oblong slices; three ways to resize", "peak at the spot"
    ),
    40: Trap("batch equals single", "slices all at once, one by one, in any order", "the same score, bit for bit"),
    41: Trap("one series UID for two patients", "patients, studies, frames of reference", "series of their own, said"),
    42: Trap("a frame of reference for each file", "as a de-identifier leaves it", "one series, with a note"),
    43: Trap("contrasts in one series", "TI, b, flip, TR, kV … against the order of taking", "a phase each, named"),
    44: Trap("the same within Enhanced files", "no dimension index", "a phase each, in the order of values"),
    45: Trap("order without positions", "instance numbers not unique; nothing", "content time; names, and said"),
    46: Trap("sparse segmentations", "frames left out", "a segment a phase, by its label; empty where left out"),
    47: Trap("numbers with a comma", "0,5; blanks; text; NaN; 0", "read and said, or unreadable and said"),
    48: Trap("types of samples that differ", "one slice signed, one of 8 bits", "one series, each as it says"),
    49: Trap("nuclear medicine spacing", "SpacingBetweenSlices −4.4 and 4.4", "against the normal, and along it"),
    50: Trap("VRs that are none, 12 bits packed", "??, blanks, NUL, OX", "read"),
    51: Trap("offset tables, compressed under plain syntaxes", "zero, shifted, from the file", "the frames"),
    52: Trap("directions without lengths", "an orientation, no spacing; a NIfTI with a length of 0", "axes, no mm"),
    53: Trap("TIFF beyond 8 bits", "16 bits in planes, 64-bit floats, 32-bit integers", "the stored values"),
    54: Trap("channels that are no colours", "TIFFs of 2, 4 and 5", "a phase each; transparency lies on black"),
    55: Trap("grey that is stored as colour", "R = G = B as PNG and JPEG", "grey, with a window"),
    56: Trap("NIfTI without qform and sform", "steps alone; ANALYZE", "planes by pixdim, sides unknown and said"),
    57: Trap("complex NIfTI", "64 and 128 bits", "magnitude, then angle as a second phase; said"),
    58: Trap("a quaternion off by rounding", "a turn by 180°, too long by 1e-4", "normalised, no note"),
    59: Trap("gzip of several members", "three members; zeros behind", "the same values, and no damage"),
    60: Trap("gzip under another name", ".nii.gzip, none, an ending of its own", "told by its content"),
    61: Trap("half of a pair", "header or pixels alone are dropped", "the other is found, or named as missing"),
    62: Trap("lengths in micrometres", "NRRD whose space units are microns", "millimetres, a thousandth"),
    63: Trap("other programs' volumes", ".mgz, PAR/REC, AFNI; .mif", "as nibabel reads them; refused with the way out"),
    64: Trap("the ledger adds up", "two members of one name, /a, ../a", "seen = opened + skipped; .. refused alone"),
    65: Trap("names in archives", "UTF-8 claimed and not there, no claim", "the file opens, under a name"),
    66: Trap("archives", "tar and tar.gz; 7z, RAR, ISO, xz, bz2", "read as ZIPs are; refused by name with the way out"),
    67: Trap("encrypted archives", "ZipCrypto; AES", "asks for the password; AES is refused by name"),
    68: Trap("DICOMDIRs", "files with endings, in another case, gone", "found; one row for each that is gone"),
    69: Trap("links", "round in a circle, to a folder, out of what was opened", "one row, and the rest opens"),
}


def trap(*numbers: int) -> pytest.MarkDecorator:
    """Marks a test as one that holds these rows."""
    return pytest.mark.trap(*numbers)
