"""The figure of `./caec bench`: instructions per message against its size, as SVG."""
import re

import plot

# (rows, label, colour): colours that can be told apart in light and dark, and without colour by their marks.
SERIES = [
    ("aes_256_gcm_portable", "AES-256-GCM in C alone", "#8a3c00", "cross"),
    ("aes_256_gcm", "AES-256-GCM, memory of the host", "#d55e00", "square"),
    ("host_visible_copy", "plain text, memory of the host", "#999999", "cross"),
    ("channel_copy", "CSM channel, copied in and out", "#0072b2", "circle"),
    ("channel_in_place_words", "CSM channel, in place, used", "#b06fd8", "triangle"),
    ("channel_in_place", "CSM channel, in place", "#009e73", "diamond"),
]


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


def svg(results, prefix="", way="from one realm to another"):
    """None if there is nothing to show. `prefix`: of the rows' names."""
    return plot.lines(f"Instructions for a message {way}", "bytes of the message", "instructions, both realms",
                      [plot.Series(points(results, prefix + name), *look) for name, *look in SERIES])
