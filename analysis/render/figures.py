"""Figures for the screen (SVG, written by hand) and for print (PNG, by matplotlib).

Both write down the same `drawing`. matplotlib is imported only when a PNG is asked for.
Classes of the SVG, for the style sheet: `figure` on the whole; `curve`, `band` with
`curve-1` … `curve-6` for the colour; `number` on the texts that print one. Colours stand
in attributes, so that an SVG alone looks right and a style sheet may say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from io import BytesIO

from analysis.document import Figure
from analysis.render.drawing import COLOURS, Area, Drawing, Stroke, Words, draw

SCREEN = 480.0  # width of the sheet on a screen: on a telephone its letters are 9 px high
PAPER = 600.0  # width of the sheet in print: its letters are 9 pt
INCHES = 6.3  # a printed page's column, 16 cm


def svg(figure: Figure, language: str, link: Callable[[str], str] | None = None) -> str:
    """The figure as an SVG element; `link` gives the URL behind the number at an address."""
    drawing = draw(figure, language, SCREEN)
    name = escape(figure.id)
    # An image has no inside for a screen reader: one whose numbers are links is a group.
    role = "group" if link and any(words.address for words in drawing.words) else "img"
    alternative = figure.alternative.text(language)
    return "".join(
        [
            f'<svg class="figure" xmlns="http://www.w3.org/2000/svg" role="{role}"'
            f' viewBox="0 0 {drawing.width:g} {drawing.height:g}"'
            f' aria-labelledby="{name}-title{f" {name}-desc" if alternative else ""}"'
            ' font-family="system-ui, sans-serif" font-size="12" fill="none" stroke-linejoin="round">',
            f'<title id="{name}-title">{escape(figure.title.text(language))}</title>',
            f'<desc id="{name}-desc">{escape(alternative)}</desc>' if alternative else "",
            *map(_svg_area, drawing.areas),
            *map(_svg_stroke, drawing.strokes),
            '<g fill="currentColor">',
            *(_svg_words(words, link) for words in drawing.words),
            "</g></svg>",
        ]
    )


def _class(curve: int) -> str:
    return f"curve-{curve % len(COLOURS) + 1}"


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return "M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _svg_area(area: Area) -> str:
    colour = COLOURS[area.curve % len(COLOURS)]
    return (
        f'<path class="band {_class(area.curve)}" fill="{colour}" fill-opacity="0.15"'
        f' d="{_points(area.outline)}Z"/>'
    )


def _svg_stroke(stroke: Stroke) -> str:
    look = f' stroke-width="{stroke.width:g}"'
    if stroke.dashes:
        look += f' stroke-dasharray="{" ".join(f"{dash:g}" for dash in stroke.dashes)}"'
    if stroke.faint:
        look += ' stroke-opacity="0.55"'
    if stroke.curve is None:
        look += ' stroke="currentColor"'
    else:
        look += f' class="curve {_class(stroke.curve)}" stroke="{COLOURS[stroke.curve % len(COLOURS)]}"'
    return f'<path{look} d="{"".join(map(_points, stroke.paths))}"/>'


def _svg_words(words: Words, link: Callable[[str], str] | None) -> str:
    x, y = words.at
    look = "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    if words.size != 12:
        look += f' font-size="{words.size:g}"'
    if words.upright:
        look += f' transform="rotate(-90 {x:.1f} {y:.1f})"'
    if words.address:
        look += ' class="number"'
    text = f'<text x="{x:.1f}" y="{y:.1f}"{look}>{escape(words.text)}</text>'
    if link and words.address:
        return f'<a class="number" href="{escape(link(words.address))}">{text}</a>'
    return text


def png(figure: Figure, language: str, dpi: int = 300) -> bytes:
    """The figure as it is printed: 6.3 inches (16 cm) wide at `dpi` dots per inch."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas
    from matplotlib.transforms import Affine2D

    drawing = draw(figure, language, PAPER)
    inch = INCHES / drawing.width  # of one unit of the sheet
    canvas = Canvas(figsize=(INCHES, drawing.height * inch), dpi=dpi, facecolor="white")
    FigureCanvasAgg(canvas)
    place = Affine2D().scale(inch * dpi, -inch * dpi).translate(0, drawing.height * inch * dpi)
    for artist in _artists(drawing, unit=inch * 72, place=place):
        canvas.add_artist(artist)
    file = BytesIO()
    canvas.savefig(file, format="png", dpi=dpi, metadata={"Software": None})
    return file.getvalue()


def _artists(drawing: Drawing, unit: float, place) -> list:
    """The drawing in matplotlib's terms; `unit` of the sheet is so many points."""
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    artists: list = []
    for area in drawing.areas:
        colour = COLOURS[area.curve % len(COLOURS)]
        artists.append(Polygon(area.outline, facecolor=colour, alpha=0.15, linewidth=0, transform=place))
    for stroke in drawing.strokes:
        path = Path.make_compound_path(*(Path(points) for points in stroke.paths))
        # matplotlib counts dashes in breadths of the line
        dashes = (0, [dash / stroke.width for dash in stroke.dashes]) if stroke.dashes else "solid"
        artists.append(
            PathPatch(
                path,
                fill=False,
                edgecolor="black" if stroke.curve is None else COLOURS[stroke.curve % len(COLOURS)],
                alpha=0.55 if stroke.faint else None,
                linewidth=stroke.width * unit,
                linestyle=dashes,
                capstyle="butt",
                transform=place,
            )
        )
    return artists + [_text(words, unit, place) for words in drawing.words]


def _text(words: Words, unit: float, place):
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

    from analysis.render import fonts

    return Text(
        *words.at,
        fonts.drawable(words.text),
        fontproperties=FontProperties(fname=fonts.path(), size=words.size * unit),
        color="black",
        horizontalalignment={"start": "left", "middle": "center", "end": "right"}[words.anchor],
        verticalalignment="baseline",
        rotation=90 if words.upright else 0,
        rotation_mode="anchor",
        parse_math=False,  # a dollar sign is a dollar sign
        transform=place,
    )
