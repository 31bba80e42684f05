"""What a line of code is, for tools/loc and ./caec evaluate: one of C or assembly that is neither blank nor comment."""
import re

TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?(?:\*/|\Z)', re.S)


def code(text):
    """The lines of code of a source."""
    def blank(match):
        return match[0] if match[0].startswith('"') else "\n" * match[0].count("\n") or " "

    return [line for line in TOKEN.sub(blank, text).splitlines() if line.strip()]


def sources(folder):
    """The sources under a folder; none if it is not there."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".c", ".h", ".S"))


def count(paths):
    return sum(len(code(path.read_text(errors="replace"))) for path in paths)
