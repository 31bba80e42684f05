"""Runs the cases of a test program in Python. The lines are cmocka's: tests/run counts them, tools/copies.py looks for them."""
import pathlib
import tempfile


def run(tests, *arguments):
    """Each with these arguments and a folder of its own. One that fails ends the program."""
    for test in tests:
        print("[ RUN      ]", test.__name__, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            test(*arguments, pathlib.Path(folder))
        print("[       OK ]", test.__name__, flush=True)
