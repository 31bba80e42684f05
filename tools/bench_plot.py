"""The figure of `./caec bench`: instructions per message against its size, as SVG."""
import math
import re

# (rows, label, colour): colours that can be told apart in light and dark, and without colour by their marks.
SERIES = [
    ("aes_256_gcm", "AES-256-GCM, memory of the host", "#d55e00", "square"),
    ("host_visible_copy", "plain text, memory of the host", "#999999", "cross"),
    ("channel_copy", "CSM channel, copied in and out", "#0072b2", "circle"),
    ("channel_in_place_words", "CSM channel, in place, used", "#b06fd8", "triangle"),
    ("channel_in_place", "CSM channel, in place", "#009e73", "diamond"),
]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 800, 460, 86, 262, 44, 56


def points(results, name):
    """(bytes, instructions), ascending."""
    found = (re.fullmatch(rf"{name}_(\d+)_bytes", row["name"]) for row in results)
    return sorted((int(match[1]), row["value"]) for match, row in zip(found, results) if match)


def speedups(results):
    """Lines of text: how many times fewer instructions than encryption. Also end to end: with storing each word of the
    message once and loading it once, whose instructions are the difference between the rows of channels used in place."""
    aes, in_place, words = (dict(points(results, name)) for name in ("aes_256_gcm", "channel_in_place", "channel_in_place_words"))
    work = {size: words[size] - in_place[size] for size in words if size in in_place}
    lines = []
    for name, label in (("channel_copy", "copied in and out"), ("channel_in_place", "in place")):
        for title, extra in ((label, dict.fromkeys(aes, 0)), (f"{label}, with storing and loading each word", work)):
            ratios = [(size, (aes[size] + extra[size]) / (value + extra[size])) for size, value in points(results, name)
                      if size in aes and size in extra]
            if ratios:
                lines.append(f"fewer instructions than AES-256-GCM, {title}: "
                             + ", ".join(f"{size}: {ratio:,.1f}x" for size, ratio in ratios))
    return lines


def mark(kind, x, y, colour):
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    paths = {"square": "M-4 -4h8v8h-8z", "diamond": "M0 -5L5 0L0 5L-5 0z", "triangle": "M0 -5L5 4L-5 4z",
             "cross": "M-4 -4L4 4M-4 4L4 -4"}
    return f'<path d="{paths[kind]}" transform="translate({x:.1f} {y:.1f})" fill="{colour}" stroke="{colour}" stroke-width="1.5"/>'


def svg(results):
    """None if there is nothing to show."""
    series = [(points(results, name), label, colour, kind) for name, label, colour, kind in SERIES]
    series = [entry for entry in series if entry[0]]
    if not series:
        return None
    sizes = sorted({size for data, *_ in series for size, _ in data})
    values = [value for data, *_ in series for _, value in data]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    span = math.log2(sizes[-1] / sizes[0]) or 1

    def x(size):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log2(size / sizes[0]) / span

    def y(value):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(value) - low) / (high - low)

    def text(at_x, at_y, what, anchor="middle", extra=""):
        return f'<text x="{at_x:.1f}" y="{at_y:.1f}" text-anchor="{anchor}" {extra}>{what}</text>'

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        "<style>.a{fill:#222;stroke:none}.g{stroke:#ccc}.b{fill:#fff}"
        "@media(prefers-color-scheme:dark){.a{fill:#ddd}.g{stroke:#444}.b{fill:#181818}}</style>",
        f'<rect class="b" width="{WIDTH}" height="{HEIGHT}"/>', '<g class="a">',
        text((LEFT + WIDTH - RIGHT) / 2, 24, "Instructions for a message from one realm to another"),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "bytes of the message"),
        text(0, 0, "instructions, both realms", extra=f'transform="translate(18 {HEIGHT / 2}) rotate(-90)"'), "</g>",
    ]
    for power in range(low, high + 1):
        at = y(10 ** power)
        lines.append(f'<path class="g" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>')
        lines.append(f'<g class="a">{text(LEFT - 8, at + 4, f"{10 ** power:,}", "end")}</g>')
    for size in sizes:
        lines.append(f'<path class="g" d="M{x(size):.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        label = f"{size // 1024}K" if size >= 1024 else str(size)
        lines.append(f'<g class="a">{text(x(size), HEIGHT - BOTTOM + 18, label)}</g>')
    last = None
    for data, label, colour, kind in sorted(series, key=lambda entry: entry[0][-1][1]):
        path = "L".join(f"{x(size):.1f} {y(value):.1f}" for size, value in data)
        lines.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines += [mark(kind, x(size), y(value), colour) for size, value in data]
        at = y(data[-1][1]) + 4
        at = at if last is None or last - at > 16 else last - 16  # labels of lines that lie on each other
        lines.append(f'<g fill="{colour}">{text(WIDTH - RIGHT + 10, at, label, "start")}</g>')
        last = at
    return "\n".join(lines + ["</svg>"]) + "\n"
