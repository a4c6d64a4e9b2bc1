"""Files become series by the table of rules: split by what may not differ, then sorted and folded into phases."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import PurePath

import numpy as np

from imaging.base.english import Text, english
from imaging.base.natural_sort import natural_key
from imaging.formats.dicom.header import DicomHeader
from imaging.formats.dicom.mosaic import FLAT
from imaging.formats.dicom.phases import Stack, stacks_of
from imaging.formats.dicom.pixels.pixel_module import PixelStorage
from imaging.formats.dicom.repetitions import UNKNOWN_ORDER, Item, is_told_apart
from imaging.formats.dicom.rules import RULES, Role, Value, number_of, numbers_of
from imaging.volume.geometry import Cosines, StackGeometry, letters_of, stack_geometry
from imaging.volume.series import IDENTITY, Acquisition, Format, Polarity, Series, Source, StoredFrame

# Slices of one stack share their orientation to well under this; the parts of a multi-angle scan differ by more.
_SAME_DIRECTION = float(np.cos(np.deg2rad(0.5)))
_OWNERS, _APART, _KINDS = numbers_of(Role.OWNER), numbers_of(Role.APART), numbers_of(Role.KIND)
_apart_of = itemgetter(*_APART)
_STUDY, _SPACE = number_of("study"), number_of("frame of reference")


def group(headers: Sequence[DicomHeader]) -> list[Series]:
    """Series made of those headers, in the order of their series numbers. Independent of the order of `headers`."""
    of_uid: dict[str, list[DicomHeader]] = defaultdict(list)
    for header in sorted(headers, key=_path_and_member):
        of_uid[header.series_uid].append(header)
    found = []
    for same in of_uid.values():
        owners, notes = _by_owner(same)
        for owned in owners:
            found += [(_rank(stack), _series(stack, (*stack.notes, *notes, *more))) for stack, more in _stacks(owned)]
    return _with_own_ids([series for _, series in sorted(found, key=itemgetter(0))])


def _path_and_member(header: DicomHeader) -> tuple[tuple[str, ...], str]:
    """Return the order of sources; several times as fast to compare as these."""
    return header.source.path.parts, header.source.member or ""


def _by_owner(headers: list[DicomHeader]) -> tuple[list[list[DicomHeader]], tuple[Text, ...]]:
    """Part files of one series UID that are of several patients, studies or frames of reference; and notes on that.

    What a file does not state contradicts nothing.
    """
    parts: list[list[DicomHeader]] = [headers]
    notes: list[Text] = []
    for number in _OWNERS:
        split = [one for part in parts for one in _by_stated(part, number)]
        if len(split) == len(parts):
            continue
        if RULES[number].is_scattered and _each_its_own(headers, number):
            notes.append(
                english(
                    "each file names a {name} of its own, as some de-identifiers leave it; they are taken as one",
                    name=Text(RULES[number].name),
                )
            )
            continue
        notes.append(
            english(
                "files of another {name} have the same series UID; they are series of their own",
                name=Text(RULES[number].name),
            )
        )
        parts = split
    return parts, tuple(notes)


def _by_stated(headers: list[DicomHeader], number: int) -> list[list[DicomHeader]]:
    if len({header.frames[0].values[number] for header in headers} - {None}) < 2:
        return [headers]
    of_value: dict[Value, list[DicomHeader]] = defaultdict(list)
    for header in headers:
        of_value[header.frames[0].values[number]].append(header)
    return list(of_value.values())


def _each_its_own(headers: list[DicomHeader], number: int) -> bool:
    """Return whether as many values are named as there are files, copies aside, and studies at as many positions."""
    named = {header.frames[0].values[number] for header in headers}
    files = {header.instance_uid or id(header) for header in headers}
    positions = {header.frames[0].position for header in headers}
    return None not in named and len(named) == len(files) and (number != _STUDY or len(positions) == len(files))


def _stacks(headers: list[DicomHeader]) -> Iterable[tuple[Stack, tuple[Text, ...]]]:
    """Yield the stacks of one owner's series, and the notes on each."""
    families: dict[tuple[object, ...], list[Item]] = defaultdict(list)
    for header in headers:
        for frame in header.frames:
            item = Item(header, frame)
            families[_key(item)].append(item)
    for items in families.values():
        kept, copies = _without_copies(items)
        for direction in _by_orientation(kept):
            notes = (english("%n cop(y|ies) of the same slices left out", "", copies),) if copies else ()
            for stack in stacks_of(direction):
                yield stack, notes
                notes = ()


def _rank(stack: Stack) -> tuple[object, ...]:
    """Series by their number; of one series the largest stack first, then as they were taken, echo by echo."""
    header, frame = stack.items[0]
    number = header.shared.number
    taken = min(item.header.instance_number for item in stack.items)
    names = (natural_key(str(frame.values[row] or "")) for row in (*_APART, *_KINDS))
    return number is None, number or 0, header.series_uid, -len(stack.items), taken, *names, frame.index, header.source


def _key(item: Item) -> tuple[object, ...]:
    """Return all that must be equal for two frames to stand in one stack, besides the rules on owners.

    The type of the samples need not be: each slice is read as its own header says.
    """
    header, frame = item
    layout = header.layout
    spacing = None if frame.spacing is None else (round(frame.spacing[0], 4), round(frame.spacing[1], 4))
    located = frame.position is not None and frame.orientation is not None
    # A loop without positions is a stack of its own, whatever else its series holds.
    loop = header.source if len(header.frames) > 1 and not located else None
    edges = None if located else header.shared.edges
    pixels = layout.slice_shape, layout.polarity, header.units, spacing
    return _apart_of(frame.values), pixels, located, edges, loop


def _without_copies(items: list[Item]) -> tuple[list[Item], int]:
    """The items with every instance once, of several the one whose pixels are surest: as they were, and plainly stored.

    Equal UIDs at different positions are a writer's mistake, not copies.
    """
    if len({(item.header.instance_uid, item.frame.index) for item in items}) == len(items):
        return items, 0
    best: dict[object, Item] = {}
    for item in items:
        header, frame = item
        mark = (header.instance_uid, frame.index, frame.position, frame.values) if header.instance_uid else id(frame)
        if mark not in best or _doubts(header) < _doubts(best[mark].header):
            best[mark] = item
    kept = list(best.values())
    return kept, len(items) - len(kept)


def _doubts(header: DicomHeader) -> tuple[bool, bool]:
    return header.shared.acquisition.is_lossy, header.layout.storage is not PixelStorage.NATIVE


def _by_orientation(items: list[Item]) -> list[list[Item]]:
    clusters: list[tuple[Cosines | None, list[Item]]] = []
    for item in items:
        own = item.frame.orientation
        for orientation, members in clusters:
            if _same_orientation(own, orientation):
                members.append(item)
                break
        else:
            clusters.append((own, [item]))
    return [members for _, members in clusters]


def _same_orientation(one: Cosines | None, other: Cosines | None) -> bool:
    if one is None or other is None:
        return one is other
    if one == other:
        return True
    row = sum(a * b for a, b in zip(one[:3], other[:3], strict=True))
    column = sum(a * b for a, b in zip(one[3:], other[3:], strict=True))
    return row > _SAME_DIRECTION and column > _SAME_DIRECTION


def _series(stack: Stack, notes: tuple[Text, ...]) -> Series:
    items, slices = stack.items, stack.slices
    header, frame = items[0]
    geometry = _geometry(items[:slices])
    own_notes = dict.fromkeys(note for item in items for note in item.header.notes)
    if frame.position is None and not is_told_apart(items):
        own_notes[UNKNOWN_ORDER] = None
    edges = header.shared.edges
    if frame.orientation is not None:
        edges = letters_of(frame.orientation[3:]), letters_of(frame.orientation[:3])
    is_stacked = all(item.frame.position is not None for item in items) or (slices == 1 and FLAT not in own_notes)
    colour = header.layout.polarity is Polarity.COLOUR
    return Series(
        id=header.series_uid,
        format=Format.DICOM,
        frames=tuple(_stored(item) for item in items),
        slices=slices,
        rows=header.layout.slice_shape[0],
        columns=header.layout.slice_shape[1],
        dtype=_dtype_of(items),
        phases=stack.phases,
        phase_of=stack.phase_of,
        phase_values=stack.phase_values,
        phase_names=stack.phase_names,
        channels=3 if colour else 1,
        number=header.shared.number,
        modality=header.shared.modality,
        description=header.shared.description,
        affine=geometry.affine,
        pixel_spacing=frame.spacing,
        pixel_aspect=header.pixel_aspect,
        units=None if colour else header.units,
        polarity=header.layout.polarity,
        padding=None if colour else header.shared.padding,
        patient=header.shared.patient,
        acquisition=_acquisition(items),
        notes=(*own_notes, *geometry.notes, *notes),
        regular=geometry.regular,
        tilted=geometry.tilted,
        depth_known=geometry.depth_known,
        edges=edges if geometry.affine is None else None,
        cosines=frame.orientation if geometry.affine is None and is_stacked else None,
    )


def _dtype_of(items: Sequence[Item]) -> str:
    """Return NumPy's name of the smallest type that holds the samples of every slice."""
    layouts = {
        (layout.is_float, layout.bits_allocated, layout.signed, layout.polarity): layout
        for layout in (item.header.layout for item in items)
    }
    names = {layout.dtype for layout in layouts.values()}
    return next(iter(names)) if len(names) == 1 else np.result_type(*names).name


def _acquisition(items: list[Item]) -> Acquisition:
    """Return that of the first slice, in the space that all name; lossy if any slice is, by the largest ratio."""
    every = {id(item.header): item.header.shared.acquisition for item in items}.values()
    ratios = [one.lossy_ratio for one in every if one.is_lossy and one.lossy_ratio is not None]
    spaces = {item.frame.values[_SPACE] for item in items}
    # One for each file is what a careless de-identification leaves, and says nothing.
    space = str(spaces.pop() or "") if len(spaces) == 1 else ""
    first = replace(items[0].header.shared.acquisition, frame_of_reference=space)
    is_lossy = any(one.is_lossy for one in every)
    return replace(first, is_lossy=True, lossy_ratio=max(ratios, default=None)) if is_lossy else first


def _geometry(items: list[Item]) -> StackGeometry:
    first = items[0].frame
    positions = [item.frame.position for item in items if item.frame.position is not None]
    if first.orientation is None or first.spacing is None or len(positions) < len(items):
        return StackGeometry(None, False)
    return stack_geometry(
        positions,
        first.orientation,
        spacing=first.spacing,
        thickness=first.thickness,
        names=[_file_name(item.header.source) for item in items],
    )


def _file_name(source: Source) -> str:
    return source.path.name if source.member is None else PurePath(source.member).name


def _stored(item: Item) -> StoredFrame:
    header, frame = item
    # Neither a rescale nor a window has a meaning for colour, whatever stands in the file (C.7.6.3, C.11.2).
    colour = header.layout.polarity is Polarity.COLOUR
    return StoredFrame(
        source=header.source,
        index=frame.index,
        modality=IDENTITY if colour else frame.modality,
        windows=() if colour else frame.windows,
        position=frame.position,
        # A slice that its file leaves out is counted below 0.
        overlays=header.overlays[frame.index] if frame.index >= 0 else (),
        regions=header.shared.regions,
        instance_uid=header.instance_uid,
        layout=header.layout,
    )


def _with_own_ids(series: list[Series]) -> list[Series]:
    """Ids made unique: the second stack of one series UID gets `#2`, as it is called on screen."""
    seen: dict[str, int] = defaultdict(int)
    named = []
    for one in series:
        seen[one.id] += 1
        count = seen[one.id]
        named.append(one if count == 1 else replace(one, id=f"{one.id}#{count}"))
    return named
