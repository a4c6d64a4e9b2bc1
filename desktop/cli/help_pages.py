"""The pages of `--help`: for each command its one line in the list, and the page below it; words of options."""

from desktop.startup.build_info import NOTICE

PATH = "a file, a folder, a ZIP, a tar or a DICOMDIR"
SERIES = "number of the series as `inspect` lists it"
MODEL = "an installed model's id, a bundle's folder or .slb file, or an .onnx file"
METHOD = (
    "class maps of the graph, covering parts of the slice one by one, or LIME, which mixes them (default: class maps "
    "if the model has them, else occlusion)"
)
LOCAL = "decide by the operating point that `validate --choose-point` chose on own cases, and name it"
PHASE = "phase of a 4D series (default 0)"

USAGE = """
  slicelens [PATH ...]              open the window on files, folders, ZIPs, tars, DICOMDIRs
  slicelens --demo                  open the window on the samples
  slicelens COMMAND ...             do one thing without a window (below)"""

DESCRIPTION = f"""\
An offline viewer for radiology images with local classifiers and their heatmaps.
{NOTICE}"""

EXIT_CODES = f"""\
exit codes:  0 done   1 done, but some inputs were skipped (they are listed)   2 refused   130 interrupted
With --json, standard output is one JSON document; progress and warnings go to standard error.
`slicelens COMMAND --help` explains each command. {NOTICE}"""

INSPECT = ("list the series in files, folders, ZIPs, tars or DICOMDIRs", """\
Reads headers only. Lists each series with its size, geometry and notes, and every file that was
skipped with the reason. `axes` are the directions in the patient (L R A P S I) toward which
slice, row and column numbers grow.

  slicelens inspect /media/cdrom --json
  slicelens inspect odd.dcm --why""")  # fmt: skip

TAGS = ("list the header of one file: DICOM, NIfTI, NRRD, MetaImage, EXIF", """\
Every element, field or tag in the order of the file, sequences with their items, private elements by
their makers' names. What stands in the file is printed as it is: names of patients among it.
Long values are shortened, pixels are not read.

  slicelens tags scan.dcm --find spacing
  slicelens tags scan.dcm --diff other.dcm --json""")  # fmt: skip

RENDER = ("write a slice as the viewer shows it, as an 8-bit PNG", """\
The frame is at the slice's own pixel grid, 8-bit grey, or RGB for colour pictures, with the window
that the viewer would show it with, unless --window says otherwise.

  slicelens render scans/ --series 0 --slice 30 --window 40,400 --out slice.png
  slicelens render head.nii.gz --plane sagittal --out middle.png
  slicelens render head.nii.gz --oblique 0,0.5,1 --slab 10,max --out slab.png""")  # fmt: skip

VALUES = ("write the modality values of a slice as a float32 .npy", """\
Modality values (Hounsfield units if the file tells), [row, column], or [row, column, 3] for colour.
`axes` of `inspect` say where rows and columns point in the patient. Oblique planes and slabs lie
between voxels: their values are interpolated linearly, `nan` outside the volume, and the answer says so.

  slicelens values scans/ --series 0 --slice 30 --out slice.npy""")  # fmt: skip

MEASURE = ("measure given shapes: lengths, angles, areas, statistics of values", """\
SHAPES.json is {"version": 1, "shapes": [{"type": "length", "slice": 30, "points": [[10, 20], [40, 20]]}]};
points are [row, column], whole numbers at pixel centres. Types and their points: length 2, angle 3 with the
vertex in the middle, cobb 4, rectangle and ellipse 2 opposite corners, freehand 3 or more, point 1.
Lengths are in mm where the file is calibrated, with the source, else in px. The value of an area is the
length of its outline. A pixel belongs to an area if its centre lies inside the outline or on it.

  slicelens measure scans/ --series 0 --shapes shapes.json --json""")  # fmt: skip

EXPORT = ("a series or slice leaves the program: NIfTI, pictures, a film, DICOM", """\
A series as NIfTI (values, qform and sform), as PNGs in a folder, as a film (GIF, WebP, AVI) or as DICOM
Secondary Capture; one slice as a PNG if OUT ends in .png. Pictures are what the viewer shows, without
any text unless --with-text. Names of files carry nothing of the patient. `--to gsps` writes measurements
and window as a presentation state, which names the patient as the study does.

  slicelens export scans/ --series 0 --to nifti --out head.nii.gz
  slicelens export scans/ --to png --slice 30 --out slice.png
  slicelens export scans/ --to webp --out film.webp
  slicelens export scans/ --to png --slice 30 --with-marks --with-map pneumonia-cxr --out slice.png
  slicelens export scans/ --figure figure.json --out figure.png""")  # fmt: skip

DEIDENTIFY = ("copies without identity (PS3.15 Basic Profile), and the verifier's report", """\
Every file of PATHs is copied into DIR under names that say nothing; originals are never touched. DICOM
is cleaned by the Basic Profile, NIfTI and pictures lose their texts. A verifier then looks for every
identifying value of the original in all bytes of the copy; a copy that fails is not written. Text
burned into pixels is pointed out, not removed: docs/deidentify.md tells what cannot be promised.

  slicelens deidentify scans/ --out copies/ --keep dates --map key.json --json""")  # fmt: skip

MODELS = ("list the installed models", "Bundles that came with Slicelens, and those that were installed into it.")

CHECK = ("check a bundle; every reason it would be refused for", """\
A bundle's contract, the hashes of its files, its graph and its golden pairs are checked, and every
fault is listed, not only the first. Nothing in the bundle is executed.

  slicelens model check pneumonia-cxr/ --json""")  # fmt: skip

SAVE = ("make a bundle of a bare .onnx file, completed by what you answer", """\
A file without a contract is used with assumptions. Without --out they are printed, as JSON: what the
graph says, what is assumed, and why. Answers below replace them, and so do the keys of a JSON file:
labels, input, decision, intended use. The graph itself stays as it is; phantoms and the model's
answers to them are written beside it, so that every later start can check that it computes the same.

  slicelens model save net.onnx > net.json
  slicelens model save net.onnx --labels normal,pneumonia --modality CR,DX --scale imagenet --out net.slb
  slicelens model save net.onnx --contract net.json --out net-bundle/""")  # fmt: skip

CLASSIFY = ("give slices to a model: findings and heatmaps", """\
Scores the middle slice of every series unless --series and --slice say otherwise, in the order of
series and slice. What a slice does not meet of the model's contract is listed beside its numbers.

  slicelens classify chest.dcm --model pneumonia-cxr --explain maps/ --json""")  # fmt: skip

REPORT = ("write one finding down: JSON, HTML, CSV, PDF, DICOM", """\
Scores one slice and writes report.json, report.html, report.csv and report.pdf into --out: the same
fields with the same numbers in each, which docs/report.md lists. Without a finding nothing is written.
--slice all scores the whole series and adds its curve; --series all writes a report on each series.
As DICOM: sr (structured report, finding.sr.dcm), pm (heatmap as parametric map, heatmap.pm.dcm), sc
(secondary capture, pane.sc.dcm), gsps (outline of the heatmap, outline.gsps.dcm), in the patient and
study of the source. A format that this source does not allow is named, and the others are written.

  slicelens report chest.dcm --model pneumonia-cxr --private --out report/""")  # fmt: skip

BATCH = ("score folders of any size into a table", """\
A row for each slice and model, in the order of series and slice, added while it runs; the numbers are
those of `classify`. A file that is not opened has a row with the reason. After an end of any kind
--resume goes on: nothing is lost, nothing stands there twice. docs/batch.md explains the columns.

  slicelens batch radiographs/ --model pneumonia-cxr --out results.csv
  slicelens batch radiographs/ --model pneumonia-cxr --out results.csv --resume""")  # fmt: skip

VALIDATE = ("judge models on your own cases: a table and the truth", """\
AUC, accuracy, sensitivity, specificity, predictive values, F1, kappa and calibration with intervals, by
label and by subgroup, beside the figures of the bundle's card; several models of one table are compared
on the same cases. Nothing is concluded from fewer than 30 cases, or 10 with a label.

  slicelens validate results.csv --truth truth.csv --by patient --out report/""")  # fmt: skip

SELFTEST = ("check this installation and print what it consists of", """\
Checks that the program's files are as they were built, that every decoder gives the right pixels, that
a phantom is drawn as DICOM says, and that every model answers its golden pairs. Exit code 2 if not.
For each PATH the decoded pixels are hashed too, so that two installations can be compared.

  slicelens selftest --json > selftest.json""")  # fmt: skip

ABOUT = (
    "print version, edition, models and licences",
    "Version, build, edition, the installed models with their hashes, the libraries with their licences.",
)
