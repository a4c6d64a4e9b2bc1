"""A report as one HTML file: no script, nothing fetched, pictures inside; fit to be printed."""

import base64
from collections.abc import Iterator
from html import escape
from itertools import groupby

from inference.classify.finding import FindingColour
from inference.classify.finding_words import COLOUR_WORDS
from inference.contract.contract import NOTICE
from inference.report.content import SECTIONS, FindingPicture, ReportContent, ReportField
from inference.report.png_file import encode_png

_SIGNS = {FindingColour.GREEN: "✓", FindingColour.RED: "▲", FindingColour.YELLOW: "?", FindingColour.GREY: ""}

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b }
.notice { font-weight: 600; border: 2px solid #8a1f11; color: #8a1f11; padding: .4rem .8rem }
.verdict { font-size: 1.5rem; font-weight: 600; border-left: .5rem solid; padding: .2rem .8rem; margin: 1rem 0 }
.green { border-color: #1d7a3a } .red { border-color: #b3261e } .yellow { border-color: #b58900 }
.grey { border-color: #777 }
.verdict small { display: block; font-size: .9rem; font-weight: 400 }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem } figure { margin: 0; flex: 1 1 16rem; max-width: 28rem }
figure img { width: 100%; background: #000 } figcaption { font-size: .85rem; color: #444 }
table { border-collapse: collapse; width: 100% } h2 { font-size: 1.05rem; margin: 1.2rem 0 .3rem }
th, td { text-align: left; vertical-align: top; padding: .15rem .6rem .15rem 0; border-bottom: 1px solid #ddd }
th { font-weight: 400; color: #444; width: 20rem }
@media print { body { margin: 0; font-size: 11px } figure { max-width: 14rem } }
"""


def write_html(content: ReportContent) -> bytes:
    """Return the content of `report.html`. Every field stands in it as a row with its path in `data-field`."""
    pictures = "".join(_figure(picture) for picture in content.pictures)
    sections = "".join(
        _section(name, list(fields)) for name, fields in groupby(content.fields, key=lambda field: field.path[0])
    )
    sign = f"{_SIGNS[content.colour]} {COLOUR_WORDS[content.colour]}".strip()
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en"><head><meta charset="utf-8"><title>Slicelens report</title>\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<style>{_STYLE}</style></head><body>\n"
        f'<p class="notice">{escape(NOTICE)}</p>\n'
        f'<p class="verdict {content.colour.value}">{escape(content.headline)}'
        f"{f'<small>{escape(sign)}</small>' if sign else ''}<small>{escape(content.standing)}</small></p>\n"
        f'<div class="pictures">{pictures}</div>\n{sections}</body></html>\n'
    ).encode()


def _section(name: str, fields: list[ReportField]) -> str:
    rows = "".join(_rows(fields))
    return f"<h2>{escape(SECTIONS[name])}</h2>\n<table>{rows}</table>\n"


def _rows(fields: list[ReportField]) -> Iterator[str]:
    for field in fields:
        words, name = escape(field.words), escape(field.name, quote=True)
        yield f'<tr><th>{words}</th><td data-field="{name}">{escape(field.text)}</td></tr>\n'


def _figure(picture: FindingPicture) -> str:
    caption = escape(picture.caption, quote=True)
    address = base64.b64encode(encode_png(picture.pixels)).decode()
    image = f'<img alt="{caption}" src="data:image/png;base64,{address}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
