"""Pictures one after another as a film: GIF and WebP by Pillow, Motion JPEG in AVI by OpenCV's own writer.

Films are coded in a child process, since coders give no sign of life and cannot be stopped.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.scratch import scratch_file
from imaging.workers.messages import WorkerTask
from imaging.workers.pool import Reading

FilmFormat = Literal["gif", "webp", "avi"]

_JPEG_QUALITY = 95
_COPIES = 6


def encode_film(
    pictures: NDArray[np.uint8], format_: FilmFormat, rate: int, reading: Reading
) -> Iterator[bytes | None]:
    """Yield None while time passes, and then the film of uint8 [picture, row, column] grey or [..., 3] RGB.

    `rate` counts pictures a second. WebP is lossless, GIF has the 256 colours of each picture, AVI is JPEG 95.
    Raises `Refusal` if it cannot be coded.
    """
    task = WorkerTask(
        f"{__name__}:encode_task",
        (0,),
        (pictures, format_, rate),
        fault=Code.INTERNAL,
        memory=_COPIES * pictures.nbytes,
    )
    for answer in reading.run([task]):
        if answer is None:
            yield None
        elif isinstance(answer.value, Refusal):
            raise answer.value
        else:
            yield answer.value.tobytes()


def encode_task(
    common: tuple[NDArray[np.uint8], FilmFormat, int], _: Sequence[int], policy: ReadingPolicy
) -> Iterator[tuple[int, NDArray[np.uint8]] | None]:
    """Code one film: a task of `imaging.workers`."""
    del policy
    pictures, format_, rate = common
    made = _encode_avi(pictures, rate) if format_ == "avi" else _encode_with_pillow(pictures, format_, rate)
    yield 0, np.frombuffer(made, np.uint8)


def _encode_with_pillow(pictures: NDArray[np.uint8], format_: FilmFormat, rate: int) -> bytes:
    from PIL import Image  # in the child alone

    images = [Image.fromarray(picture) for picture in pictures]
    if format_ == "webp":
        images = [image.convert("RGB") for image in images]
        how: dict[str, object] = {"lossless": True, "quality": 50, "method": 2}
    else:
        how = {"optimize": False, "disposal": 1}
    buffer = BytesIO()
    duration = max(1, round(1000 / rate))
    images[0].save(buffer, format_.upper(), save_all=True, append_images=images[1:], duration=duration, loop=0, **how)
    return buffer.getvalue()


def _encode_avi(pictures: NDArray[np.uint8], rate: int) -> bytes:
    import cv2

    rows, columns = pictures.shape[1:3]
    with scratch_file(ending=".avi") as (stream, path):
        codec = cv2.VideoWriter.fourcc(*"MJPG")
        writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, codec, float(rate), (columns, rows), isColor=True)
        if not writer.isOpened():
            raise Refusal(Code.WRITE, "The film could not be written (is the disk full?).")
        writer.set(cv2.VIDEOWRITER_PROP_QUALITY, _JPEG_QUALITY)
        for picture in pictures:
            kind = cv2.COLOR_GRAY2BGR if picture.ndim == 2 else cv2.COLOR_RGB2BGR
            writer.write(cv2.cvtColor(picture, kind))
        writer.release()
        stream.seek(0)
        return stream.read()
