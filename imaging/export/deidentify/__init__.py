"""Copies without identity: PS3.15's Basic Profile for DICOM, headers and names for NIfTI and pictures, and a verifier.

`copies.deidentify` is the job: it lists the files and lets child processes copy them one by one (`file_copy`).
`profile_table` says what happens with each attribute, `dataset_walk` does it, `value_rules` judges what the table does
not name, `pixel_bytes` sees to what hides behind pixels, `letter_marks` looks for burned-in text, and `verifier` looks
for every identifying value of the original in all bytes of the copy. docs/deidentify.md tells what it cannot promise.
"""
