"""What a search among 853 drawings finds, by what it goes, and what could make it better (chapter 10).

Eight tables, each by itself, ``python training/images_search.py layers``, or all: about a quarter of an hour on one
quiet core, most of it for the networks' layers, which are kept in ``training/runs``.

- ``images_layers.csv``: every layer of EfficientNet-Lite0, trained and with three draws of random weights.
- ``images_rivals.csv``: the network beside chance, colours, pixels, itself untrained, and itself on changed drawings.
- ``images_kinds.csv``: by subcategory, what the network finds and what pixels find.
- ``images_improved.csv``: what is usually done to such vectors, one thing at a time: the difference, query by query.
- ``images_whitened.csv``: whitening fitted on the drawings that are searched, and on others.
- ``images_probes.csv``: one to twenty neighbours and a linear probe, on the same five parts.
- ``images_halves.csv``: is the other half of a photograph its nearest neighbour? 65 photographs.
- ``images_map.csv``: a place for each drawing, by UMAP.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from images import drawings, photographs, right, squares
from PIL import Image, ImageOps

from embedlib.evaluation.intervals import percentile_interval, wilson_interval
from embedlib.evaluation.retrieval import average_precision, hit_at, leave_one_out, precision_at
from embedlib.images import embed, histograms, load_backbone, open_image
from embedlib.vectors import unit_rows

RESULTS = Path(__file__).parent / "results"
RUNS = Path(__file__).parent / "runs"
Floats = npt.NDArray[np.floating[Any]]
Pixels = npt.NDArray[np.uint8]
SEEDS = (0, 1, 2)
LEAST = 5  # members of a subcategory that is asked for by five parts
EARLIER = "block14/mean"
LAST = "head/mean"


# ---- Vectors ------------------------------------------------------------------------------------------------------


def layers_of(net: Any, pixels: Pixels) -> dict[str, Floats]:
    """Every layer of a network, by mean and by maximum."""
    found: dict[str, list[Floats]] = {}
    for start in range(0, len(pixels), 32):
        x = torch.from_numpy(right(pixels[start : start + 32])).permute(0, 3, 1, 2).contiguous()
        with torch.inference_mode():
            for name, part in list(net.named_children())[:-1]:
                x = part(x)
                found.setdefault(f"{name}/mean", []).append(x.mean((2, 3)).numpy())
                found.setdefault(f"{name}/max", []).append(x.amax((2, 3)).numpy())
    return {name: np.concatenate(parts) for name, parts in found.items()}


@cache
def pixels_of_drawings() -> Pixels:
    return squares(drawings()[0])


@cache
def kinds() -> npt.NDArray[np.str_]:
    return np.array(drawings()[1])


def grey(pixels: Pixels) -> Pixels:
    """Without colour, in the three channels that the network takes."""
    light = np.round(pixels @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    return np.repeat(light[..., None], 3, axis=3)


def silhouettes(pixels: Pixels) -> Pixels:
    """All that is not white, black: the outline is left, what is drawn inside it is gone."""
    from scipy.ndimage import binary_fill_holes

    inked = (pixels < 250).any(axis=3)
    filled = np.stack([binary_fill_holes(one) for one in inked])
    return np.repeat(np.where(filled, 0, 255).astype(np.uint8)[..., None], 3, axis=3)


def shuffled(pixels: Pixels, cut: int = 4) -> Pixels:
    """Cut into 4 × 4 pieces that change places, in each picture otherwise: its parts are left, its outline is gone."""
    side = pixels.shape[1] // cut
    rng = np.random.default_rng(0)
    found = np.empty_like(pixels)
    for picture, out in zip(pixels, found, strict=True):
        for place, source in enumerate(rng.permutation(cut * cut)):
            (row, column), (of_row, of_column) = divmod(place, cut), divmod(int(source), cut)
            piece = picture[of_row * side : (of_row + 1) * side, of_column * side : (of_column + 1) * side]
            out[row * side : (row + 1) * side, column * side : (column + 1) * side] = piece
    return found


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "mirrored": lambda pixels: pixels[:, :, ::-1].copy(),
    "grey": grey,
    "silhouettes": silhouettes,
    "shuffled": shuffled,
}


@cache
def vectors(which: str) -> dict[str, Floats]:
    """The layers of "trained", of "random 0" and so on, or of the trained on changed drawings; computed once."""
    file = RUNS / f"drawings_{which.replace(' ', '_')}.npz"
    if file.exists():
        with np.load(file) as held:
            return dict(held)
    net, pixels = load_backbone("efficientnet-lite0"), pixels_of_drawings()
    if which.startswith("random"):
        net = net.random_twin(drawings()[0][::13], int(which.split()[1]))
    found = layers_of(net.network, CHANGES.get(which, lambda x: x)(pixels))
    RUNS.mkdir(exist_ok=True)
    np.savez(file, **found)  # type: ignore[arg-type]
    return found


def thumbnails(pixels: Pixels, side: int = 32) -> Floats:
    """Pictures of 32 × 32 as rows of numbers, white 0, so that the ground does not count."""
    small = np.stack([np.asarray(Image.fromarray(square).resize((side, side))) for square in pixels])
    return 255 - small.astype(np.float32)


# ---- Drawings -----------------------------------------------------------------------------------------------------


def judged(relevant: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Nearest right (Wilson's interval), among the five nearest, and MAP (drawings drawn anew); lone ones left out."""
    hits = hit_at(relevant, 1)
    n = int(np.isfinite(hits).sum())
    low, high = wilson_interval(int(np.nansum(hits)), n)
    precisions = average_precision(relevant)
    precisions = precisions[np.isfinite(precisions)]
    drawn = np.random.default_rng(0).integers(0, n, (1_000, n))
    map_low, map_high = percentile_interval(precisions[drawn].mean(axis=1))
    found = {"n": n, "nearest": np.nansum(hits) / n, "low": low, "high": high}
    found |= {"precision_5": np.nanmean(precision_at(relevant, 5))}
    return found | {"map": precisions.mean(), "map_low": map_low, "map_high": map_high}


def layers() -> pd.DataFrame:
    rows = []
    for which in ("trained", *(f"random {seed}" for seed in SEEDS)):
        for name, some in vectors(which).items():
            layer, pooling = name.split("/")
            row = {"weights": which.split()[0], "seed": int(which.split()[1]) if " " in which else None}
            row |= {"layer": layer, "pooling": pooling, "numbers": some.shape[1]}
            rows.append(row | judged(leave_one_out(some, kinds())))
    return pd.DataFrame(rows)


def ways() -> dict[str, Floats]:
    pixels = pixels_of_drawings()
    small = thumbnails(pixels)
    return {
        "random numbers": np.random.default_rng(0).normal(size=(len(pixels), 1280)),
        "colours (8 × 8 × 8)": np.sqrt(histograms(pixels)),
        "pixels (32 × 32), grey": small.mean(axis=3).reshape(len(pixels), -1),
        "pixels (32 × 32)": small.reshape(len(pixels), -1),
        "pixels, grey drawings": thumbnails(grey(pixels)).reshape(len(pixels), -1),
        "pixels, silhouettes": thumbnails(silhouettes(pixels)).reshape(len(pixels), -1),
        "pixels, in 16 pieces": thumbnails(shuffled(pixels)).reshape(len(pixels), -1),
        "network, random weights": vectors("random 0")[LAST],
        "network, random weights, block4": vectors("random 0")["block4/mean"],
        "network": vectors("trained")[LAST],
        "network, grey drawings": vectors("grey")[LAST],
        "network, silhouettes": vectors("silhouettes")[LAST],
        "network, in 16 pieces": vectors("shuffled")[LAST],
        "network, block14": vectors("trained")[EARLIER],
    }


def rivals() -> pd.DataFrame:
    return pd.DataFrame([{"vector": name} | judged(leave_one_out(some, kinds())) for name, some in ways().items()])


def by_kind() -> pd.DataFrame:
    """Subcategories of five drawings or more."""
    columns = {"network": vectors("trained")[LAST], "pixels": ways()["pixels (32 × 32)"]}
    columns["colours"] = ways()["colours (8 × 8 × 8)"]
    found = pd.DataFrame({name: hit_at(leave_one_out(some, kinds()), 1) for name, some in columns.items()})
    table = found.groupby(kinds()).mean()
    table.insert(0, "n", pd.Series(kinds()).value_counts())
    return table[table["n"] >= LEAST].sort_values("network").reset_index(names="subcategory")


# ---- Improvements -------------------------------------------------------------------------------------------------


def components(some: Floats, n: int, whitened: bool = False, of: Floats | None = None) -> Floats:
    """The n largest principal components, as long as they are or (whitened) all equally long; found on ``of``."""
    ground = some if of is None else of
    _, lengths, axes = np.linalg.svd(ground - ground.mean(axis=0), full_matrices=False)
    found = (some - ground.mean(axis=0)) @ axes[:n].T
    return found / lengths[:n] if whitened else found


def expanded(some: Floats, n: int = 3) -> npt.NDArray[np.bool_]:
    """Search twice: the second time with the mean of the query and the n that it found, each by its likeness cubed.

    Radenović, Tolias and Chum (2019), "Fine-tuning CNN image retrieval with no human annotation", section 3.5.
    """
    unit = unit_rows(some)
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, -np.inf)
    first = np.argsort(-likeness, axis=1)[:, :n]
    weights = np.take_along_axis(likeness, first, axis=1)[..., None] ** 3
    again = unit_rows(unit + (weights * unit[first]).sum(axis=1)) @ unit.T
    np.fill_diagonal(again, -np.inf)
    order = np.argsort(-again, axis=1)[:, :-1]
    found: npt.NDArray[np.bool_] = kinds()[order] == kinds()[:, None]
    return found


def changes() -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """What is done, and what it finds."""
    last, earlier = vectors("trained")[LAST], vectors("trained")[EARLIER]
    centred, pixels = last - last.mean(axis=0), ways()["pixels (32 × 32)"]
    plain = {
        "maximum, not mean": vectors("trained")["head/max"],
        "mean taken away (centred)": centred,
        "square roots": np.sqrt(last),
        "averaged with the mirrored": last + vectors("mirrored")[LAST],
        "PCA, 64 numbers": components(last, 64),
        "PCA, 64 numbers, whitened": components(last, 64, whitened=True),
        "PCA, 256 numbers, whitened": components(last, 256, whitened=True),
        "an earlier layer (block14)": earlier,
        "two layers (block14 and head)": np.hstack([unit_rows(x - x.mean(axis=0)) for x in (earlier, last)]),
        "with pixels": np.hstack([unit_rows(centred), unit_rows(pixels - pixels.mean(axis=0))]),
    }
    for name, some in plain.items():
        yield name, leave_one_out(some, kinds())
    yield "searched twice", expanded(centred)


def improved() -> pd.DataFrame:
    before = leave_one_out(vectors("trained")[LAST], kinds())
    rows = []
    for name, after in changes():
        for measure, of in {"nearest": lambda x: hit_at(x, 1), "average precision": average_precision}.items():
            difference = of(after) - of(before)
            difference = difference[np.isfinite(difference)]
            drawn = np.random.default_rng(0).integers(0, len(difference), (2_000, len(difference)))
            low, high = percentile_interval(difference[drawn].mean(axis=1))
            rows.append({"change": name, "measure": measure, "before": np.nanmean(of(before))})
            rows[-1] |= {"difference": difference.mean(), "low": low, "high": high}
    return pd.DataFrame(rows)


def whitened() -> pd.DataFrame:
    """Twenty times: half of the drawings are searched, the others only fitted on. How far whitening is ahead."""
    last = vectors("trained")[LAST]
    rows = []
    for draw in range(20):
        order = np.random.default_rng(draw).permutation(len(last))
        searched, others, names = last[order[::2]], last[order[1::2]], kinds()[order[::2]]
        before = leave_one_out(searched, names)
        for fitted, ground in {"the drawings searched": searched, "other drawings": others}.items():
            after = leave_one_out(components(searched, 128, whitened=True, of=ground), names)
            row = {"draw": draw, "fitted on": fitted}
            row["nearest"] = np.nanmean(hit_at(after, 1)) - np.nanmean(hit_at(before, 1))
            rows.append(row | {"map": np.nanmean(average_precision(after)) - np.nanmean(average_precision(before))})
    return pd.DataFrame(rows)


# ---- Probes -------------------------------------------------------------------------------------------------------


def probes() -> pd.DataFrame:
    """Subcategories of five or more, in five parts; each part is guessed from the other four."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    names, counts = np.unique(kinds(), return_counts=True)
    enough = np.isin(kinds(), names[counts >= LEAST])
    labels = kinds()[enough]
    parts = StratifiedKFold(5, shuffle=True, random_state=0)
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    inner = StratifiedKFold(3, shuffle=True, random_state=1)
    probe = GridSearchCV(linear, {"logisticregression__C": [0.01, 0.1, 1]}, cv=inner)
    guessers = {f"{k} nearest": KNeighborsClassifier(k, metric="cosine") for k in (1, 5, 20)} | {"linear probe": probe}
    rows = []
    for vector, some in {"head": vectors("trained")[LAST], "block14": vectors("trained")[EARLIER]}.items():
        for guesser, model in guessers.items():
            for truth in ("labels", "labels shuffled"):
                asked = labels if truth == "labels" else np.random.default_rng(0).permutation(labels)
                if truth == "labels shuffled" and (vector != "head" or guesser not in ("1 nearest", "linear probe")):
                    continue
                hits = int((cross_val_predict(model, some[enough], asked, cv=parts) == asked).sum())
                low, high = wilson_interval(hits, len(labels))
                rows.append({"vector": vector, "guessed by": guesser, "asked": truth, "n": len(labels)})
                rows[-1] |= {"right": hits / len(labels), "low": low, "high": high}
                print(rows[-1], flush=True)
    return pd.DataFrame(rows)


# ---- Photographs --------------------------------------------------------------------------------------------------


def cuts(picture: Image.Image) -> dict[str, Image.Image]:
    """Parts of a picture; the corners have no place in common, nor have the halves."""
    wide, high = picture.size
    return {
        "left half": picture.crop((0, 0, wide // 2, high)),
        "right half": picture.crop((wide - wide // 2, 0, wide, high)),
        "upper left corner": picture.crop((0, 0, wide // 2, high // 2)),
        "lower right corner": picture.crop((wide - wide // 2, high - high // 2, wide, high)),
        "whole": picture,
    }


ASKED = (("left half", "right half"), ("upper left corner", "lower right corner"), ("upper left corner", "whole"))


def of_photographs(pictures: list[Image.Image]) -> dict[str, dict[str, Floats]]:
    """For each way to a vector, the vectors of each cut."""
    trained = load_backbone("efficientnet-lite0")
    random = trained.random_twin(pictures[::2])
    parts = [cuts(picture) for picture in pictures]
    found: dict[str, dict[str, Floats]] = {}
    for cut in parts[0]:
        some = [part[cut] for part in parts]
        pixels = np.stack([np.asarray(ImageOps.fit(one, (224, 224), bleed=0.0625)) for one in some])
        found.setdefault("colours (8 × 8 × 8)", {})[cut] = np.sqrt(histograms(pixels))
        found.setdefault("pixels (32 × 32)", {})[cut] = 127 - thumbnails(pixels).reshape(len(some), -1)
        found.setdefault("network, random weights", {})[cut] = embed(some, random)
        found.setdefault("network", {})[cut] = embed(some, trained)
    return found


def halves() -> pd.DataFrame:
    files = photographs()
    rows = []
    for vector, parts in of_photographs([open_image(file) for file in files]).items():
        for cut, sought in ASKED:
            hits = (unit_rows(parts[cut]) @ unit_rows(parts[sought]).T).argmax(axis=1) == np.arange(len(files))
            low, high = wilson_interval(int(hits.sum()), len(files))
            rows.append({"vector": vector, "cut": cut, "sought": sought, "n": len(files)})
            rows[-1] |= {"found": hits.mean(), "low": low, "high": high}
    return pd.DataFrame(rows)


# ---- A map --------------------------------------------------------------------------------------------------------


def umap_map() -> pd.DataFrame:
    from umap import UMAP

    last = unit_rows(vectors("trained")[LAST])
    places = UMAP(n_neighbors=15, min_dist=0.1, metric="cosine", random_state=0).fit_transform(last)
    table = pd.DataFrame(places, columns=["x", "y"])
    table.insert(0, "file", [file.name for file in drawings()[0]])
    return table


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "layers": layers,
    "rivals": rivals,
    "kinds": by_kind,
    "improved": improved,
    "whitened": whitened,
    "probes": probes,
    "halves": halves,
    "map": umap_map,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or TABLES:
        table = TABLES[name]().round(5)
        table.to_csv(RESULTS / f"images_{name}.csv", index=False)
        print(table.to_string(), flush=True)
