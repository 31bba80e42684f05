"""The tree, as the rules of tests/check/source see it."""
import contextlib
import functools
import os
import pathlib
import re
import shutil

SKIPPED = {".git", "build", "__pycache__"}


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = sorted(self._walk())
        self.text = functools.cache(lambda name: (self.root / name).read_text(errors="replace"))

    def _walk(self):
        for folder, inside, names in os.walk(self.root):
            inside[:] = [name for name in inside if name not in SKIPPED]
            for name in names:
                yield os.path.relpath(os.path.join(folder, name), self.root)

    def some(self, pattern):
        """The files whose whole names match."""
        return [name for name in self.files if re.fullmatch(pattern, name)]

    def sources(self):
        return self.some(r".*\.[chS]")

    def exists(self, name):
        return bool(list(self.root.glob(name))) if "*" in name else (self.root / name).exists()

    def lines(self, names, wanted, but=None):
        """`file:line: text` of each line of the files that matches `wanted` and not `but`."""
        for name in names:
            for number, line in enumerate(self.text(name).splitlines(), 1):
                if re.search(wanted, line) and not (but and re.search(but, line)):
                    yield f"{name}:{number}: {line.strip()}"


def copy_of(root, work, built=()):
    """A copy of the tree in the folder; of what was built, links to these."""
    copy = pathlib.Path(work) / "tree"
    shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(*SKIPPED))
    for name in built:
        link = copy / "build" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(root / "build" / name)
    return copy


@contextlib.contextmanager
def added(path, text):
    """With this at the file's end, or, where there is none, in a new one; then it is as it was."""
    before = path.read_text() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((before or "") + text)
    yield
    path.unlink() if before is None else path.write_text(before)


def room(name):
    return os.path.dirname(name)


def is_test(name):
    """Not product: it may include and build what it likes."""
    return name.split("/")[0] in ("tests", "bench")
