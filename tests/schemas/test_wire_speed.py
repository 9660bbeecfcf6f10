"""What keeps the start quick: importing the messages builds no validator, and pulls in none of what documents need."""

import subprocess
import sys

CODE = """
import sys
from schemas.inbound import INBOUND
built = [name for name, model in INBOUND.items() if model.__pydantic_complete__]
heavy = [name for name in ("jinja2", "http.server", "schemas.outbound", "schemas.asyncapi") if name in sys.modules]
print(built, heavy)
"""


def test_importing_the_messages_builds_none_of_them() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"
