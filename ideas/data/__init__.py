"""The facts and demo content that the project carries; README.md names their sources."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


def read_json(name: str) -> Any:
    """The content of one of this folder's JSON files."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))
