"""What mistakes in preparing a picture cost, and what pooling forgets (chapter 9).

Four tables, each by itself: ``python training/images.py mistakes``, ``moved``, ``columns``, ``thousand``; without a
name all of them, about a quarter of an hour on one quiet core.

- ``images_mistakes.csv``: EfficientNet-Lite0 with one step of the preparation wrong: classes right, cosine to the right
  vector, and what it costs a search.
- ``images_moved.csv``: the vector of a picture that is shifted, zoomed, flipped or cropped, beside that of the picture
  as it was, by way of pooling; also with random weights. 65 photographs.
- ``images_columns.csv``: drawings in which single numbers of the vector are largest.
- ``images_thousand.csv``: accuracy on 1,000 photographs of ImageNet beside the published one.

The 1,000 photographs need the asset ``imagenet-sample-1000``; without it their rows are left out.
"""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from PIL import Image, ImageOps
from scipy.special import softmax

from embedlib import assets, datasets
from embedlib.evaluation.intervals import percentile_interval, wilson_interval
from embedlib.images import class_names, load_backbone, open_image, pool
from embedlib.images.lite0_torch import evenly_padded
from embedlib.vectors import pair_cosines, unit_rows

warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
RESULTS = Path(__file__).parent / "results"
Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
BATCH = 32
PUBLISHED = 0.751  # Liu (2020): EfficientNet-Lite0, the 50,000 photographs of ImageNet's validation set


# ---- Pictures -----------------------------------------------------------------------------------------------------


def labelled_20() -> tuple[list[Path], npt.NDArray[np.int64]]:
    files = sorted(assets.path("foolbox-imagenet").glob("*.jpg"))
    return files, np.array([int(file.stem.split("_")[2]) for file in files])


def labelled_1000() -> tuple[list[Path], npt.NDArray[np.int64]]:
    """Sorted by the identifiers of WordNet, they stand in the order of the network's outputs."""
    files = sorted(assets.path("imagenet-sample-1000").glob("*.JPEG"))
    return files, np.arange(len(files))


def drawings() -> tuple[list[Path], list[str]]:
    table = datasets.openmoji().sort_values("file")
    return table["file"].tolist(), table["subcategory"].tolist()


def photographs() -> list[Path]:
    names = ("foolbox-imagenet", "interior-photos", "skimage-photos", "sklearn-photos")
    return [file for name in names for file in sorted(assets.path(name).iterdir())]


def squares(files: list[Path], side: int = 224, kept: float = 0.875) -> Pixels:
    """The middle of each picture, as the network's makers took it: (n, side, side, 3)."""
    edge = (1 - kept) / 2
    return np.stack([np.asarray(ImageOps.fit(open_image(file), (side, side), bleed=edge)) for file in files])


def stretched(files: list[Path]) -> Pixels:
    """The whole picture pressed into a square."""
    return np.stack([np.asarray(open_image(file).resize((224, 224), Image.Resampling.BICUBIC)) for file in files])


# ---- The network --------------------------------------------------------------------------------------------------


def right(pixels: Pixels) -> Floats:
    return (pixels.astype(np.float32) - 127) / 128


@lru_cache
def frozen(net: Any) -> Any:
    """All but the classes, in two thirds of the time: the numbers differ by 1e-5."""
    with torch.no_grad():
        traced = torch.jit.trace(net[:-1].eval(), torch.zeros(2, 3, 224, 224), check_trace=False)
        return torch.jit.optimize_for_inference(torch.jit.freeze(traced))


def in_training(net: Any) -> Any:
    """BatchNorm takes mean and spread of the batch in place of those that it learned."""
    return copy.deepcopy(net[:-1]).train()


def padded_evenly(_: Any) -> Any:
    """Every convolution padded as PyTorch pads: as much on the left as on the right."""
    return evenly_padded(load_backbone("efficientnet-lite0")).network[:-1]


def heads(net: Any, numbers: Callable[[Pixels], Floats], pixels: Pixels, prepared: Any = frozen) -> Iterator[Floats]:
    """The maps of the last layer before the classes, batch by batch: (n, 7, 7, 1280)."""
    run = prepared(net)
    for start in range(0, len(pixels), BATCH):
        x = torch.from_numpy(numbers(pixels[start : start + BATCH])).permute(0, 3, 1, 2)
        with torch.no_grad():
            yield run(x).permute(0, 2, 3, 1).numpy()


def means(
    net: Any, numbers: Callable[[Pixels], Floats], pixels: Pixels, prepared: Any = frozen, dealt: bool = False
) -> Floats:
    """The pooled maps, (n, 1280); with ``dealt``, each batch holds pictures drawn by chance."""
    order = np.random.default_rng(0).permutation(len(pixels)) if dealt else np.arange(len(pixels))
    made = np.concatenate([pool(maps) for maps in heads(net, numbers, pixels[order], prepared)])
    return made[np.argsort(order)]


def scores(net: Any, vectors: Floats) -> Floats:
    with torch.inference_mode():
        found: Floats = net[-1][-1](torch.from_numpy(vectors)).numpy()
    return found


# ---- Mistakes -----------------------------------------------------------------------------------------------------

IMAGENET_MEAN, IMAGENET_SPREAD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
# What is done in place of (x − 127) / 128, and with the network.
MISTAKES: dict[str, tuple[Callable[[Pixels], Floats], Callable[[Any], Any]]] = {
    "none": (right, frozen),
    "not scaled (0 to 255)": (lambda x: x.astype(np.float32), frozen),
    "divided by 255 (0 to 1)": (lambda x: x.astype(np.float32) / 255, frozen),
    "scaled twice": (lambda x: (right(x) - 127) / 128, frozen),
    "another network's mean and spread": (
        lambda x: ((x / 255 - IMAGENET_MEAN) / IMAGENET_SPREAD).astype(np.float32),
        frozen,
    ),
    "BGR": (lambda x: np.ascontiguousarray(right(x[..., ::-1])), frozen),
    "stretched": (right, frozen),
    "PyTorch's padding": (right, padded_evenly),
    "BatchNorm in training": (right, in_training),
    "the same, sorted by class": (right, in_training),
}
DEALT = (
    "BatchNorm in training"  # its batches hold pictures drawn by chance, those of the next row neighbours in the list
)


def mistakes() -> pd.DataFrame:
    net = load_backbone("efficientnet-lite0").network
    sets = {"20 photographs": labelled_20}
    if assets.available("imagenet-sample-1000"):
        sets["500 photographs"] = lambda: (labelled_1000()[0][::2], labelled_1000()[1][::2])
    rows = []
    for name, pictures in sets.items():
        files, labels = pictures()
        plain, pressed = squares(files), stretched(files)
        good = means(net, right, plain)
        for mistake, (numbers, prepared) in MISTAKES.items():
            vectors = means(net, numbers, pressed if mistake == "stretched" else plain, prepared, mistake == DEALT)
            rows.append({"pictures": name, "mistake": mistake, **judged(net, vectors, good, labels)})
            print(rows[-1], flush=True)
    for name, (queries, collection, kinds) in searches().items():
        good = [means(net, right, some) for some in (queries, collection)]
        for mistake, (numbers, prepared) in MISTAKES.items():
            if mistake != "stretched":  # the drawings are square already
                made = [means(net, numbers, some, prepared, mistake == DEALT) for some in (queries, collection)]
                rows.append({"pictures": name, "mistake": mistake, **searched(made, good, kinds)})
                print(rows[-1], flush=True)
        for control, both in controls(queries, collection).items():
            rows.append({"pictures": name, "mistake": control, **searched(both, both, kinds)})
    return pd.DataFrame(rows).astype({"right": "Int64"})


def searches() -> dict[str, tuple[Pixels, Pixels, list[str] | None]]:
    """Queries, collection and kinds: drawings that look for their kind, left halves that look for the right ones."""
    files, kinds = (each[::2] for each in drawings())
    whole = [open_image(file) for file in photographs()]
    left = [image.crop((0, 0, image.width // 2, image.height)) for image in whole]
    other = [image.crop((image.width - image.width // 2, 0, image.width, image.height)) for image in whole]
    plain = squares(files)
    return {
        f"{len(files)} drawings": (plain, plain, kinds),
        f"{len(whole)} halves": (squares(left), squares(other), None),
    }


def controls(*both: Pixels) -> dict[str, list[Floats]]:
    """What a search finds without any training: random weights, rightly prepared, and the pixels themselves."""
    twin = load_backbone("efficientnet-lite0").random_twin([Image.fromarray(one) for one in both[0][::7]]).network
    return {
        "control: random weights": [means(twin, right, some) for some in both],
        "control: pixels (32 × 32)": [shrunk(some) for some in both],
    }


def shrunk(pixels: Pixels) -> Floats:
    """Pictures of 32 × 32 as vectors, white as 0: (n, 3072)."""
    small = np.stack([np.asarray(Image.fromarray(square).resize((32, 32))) for square in pixels]).astype(np.float32)
    return 255 - small.reshape(len(pixels), -1)


def judged(net: Any, vectors: Floats, good: Floats, labels: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Classes right, the wrong vectors' cosine to the right ones, and whether a wrong one still finds its own."""
    best = np.argsort(-scores(net, vectors), axis=1)
    hits = int((best[:, 0] == labels).sum())
    low, high = wilson_interval(hits, len(labels))
    found = {"n": len(labels), "right": hits, "top1": hits / len(labels), "low": low, "high": high}
    found["top5"] = (best[:, :5] == labels[:, None]).any(axis=1).mean()
    return {**found, **kept(vectors, good)}


def kept(vectors: Floats, good: Floats) -> dict[str, float]:
    """How near wrong vectors are to the right ones, how alike they are among themselves, and what they find."""
    ones, others = unit_rows(vectors), unit_rows(good)
    own = (ones @ others.T).argmax(axis=1) == np.arange(len(ones))
    among = ones @ ones.T
    return {
        "cosine": float(pair_cosines(vectors, good).mean()),
        "strangers": float((among.sum() - len(ones)) / (len(ones) * (len(ones) - 1))),
        "finds_itself": float(own.mean()),
    }


def searched(made: list[Floats], good: list[Floats], kinds: list[str] | None) -> dict[str, Any]:
    """The share of queries that find what is right: both sides made wrongly, the query alone, the collection alone.

    ``made`` and ``good`` are queries and collection, as the mistake makes them and as they should be.
    """
    hits, query_alone, index_alone = (
        found(asked, there, kinds) for asked, there in ((made[0], made[1]), (made[0], good[1]), (good[0], made[1]))
    )
    low, high = wilson_interval(int(hits.sum()), len(hits))
    shares = {"found": hits.mean(), "low": low, "high": high}
    return {"n": len(hits), **shares, "query_alone": query_alone.mean(), "index_alone": index_alone.mean()}


def found(queries: Floats, collection: Floats, kinds: list[str] | None) -> npt.NDArray[np.bool_]:
    """Whether the nearest is of the same kind, each query left out; without kinds, whether it has the same place."""
    alike = unit_rows(queries) @ unit_rows(collection).T
    if kinds is None:
        return np.asarray(alike.argmax(axis=1) == np.arange(len(alike)))
    np.fill_diagonal(alike, -np.inf)
    names = np.array(kinds)
    return np.asarray(names[alike.argmax(axis=1)] == names)


# ---- Moved pictures -----------------------------------------------------------------------------------------------

MARGIN = 32


def movements() -> Iterator[tuple[str, float, Callable[[Image.Image], Image.Image]]]:
    """What is done to a picture of 288 × 288, of which the network sees the middle 224 × 224."""
    side = 224 + 2 * MARGIN

    def window(left: float, top: float, width: float) -> Callable[[Image.Image], Image.Image]:
        box = (left, top, left + width, top + width)
        return lambda image: image.resize((224, 224), Image.Resampling.BICUBIC, box=box)

    yield "none", 0, window(MARGIN, MARGIN, 224)
    for pixels in (1, 2, 4, 8, 12, 16, 20, 24, 28, 32):
        yield "shifted", pixels, window(MARGIN + pixels, MARGIN, 224)
    for times in (0.8, 0.9, 1.1, 1.25, 1.5, 2.0):
        width = 224 / times
        yield "zoomed", times, window((side - width) / 2, (side - width) / 2, width)
    yield "flipped", 1, lambda image: window(MARGIN, MARGIN, 224)(ImageOps.mirror(image))
    for share in (0.9, 0.75, 0.5):
        yield "corner", share, window(MARGIN, MARGIN, 224 * share)


def moved() -> pd.DataFrame:
    files = photographs()
    large = [Image.fromarray(square) for square in squares(files, 224 + 2 * MARGIN, 1.0)]
    trained = load_backbone("efficientnet-lite0")
    networks = {"trained": trained.network, "random": trained.random_twin(large[::2]).network}
    still: dict[tuple[str, str], Floats] = {}
    rows = []
    for movement, by, change in movements():
        print(movement, by, flush=True)
        pixels = np.stack([np.asarray(change(image)) for image in large])
        for weights, net in networks.items():
            maps = np.concatenate(list(heads(net, right, pixels)))
            ways = {f"head, {pooling}": pool(maps, pooling) for pooling in ("mean", "max", "flatten")}
            if weights == "trained":
                ways["pixels"] = right(pixels).reshape(len(pixels), -1)
            for way, vectors in ways.items():
                before = still.setdefault((weights, way), vectors)
                rows.append({"weights": weights, "vector": way, "movement": movement, "by": by})
                rows[-1] |= {"numbers": vectors.shape[1], "n": len(files), **compared(vectors, before)}
    return pd.DataFrame(rows)


def compared(vectors: Floats, before: Floats) -> dict[str, float]:
    """The cosine to the unmoved picture, beside that of two strangers among the unmoved."""
    own = pair_cosines(vectors, before)
    rng = np.random.default_rng(0)
    low, high = percentile_interval([rng.choice(own, len(own)).mean() for _ in range(1_000)])
    return {"low": low, "high": high, **kept(vectors, before)} | {"strangers": kept(before, before)["strangers"]}


# ---- Columns ------------------------------------------------------------------------------------------------------

SHOWN = 8


def columns() -> pd.DataFrame:
    """For single numbers of the vector, the drawings in which each is largest; trained, and with random weights.

    Of 1,280 columns these are the three whose drawings are most of one subcategory (``alike``: of all pairs among the
    eight). ``mean`` is that share over all columns, ``chance`` that of any two drawings.
    """
    files, kinds = drawings()
    pixels, names = squares(files), np.array(kinds)
    trained = load_backbone("efficientnet-lite0")
    networks = {"trained": trained.network, "random": trained.random_twin(files[::13]).network}
    one, other = np.triu_indices(SHOWN, 1)
    counts = np.unique(names, return_counts=True)[1]
    chance = (counts * (counts - 1)).sum() / (len(names) * (len(names) - 1))
    rows = []
    for weights, net in networks.items():
        best = np.argsort(-means(net, right, pixels), axis=0, kind="stable")[:SHOWN]
        alike = (names[best][one] == names[best][other]).mean(axis=0)
        for column in np.argsort(-alike, kind="stable")[:3]:
            found = {
                "weights": weights,
                "column": column,
                "alike": alike[column],
                "mean": alike.mean(),
                "chance": chance,
            }
            rows += [{**found, "place": place, "file": files[i].stem} for place, i in enumerate(best[:, column])]
    return pd.DataFrame(rows)


# ---- A thousand photographs ---------------------------------------------------------------------------------------


def thousand() -> pd.DataFrame:
    """Accuracy and confidence, whole and in parts: do kinds of classes or the pictures' size make the difference?

    They are of the training set, says who picked them (github.com/EliSchwartz/imagenet-sample-images, issue 3).
    """
    net = load_backbone("efficientnet-lite0").network
    files, labels = labelled_1000()
    plain = squares(files)
    out = scores(net, means(net, right, plain))
    shares = softmax(out, axis=1)
    guesses = out.argmax(axis=1)
    hit, of_label = guesses == labels, shares[np.arange(len(files)), labels]
    area = np.array([np.prod(Image.open(file).size) for file in files])
    animals = labels < 398  # ImageNet's animals stand before its things
    groups = {
        "all": np.ones(len(files), bool),
        "animals": animals,
        "things": ~animals,
        "smaller half": area <= np.median(area),
        "larger half": area > np.median(area),
    }
    rows = []
    for name, group in groups.items():
        n, hits = int(group.sum()), int(hit[group].sum())
        low, high = wilson_interval(hits, n)
        rows.append({"pictures": name, "n": n, "right": hits, "top1": hits / n, "low": low, "high": high})
        rows[-1] |= {"sure": shares.max(axis=1)[group].mean(), "sure_of_the_label": of_label[group].mean()}
        rows[-1] |= {"loss": -np.log(of_label[group]).mean(), "published": PUBLISHED}
    names = class_names()
    wrong = [(float(shares[i, guesses[i]]), names[labels[i]], names[guesses[i]]) for i in np.flatnonzero(~hit)]
    print(*sorted(wrong, reverse=True)[:25], sep="\n")
    return pd.DataFrame(rows)


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "mistakes": mistakes,
    "moved": moved,
    "columns": columns,
    "thousand": thousand,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or TABLES:
        if name == "thousand" and not assets.available("imagenet-sample-1000"):
            print("imagenet-sample-1000 is not here: images_thousand.csv stays as it is")
            continue
        table = TABLES[name]().round(5)
        table.to_csv(RESULTS / f"images_{name}.csv", index=False)
        print(table.to_string(), flush=True)
