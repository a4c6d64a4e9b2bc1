"""What `--help` says: the texts of the pages, which `arguments` puts together."""

NOTICE = "Research use only. Not for diagnosis."

USAGE = """
  slicelens [PATH ...]              open the window on files, folders, ZIPs, DICOMDIRs
  slicelens --demo                  open the window on the samples
  slicelens COMMAND ...             do one thing without a window (below)"""

DESCRIPTION = f"""\
An offline viewer for radiology images with local classifiers and their heatmaps.
{NOTICE}"""

EPILOG = f"""\
the window takes, besides PATHs:
  --series K --slice I  begin with this series and slice (default: the first, its middle)
  --model ID            choose this model
  --explain             run it on the shown slice, heatmap on
  --screenshot OUT.png  save what is on screen
  --size WIDTHxHEIGHT   of the window
  --unpack-limit MIB    the most that one packed file may unpack to (default 512)
  --memory-limit MIB    the most memory for one series; the rest is read again (default: half of what is free)
  --quit                end when that is done
  --timings             print where the start went

exit codes:  0 done   1 done, but some inputs were skipped (they are listed)   2 refused
With --json, standard output is one JSON document; progress and warnings go to standard error.
`slicelens COMMAND --help` explains each command. {NOTICE}"""

INSPECT = """\
Reads headers only. Lists each series with its size, geometry and notes, and every file that was
skipped with the reason. `axes` are the directions in the patient (L R A P S I) toward which
slice, row and column numbers grow.

  slicelens inspect /media/cdrom --json
  slicelens inspect odd.dcm --why"""

RENDER = """\
The frame is at the slice's own pixel grid, 8-bit grey, or RGB for colour pictures, with the window
that the viewer would show it with, unless --window says otherwise.

  slicelens render scans/ --series 0 --slice 30 --window 40,400 --out slice.png
  slicelens render head.nii.gz --plane sagittal --out middle.png"""

VALUES = """\
Modality values (Hounsfield units where the file tells), [row, column], or [row, column, 3] for colour.
`axes` of `inspect` say where rows and columns point in the patient.

  slicelens values scans/ --series 0 --slice 30 --out slice.npy"""

MODELS = "Bundles that came with Slicelens, and those that were installed into it."

MODEL = "Commands on one model bundle."

CHECK = """\
A bundle's contract, the hashes of its files, its graph and its golden pairs are checked, and every
fault is listed, not only the first. Nothing in the bundle is executed.

  slicelens model check pneumonia-cxr/ --json"""

ABOUT = "Version, build, edition, the installed models with their hashes, the libraries with their licences."

SELFTEST = """\
Checks that the program's files are as they were built, that every decoder gives the right pixels, that
a phantom is drawn as DICOM says, and that every model answers its golden pairs. Exit code 2 where not.
For each PATH the decoded pixels are hashed too, so that two installations can be compared.

  slicelens selftest --json > selftest.json"""

SAVE = """\
A file without a contract is used with assumptions. Without --out they are printed, as JSON, to be
corrected: labels, input, decision, intended use. With --out and --contract the bundle is written.

  slicelens model save net.onnx > net.json
  slicelens model save net.onnx --contract net.json --out net-bundle/"""

CLASSIFY = """\
Scores the middle slice of every series unless --series and --slice say otherwise, in the order of
series and slice. What a slice does not meet of the model's contract is listed beside its numbers.

  slicelens classify chest.dcm --model pneumonia-cxr --explain maps/ --json"""
