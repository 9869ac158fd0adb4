"""A figure of curves laid out once, as strokes, areas and words on a sheet of paper.

`figures.svg` and `figures.png` only write down what stands here, so screen and print
show the same drawing. Units are those of the sheet: x to the right, y downwards, and a
text of size 12 is 12 units high. What the curves mean is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import east_asian_width

from analysis.document import Curve, Figure

Point = tuple[float, float]

SIZE = 12.0  # height of the letters
ROW = 17.0  # one line of words
MOST_STEPS = 700  # more are thinned: on a sheet 500 wide they lie closer than a line is broad
MOST_MARKS = 100  # of censored cases on one curve

# Told apart by colour-blind readers and in grey: every curve has its own dashes as well.
COLOURS = ("#0072b2", "#c44e00", "#00795c", "#a8327a", "#7a5f00", "#555555")
DASHES: tuple[tuple[float, ...], ...] = ((), (7, 3), (2, 2.5), (9, 3, 2, 3), (14, 4), (5, 2, 1, 2, 1, 2))


@dataclass(frozen=True, slots=True)
class Stroke:
    """Lines of one look. `curve` is the number of the curve that gives the colour; None is ink."""

    paths: tuple[tuple[Point, ...], ...]
    width: float = 1.0
    curve: int | None = None
    dashes: tuple[float, ...] = ()
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A closed surface in the pale colour of a curve."""

    outline: tuple[Point, ...]
    curve: int


@dataclass(frozen=True, slots=True)
class Words:
    """A text with its base line at `at`. `address` is that of a Part that has cases."""

    text: str
    at: Point
    anchor: str = "middle"  # start, middle, end
    size: float = SIZE
    upright: bool = False  # reads from bottom to top
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A sheet of paper and what is on it, in the order in which it is drawn."""

    width: float
    height: float
    areas: tuple[Area, ...]
    strokes: tuple[Stroke, ...]
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _Plot:
    """The rectangle of the axes and the scale of both."""

    left: float
    right: float
    top: float
    bottom: float
    first: float  # time at the left edge
    last: float  # time at the right edge

    def x(self, time: float) -> float:
        return self.left + (time - self.first) / (self.last - self.first) * (self.right - self.left)

    def y(self, share: float) -> float:
        return self.bottom - share * (self.bottom - self.top)


def draw(figure: Figure, language: str, width: float) -> Drawing:
    """The figure on a sheet `width` units wide; its height follows from what there is to say."""
    above = _labels_above(figure, language, width)
    left = _left(figure, language, above)
    legend = _legend(figure, language, left, width)
    plot = _plot(figure, language, left, width, top=legend[-1][1] + 20 if legend else 10.0)
    below = plot.bottom + (44 if figure.x_label.text(language) else 26)
    strip, height = _strip(figure, language, plot, below, above)
    areas = [Area(o, k) for k, c in enumerate(figure.curves) for o in _band(c, plot, _end(c))]
    strokes = [*_axes(figure, plot), *_reference(figure, plot)]
    for number, curve in enumerate(figure.curves):
        strokes.append(_curve(curve, number, plot))
        strokes.append(_censor_marks(curve, number, plot))
    strokes += [_sample(number, x, y) for number, (x, y, _) in enumerate(legend)]
    words = [*_axis_words(figure, language, plot), *strip, *_empty(figure, language, plot)]
    words += [Words(text, (x + 36, y + 4), "start") for x, y, text in legend]
    return Drawing(width, height, tuple(areas), tuple(s for s in strokes if s.paths), tuple(words))


def text_width(text: str, size: float) -> float:
    """About how wide a text is set: a Chinese character is a square, a letter half of one."""
    return size * sum(1.0 if east_asian_width(char) in "WF" else 0.57 for char in text)


def wrapped(text: str, size: float, width: float) -> list[str]:
    """The lines of a text that is to stay within `width`; Chinese breaks between any characters."""
    lines = [""]
    for piece in pieces(text):
        if lines[-1] and text_width((lines[-1] + piece).rstrip(), size) > width:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def pieces(text: str) -> Iterator[str]:
    """What a line may be divided into: words with the space after them, and each Chinese
    character with the mark that follows it."""
    piece = ""
    for char in text:
        starts_new = east_asian_width(char) == "W" and char.isalnum()
        if piece and (starts_new or piece[-1] == " "):
            yield piece
            piece = ""
        piece += char
    yield piece


def thinned(steps: Sequence[tuple[float, object]]) -> list[tuple[float, object]]:
    """The steps at which the value changes, at most MOST_STEPS of them, and the first.

    If there are more, time is cut into that many equal pieces and the last step of each is
    kept: no jump moves by more than one piece, which is less than the breadth of the line.
    """
    steps = [step for position, step in enumerate(steps) if not position or step[1] != steps[position - 1][1]]
    if len(steps) <= MOST_STEPS:
        return steps
    start, piece = steps[0][0], (steps[-1][0] - steps[0][0]) / (MOST_STEPS - 1) or 1.0
    last_of_piece = {int((time - start) / piece): (time, value) for time, value in steps[1:]}
    return [steps[0], *last_of_piece.values()]


def _end(curve: Curve) -> float:
    """The time up to which a curve is known."""
    return max((time for points in (curve.steps, curve.censored) for time, _ in points), default=0.0)


def _left(figure: Figure, language: str, above: bool) -> float:
    """Where the upright axis stands: right of its own words, and of the labels of the strip."""
    if above:
        return 62.0
    return max([62.0, *(text_width(row.label.text(language), SIZE) + 28 for row in figure.strip)])


def _plot(figure: Figure, language: str, left: float, width: float, top: float) -> _Plot:
    times = [*figure.ticks, *(_end(curve) for curve in figure.curves), 0.0]
    first, last = min(times), max(times)
    outermost = [part.text.text(language) for row in figure.strip for part in row.parts[-1:]]
    right = width - max([10.0, *(text_width(text, SIZE) / 2 + 2 for text in outermost)])
    height = round(width * (0.5 if figure.curves else 0.25))
    return _Plot(left, right, top, top + height, first, last if last > first else first + 1)


def _labels_above(figure: Figure, language: str, width: float) -> bool:
    """Whether the labels of the strip are too long to stand left of their numbers."""
    return any(text_width(row.label.text(language), SIZE) > 0.26 * width for row in figure.strip)


def _axes(figure: Figure, plot: _Plot) -> list[Stroke]:
    frame = ((plot.left, plot.top), (plot.left, plot.bottom), (plot.right, plot.bottom))
    marks = [((plot.x(t), plot.bottom), (plot.x(t), plot.bottom + 5)) for t in figure.ticks]
    marks += [((plot.left - 5, plot.y(q / 4)), (plot.left, plot.y(q / 4))) for q in range(5)]
    return [Stroke((frame, *marks))]


def _reference(figure: Figure, plot: _Plot) -> list[Stroke]:
    if figure.reference is None:
        return []
    y = plot.y(figure.reference)
    return [Stroke((((plot.left, y), (plot.right, y)),), 0.8, dashes=(4, 4), faint=True)]


def _axis_words(figure: Figure, language: str, plot: _Plot) -> list[Words]:
    words = [Words(f"{tick:g}", (plot.x(tick), plot.bottom + 18)) for tick in figure.ticks]
    words += [Words(f"{25 * q}%", (plot.left - 8, plot.y(q / 4) + 4), "end") for q in range(5)]
    middle = ((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2)
    if x_label := figure.x_label.text(language):
        words.append(Words(x_label, (middle[0], plot.bottom + 36)))
    if y_label := figure.y_label.text(language):
        words.append(Words(y_label, (plot.left - 46, middle[1]), upright=True))
    return words


def _corners(steps: Iterable[tuple[float, float]], end: float, plot: _Plot) -> list[Point]:
    """The corners of a line that keeps each value up to the next step, and the last up to `end`."""
    corners: list[Point] = []
    for time, value in steps:
        if corners:
            corners.append((plot.x(time), corners[-1][1]))
        corners.append((plot.x(time), plot.y(value)))
    if corners and plot.x(end) > corners[-1][0]:
        corners.append((plot.x(end), corners[-1][1]))
    return corners


def _curve(curve: Curve, number: int, plot: _Plot) -> Stroke:
    corners = tuple(_corners(thinned(curve.steps), _end(curve), plot))
    return Stroke((corners,) if corners else (), 1.8, number, DASHES[number % len(DASHES)])


def _censor_marks(curve: Curve, number: int, plot: _Plot) -> Stroke:
    """A short upright line for each censored case; many are thinned, so that the curve stays in sight."""
    apart = 1.0 if len(curve.censored) <= MOST_MARKS else (plot.right - plot.left) / MOST_MARKS
    places = {int((plot.x(t) - plot.left) / apart): (plot.x(t), plot.y(v)) for t, v in curve.censored}
    return Stroke(tuple(((x, y - 5.5), (x, y + 5.5)) for x, y in places.values()), 1.2, number)


def _band(curve: Curve, plot: _Plot, end: float) -> list[tuple[Point, ...]]:
    """The outlines of the confidence band: one for each stretch where both limits are known."""
    outlines = []
    stretch: list[tuple[float, tuple[float, float]]] = []
    for time, limits in [*thinned(list(_limits(curve))), (end, None)]:
        if limits is not None:
            stretch.append((time, limits))
        elif stretch:
            lower = _corners([(t, low) for t, (low, _) in stretch], time, plot)
            upper = _corners([(t, high) for t, (_, high) in stretch], time, plot)
            outlines.append((*upper, *reversed(lower)))
            stretch = []
    return outlines


def _limits(curve: Curve) -> Iterator[tuple[float, tuple[float, float] | None]]:
    """Both limits of the band wherever one of them changes; None where one is missing."""
    lower, upper = dict(curve.lower), dict(curve.upper)
    low = high = None
    for time in sorted(lower.keys() | upper.keys()):
        low, high = lower.get(time, low), upper.get(time, high)
        known = low is not None and high is not None and low == low and high == high  # not NaN
        yield time, (low, high) if known else None


def _legend(figure: Figure, language: str, left: float, width: float) -> list[tuple[float, float, str]]:
    """Where the sample line of each curve starts, and its label; nothing for a single curve."""
    places: list[tuple[float, float, str]] = []
    x, y = left, 10.0
    for curve in figure.curves if len(figure.curves) > 1 else ():
        text = curve.label.text(language)
        needed = 36 + text_width(text, SIZE) + 18
        if places and x + needed > width:
            x, y = left, y + ROW
        places.append((x, y, text))
        x += needed
    return places


def _sample(number: int, x: float, y: float) -> Stroke:
    return Stroke((((x, y), (x + 30, y)),), 1.8, number, DASHES[number % len(DASHES)])


def _strip(figure: Figure, language: str, plot: _Plot, y: float, above: bool) -> tuple[list[Words], float]:
    """The rows of numbers under the ticks, and where the sheet ends below them.

    `above`: each label has a line of its own. Numbers too broad for the distance between two
    ticks are set smaller.
    """
    words: list[Words] = []
    distance = min((plot.x(b) - plot.x(a) for a, b in pairwise(figure.ticks)), default=80)
    texts = [part.text.text(language) for row in figure.strip for part in row.parts]
    broadest = max([1.0, *(text_width(text, SIZE) for text in texts)])
    size = round(min(SIZE, SIZE * (distance - 4) / broadest), 1)
    for number, row in enumerate(figure.strip):
        y += ROW + (3 if above else 0)
        words.append(Words(row.label.text(language), (4, y), "start"))
        y += ROW - 3 if above else 0
        for position, (tick, part) in enumerate(zip(figure.ticks, row.parts, strict=False)):
            address = f"{figure.id}.strip-{number}.{position}" if part.cases else None
            words.append(Words(part.text.text(language), (plot.x(tick), y), size=size, address=address))
    return words, y + 8


def _empty(figure: Figure, language: str, plot: _Plot) -> list[Words]:
    if figure.empty is None:
        return []
    lines = wrapped(figure.empty.text(language), SIZE, (plot.right - plot.left) * 0.8)
    x, middle = (plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2
    return [Words(line, (x, middle + (k - len(lines) / 2) * ROW + SIZE)) for k, line in enumerate(lines)]
