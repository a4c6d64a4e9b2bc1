"""Words that say how a picture was made and nothing of whom: all that is left of a description, if one is kept.

Free text is cleaned by what may stay, not by what must go: nobody can list all names.
"""

import re

_WORDS = """
abd abdomen abdominal acq acquisition adc adult anat anatomy and ankle aorta ap arm art arterial artery aspect at
atlas average avg ax ax1 axial axials b0 back base bilat bilateral blade bold bone bones boost brain bravo breast
bssfp bw by calc calcium cardiac carotid cavity cc cervical chest child cine clavicle coil contrast cor coronal
coronary cr cranial cranium ct cta cube cv cyst dce decubitus deep delayed derived dicom diff diffusion direction
distal dixon dorsal dose dti dual dwi dx dynamic echo elbow enhanced ep2d epi exam expiration extremity eye fast fat
fatsat fdg female femur fetal fetus ffe field fiesta finger fisp flair flash fle flip foot for forearm frame from fs
fse ft func functional fused gad gado gradient gre hand haste head head_neck heart hepatic hip hr humerus image
images in inf infant inferior inspiration inversion ir iso isotropic ivim joint kidney knee lat lateral left leg
liver lo loc localizer low lower lt lumbar lung lungs male mammo mammography map mask max medial mediastinum medium
mg mip mm mono mosaic motion mpr mprage mr mra mrcp mri ms multi native neck nm noncontrast none normal ob oblique
of on orbit orbits original os pa pancreas parallel pat pd pd_fs pediatric pelvis perf perfusion pet phantom phase
plain planar plane post posterior pre primary projection prone propeller prostate proton pt pulmonary quick
radiograph radius rapid raw rear recon reconstruction reformat renal resolution rest ribs right rot rt sag sagittal
scan scout screening secondary sections seg segmentation sella sense series shoulder sinus skull slab slice slices
small soft space spair spgr spin spine spl spleen standard standing std ste stir stress sub sum sup superior supine
survey swi t1 t1w t2 t2star t2w tb tc tf tfe tfl the thick thin third thoracic thorax thumb thyroid tibia time tirm
tissue to toe tof tomo torso total tr trace trans transversal transverse trunk tse tumor tumour ultrasound upper us
uterus v vein venous ventral vessel vibe view views vol volume water weighted whole with without wo wrist xa xr xray
year years
"""
WORDS = frozenset(_WORDS.split())
_PARTS = re.compile(r"[^\W_]+(?:\.[0-9]+)?")
_LETTERS_THEN_DIGITS = re.compile(r"([a-z]*)([0-9]{0,2}(?:\.[0-9]{1,2})?)([a-z]{0,2})")


def is_ordinary(text: str) -> bool:
    """Return whether every word of a text is one of those, or a number of at most two digits."""
    return all(_may_stay(part) for part in _PARTS.findall(text))


def clean_description(text: str) -> str:
    """Return a description with only those words left, in their order."""
    return " ".join(part for part in _PARTS.findall(text) if _may_stay(part))


def _may_stay(word: str) -> bool:
    low = word.lower()
    if low in WORDS:
        return True
    found = _LETTERS_THEN_DIGITS.fullmatch(low)
    return found is not None and (found[1] in WORDS or not found[1]) and (found[3] in WORDS or not found[3])
