"""Who executes the instructions of an operation, by tools/profile."""
import subprocess

import evaluation

HEAD = ["operation", "host", "TF-A at EL3", "monitor", "realm", "all"]


def table():
    """tools/profile follows every instruction of the machine: a minute or two."""
    run = subprocess.run([evaluation.ROOT / "tools/profile"], stdout=subprocess.PIPE, text=True, check=True)
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in run.stdout.splitlines()[2:]
            if line.startswith("|")]
    return evaluation.Table("Who executes it (tools/profile)", HEAD, [row for row in rows if len(row) == len(HEAD)])
