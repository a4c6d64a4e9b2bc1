"""What is left of patients, studies and files while patient data is hidden."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop.render.privacy import hide_patients
from imaging.volume.series import Format, Patient, Series

WHO = st.builds(
    Patient,
    name=st.sampled_from(["", "ZZNAME^A", "ZZNAME^B"]),
    id=st.sampled_from(["", "ZZ1", "ZZ2"]),
    birth_date=st.sampled_from(["", "ZZ190101"]),
    study_id=st.sampled_from(["", "ZZ1.2", "ZZ1.3"]),
    study_description=st.sampled_from(["", "ZZSTUDY"]),
    study_date=st.sampled_from(["", "ZZ200101"]),
    institution=st.sampled_from(["", "ZZCLINIC"]),
    sex=st.sampled_from(["", "F"]),
    age_years=st.sampled_from([None, 3.5]),
)
ONE = Series("id", Format.DICOM, (), 0, 4, 4, "uint8")
SERIES = st.builds(
    lambda who, format_, number, description: replace(
        ONE, patient=who, format=format_, number=number, description=description
    ),
    WHO, st.sampled_from(Format), st.sampled_from([None, 4]), st.sampled_from(["", "ZZDESCRIPTION", "ZZname.png"]),
)  # fmt: skip


@given(st.lists(SERIES, max_size=6))
def test_nothing_of_it_is_left_and_who_is_who_stays(series: list[Series]) -> None:
    shown = hide_patients(series)
    assert "ZZ" not in repr([(one.patient, one.description) for one in shown])
    for before, after in ((a, b) for a in range(len(series)) for b in range(a)):
        stated = any(series[before].patient.study) and any(series[after].patient.study)
        if stated:
            same = series[before].patient.study == series[after].patient.study
            assert (shown[before].patient.study == shown[after].patient.study) == same
    assert [(one.patient.sex, one.patient.age_years) for one in shown] == [
        (one.patient.sex, one.patient.age_years) for one in series
    ]


def test_a_picture_is_called_by_its_place_and_a_series_by_its_number() -> None:
    picture = replace(ONE, format=Format.RASTER, description="Jane Doe.png")
    stack = replace(ONE, number=4, description="T1 of Jane")
    assert [one.description for one in hide_patients((picture, stack))] == ["Picture 1", ""]
    assert not any(hide_patients((picture,))[0].patient.study)
