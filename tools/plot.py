"""Lines in a plane, as SVG: for ./caec bench and ./caec evaluate. Readable on light and dark, and without colour."""
import html
import math
from typing import NamedTuple

COLOURS = ("#d55e00", "#0072b2", "#009e73", "#b06fd8", "#999999", "#c49a00")
MARKS = ("square", "circle", "diamond", "triangle", "cross", "square")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 800, 460, 86, 262, 44, 56
STYLE = ("<style>.a{fill:#222;stroke:none}.g{stroke:#ccc}.b{fill:#fff}"
         "@media(prefers-color-scheme:dark){.a{fill:#ddd}.g{stroke:#444}.b{fill:#181818}}</style>")


class Series(NamedTuple):
    points: list  # (x, y), ascending, both above 0
    label: str
    colour: str
    mark: str


def series(points, label, number):
    return Series(points, label, COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)])


def _mark(kind, x, y, colour):
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    paths = {"square": "M-4 -4h8v8h-8z", "diamond": "M0 -5L5 0L0 5L-5 0z", "triangle": "M0 -5L5 4L-5 4z",
             "cross": "M-4 -4L4 4M-4 4L4 -4"}
    return f'<path d="{paths[kind]}" transform="translate({x:.1f} {y:.1f})" fill="{colour}" stroke="{colour}" stroke-width="1.5"/>'


def _text(x, y, what, anchor="middle", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{html.escape(what)}</text>'


def _short(number):
    return f"{number // 1024}K" if number >= 1024 and number % 1024 == 0 else str(number)


def lines(title, x_label, y_label, all_series):
    """Both axes are logarithmic, of base 2 and 10; every x of a point has a line. None if there is nothing to show."""
    all_series = [one for one in all_series if one.points]
    if not all_series:
        return None
    columns = sorted({x for one in all_series for x, _ in one.points})
    values = [y for one in all_series for _, y in one.points]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    span = math.log2(columns[-1] / columns[0]) or 1

    def x(column):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log2(column / columns[0]) / span

    def y(value):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(value) - low) / (high - low)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        STYLE, f'<rect class="b" width="{WIDTH}" height="{HEIGHT}"/>', '<g class="a">',
        _text((LEFT + WIDTH - RIGHT) / 2, 24, title),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x_label),
        _text(0, 0, y_label, extra=f'transform="translate(18 {HEIGHT / 2}) rotate(-90)"'), "</g>",
    ]
    for power in range(low, high + 1):
        at = y(10 ** power)
        out.append(f'<path class="g" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>')
        out.append(f'<g class="a">{_text(LEFT - 8, at + 4, f"{10 ** power:,}", "end")}</g>')
    for column in columns:
        out.append(f'<path class="g" d="M{x(column):.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        out.append(f'<g class="a">{_text(x(column), HEIGHT - BOTTOM + 18, _short(column))}</g>')
    last = None
    for one in sorted(all_series, key=lambda entry: entry.points[-1][1]):
        path = "L".join(f"{x(column):.1f} {y(value):.1f}" for column, value in one.points)
        out.append(f'<path d="M{path}" fill="none" stroke="{one.colour}" stroke-width="2"/>')
        out += [_mark(one.mark, x(column), y(value), one.colour) for column, value in one.points]
        at = y(one.points[-1][1]) + 4
        at = at if last is None or last - at > 16 else last - 16  # labels of lines that lie on each other
        out.append(f'<g fill="{one.colour}">{_text(WIDTH - RIGHT + 10, at, one.label, "start")}</g>')
        last = at
    return "\n".join(out + ["</svg>"]) + "\n"
