"""How an act of the demo is told: chapters, claims that are checked, a verdict."""

chapters = claims = broken = 0


def chapter(title):
    global chapters
    chapters += 1
    print(f"\n{chapters:2}. {title}", flush=True)


def claim(holds, text):
    global claims, broken
    claims += 1
    broken += not holds
    print(f"    {text:<90} {'ok' if holds else 'NOT OK'}", flush=True)
    return holds


def verdict(conclusion):
    """The last line; an exit status."""
    print(f"\nVerdict: {claims - broken} of {claims} claims hold" + (f": {conclusion}" if not broken else "."))
    return 1 if broken else 0
