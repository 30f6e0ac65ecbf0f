"""A program of its own that sets one paper: JSON on its standard input, the PDF on its standard output.

typst keeps what it has set in memory that it does not give back, so each paper is set by a process that ends with it:
memory stays flat however many there are. Started as a file, so that it loads nothing but typst. With the word `fonts`
it lists the families of fonts that this machine has.
"""

import json
import sys
from pathlib import Path

import typst

TEMPLATES = Path(__file__).with_name("typst")


def main() -> None:
    order = json.load(sys.stdin.buffer)
    paper = TEMPLATES / f"{order['template']}.typ"
    # Tags double the time and treble the size of a long table; the same rows stand in the CSV for readers' programs.
    pdf = typst.compile(
        str(paper), root=str(TEMPLATES), format="pdf", sys_inputs={"data": json.dumps(order["data"])},
        timestamp=order["data"]["made_at"], pdf_tags=order["template"] != "signatures",
    )  # fmt: skip
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    if sys.argv[1:] == ["fonts"]:
        json.dump(typst.Fonts().families(), sys.stdout)
    else:
        main()
