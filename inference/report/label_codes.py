"""The code of a label in DICOM objects and tables."""

from imaging.export.dicom.structured_report import ConceptCode, own_code
from inference.contract.contract import Label


def find_code(label: Label) -> ConceptCode:
    """Return the code of a label: SNOMED CT, else RadLex, else a private one made of its name."""
    if label.snomed_ct:
        return ConceptCode(label.snomed_ct, "SCT", label.display)
    if label.radlex:
        return ConceptCode(label.radlex, "RADLEX", label.display)
    return own_code(label.name, label.display)
