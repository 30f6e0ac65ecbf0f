"""The Nu HTML checker finds nothing in any page and any mail, in any language.

It is a Java program: VNU_JAR says where it lies (npm install vnu-jar: node_modules/vnu-jar/build/dist/vnu.jar).
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = [os.environ.get("VNU_JAR", ""), ROOT / "node_modules/vnu-jar/build/dist/vnu.jar", "/usr/share/java/vnu.jar"]
JAR = next((str(place) for place in PLACES if Path(place).is_file()), "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (JAR and shutil.which("java")), reason="needs Java and VNU_JAR=…/vnu.jar (npm install vnu-jar)"
    ),
]


def test_the_nu_checker_finds_nothing(pages, tmp_path):
    for page in [page for page in pages if page.name != "picture"]:
        (tmp_path / f"{page.language} {page.name}.html").write_bytes(page.body)
    command = ["java", "-jar", JAR, "--format", "gnu", "--stdout", *map(str, sorted(tmp_path.glob("*.html")))]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.stdout, checked.returncode) == ("", 0)
