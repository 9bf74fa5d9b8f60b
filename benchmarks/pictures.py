"""How many pictures a second become vectors, by network and batch, and how much memory that takes.

    python benchmarks/pictures.py [--pictures 96]

Drawings of OpenMoji. One thread, and processor time in place of the clock's, so that a busy machine disturbs little.
Each way runs in a process of its own, whose largest memory is told; opening and preparing the pictures counts, too.
The last row embeds a thousand pictures, as they come, and lets each search among all of them.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from machine import describe

from embedlib import datasets
from embedlib.images import embed, load_backbone
from embedlib.vectors import unit_rows

RESULTS = Path(__file__).parent / "results"
WAYS = [
    ("efficientnet-lite0", 1),
    ("efficientnet-lite0", 2),
    ("efficientnet-lite0", 8),
    ("efficientnet-lite0", 32),
    ("efficientnet-lite0-keras", 32),
    ("vgg16-hed", 8),
]
THOUSAND = 1_000


def measured(name: str, batch: int, n: int, search: bool) -> dict[str, object]:
    if "keras" in name or "vgg" in name:
        import tensorflow

        tensorflow.config.threading.set_intra_op_parallelism_threads(1)
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    else:
        import torch

        torch.set_num_threads(1)
    files = datasets.openmoji()["file"].tolist()
    files = (files * -(-n // len(files)))[:n]
    network = load_backbone(name)
    embed(files[:batch], network, batch_size=batch)  # the first call prepares
    start = time.process_time()
    unit = unit_rows(embed(files, network, batch_size=batch))
    if search:
        np.argsort(-(unit @ unit.T), axis=1)
    seconds = time.process_time() - start
    return {
        "network": name + (", and a search" if search else ""),
        "batch": batch,
        "pictures": n,
        "pictures_a_second": round(n / seconds, 1),
        "seconds": round(seconds, 1),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Time networks that make vectors of pictures.")
    parser.add_argument("--pictures", type=int, default=96)
    parser.add_argument("--way", nargs=4, help="one way alone, as this script calls itself")
    options = parser.parse_args()
    if options.way:
        name, batch, n, search = options.way
        print(json.dumps(measured(name, int(batch), int(n), search == "search")))
        return
    rows = []
    for name, batch, n, search in [
        *((name, batch, options.pictures, "alone") for name, batch in WAYS),
        ("efficientnet-lite0", 2, THOUSAND, "search"),
    ]:
        command = [sys.executable, __file__, "--way", name, str(batch), str(n), search]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        rows.append(json.loads(run.stdout.splitlines()[-1]))
        print(rows[-1], flush=True)
    RESULTS.mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(RESULTS / "pictures.csv", index=False)
    note = f"{describe('torch', 'tensorflow-cpu')}; one thread, processor time, one round"
    (RESULTS / "pictures.txt").write_text(f"{note}\n", encoding="utf-8")
    print(note)


if __name__ == "__main__":
    main()
