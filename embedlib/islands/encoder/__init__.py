"""A live encoder: real weights, in plain JavaScript, in a worker."""

from pathlib import Path

FOLDER = Path(__file__).parent
