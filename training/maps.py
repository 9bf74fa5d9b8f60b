"""Maps of words and of drawings, with what each keeps (chapter 11).

t-SNE's places differ from one machine to another, so the maps that are shown are stored. About ten minutes on one quiet
core; ``python training/maps.py words`` makes those of one collection, and leaves the others as they are.

- ``maps_words.csv``: six words, 480 in eight kinds, 3,000 frequent ones, in the order of the rows of their maps.
- ``maps.npz``: places, shape (n, 2), by name: ``words/t-SNE/30/random/0`` is collection, method, setting (perplexity or
  number of neighbours), start and seed; ``noise`` is :func:`embedlib.vectors.projection.noise_like` of the words.
- ``maps_settings.csv``, ``maps_starts.csv``, ``maps_noise.csv``: what the chapter draws of it.
- ``maps.csv``: a row a map: four measures at ten neighbours (of six words, two); the order of distances between kinds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from embedlib.vectors import pca_2d, unit_rows
from embedlib.vectors.projection import measure_map, noise_like

RESULTS = Path(__file__).parent / "results"
Floats = npt.NDArray[np.floating[Any]]
PERPLEXITIES = (2, 5, 10, 30, 100)
NEIGHBOURS = (2, 5, 15, 50, 200)
SEEDS = (0, 1, 2)
SHOWN = {"words": "480 words", "frequent": "3,000 words", "drawings": "853 drawings"}
FREQUENT = 3000
SIX = ("king", "queen", "man", "woman", "apple", "orange")

_LISTS = {
    "country": """
        france germany italy spain portugal england scotland ireland poland russia ukraine sweden norway denmark
        finland greece turkey egypt israel iran iraq syria lebanon india pakistan china japan korea vietnam thailand
        indonesia malaysia australia canada mexico brazil argentina chile peru colombia cuba kenya nigeria ghana
        ethiopia sudan somalia algeria morocco austria hungary belgium netherlands switzerland romania bulgaria
        croatia serbia afghanistan nepal
    """,
    "first name": """
        john david michael robert james william richard thomas peter paul mark george charles daniel andrew kevin
        brian jason eric adam mary elizabeth susan sarah jennifer linda barbara margaret helen anna lisa julia laura
        karen nancy emily kate jane alice rachel simon steve tony frank jack henry edward philip matthew patrick
        martin alan stephen joseph ann maria amy emma ruth diana
    """,
    "animal": """
        dog cat horse cow pig sheep goat chicken duck goose rabbit mouse rat squirrel fox wolf bear lion tiger
        elephant monkey gorilla deer moose elk buffalo bison camel donkey snake lizard turtle frog crocodile
        alligator shark whale dolphin salmon trout tuna crab lobster shrimp eagle hawk owl crow swan penguin parrot
        pigeon butterfly bee ant spider mosquito worm leopard otter
    """,
    "food": """
        bread butter cheese milk cream yogurt egg rice pasta noodles soup salad sandwich pizza burger sausage bacon
        ham beef pork lamb steak apple orange banana lemon grape cherry peach pear strawberry melon tomato potato
        onion garlic carrot cabbage lettuce spinach pepper cucumber bean corn pea mushroom olive sugar salt honey
        chocolate cake cookie jam sauce vinegar coffee tea wine beer
    """,
    "body": """
        head hair face eye ear nose mouth lip tongue tooth chin cheek neck throat shoulder arm elbow wrist hand
        finger thumb chest breast back spine rib waist hip leg thigh knee ankle foot toe heel skin bone muscle brain
        heart lung liver kidney stomach bladder blood vein nerve skull jaw belly forehead eyes ears lips teeth hands
        fingers legs feet
    """,
    "work": """
        doctor nurse surgeon dentist teacher professor lawyer judge engineer architect scientist chemist physicist
        journalist reporter editor writer poet author actor singer dancer musician composer painter sculptor
        photographer farmer fisherman carpenter plumber electrician mechanic driver pilot sailor soldier officer
        policeman detective guard firefighter cook chef baker butcher waiter waitress barber tailor banker
        accountant economist clerk secretary manager priest bishop librarian psychologist
    """,
    "clothing": """
        shirt blouse sweater jacket coat dress skirt pants trousers jeans shorts socks shoes boots sandals sneakers
        slippers hat cap scarf gloves belt tie suit vest uniform robe gown apron bra underwear bikini pajamas
        raincoat sleeve sleeves collar pocket button zipper leather cotton wool silk denim velvet lace helmet mask
        veil necklace bracelet earrings sunglasses costume tunic kimono cloak turban hood
    """,
    "illness": """
        cancer diabetes asthma pneumonia tuberculosis malaria cholera influenza flu measles smallpox polio hepatitis
        aids hiv leukemia tumor stroke epilepsy alzheimer dementia depression anxiety schizophrenia autism arthritis
        obesity hypertension anemia fever cough headache pain nausea vomiting diarrhea rash allergy infection
        inflammation ulcer bleeding fracture injury wound paralysis blindness insomnia fatigue dengue typhoid plague
        rabies ebola meningitis syphilis bronchitis migraine cirrhosis sepsis
    """,
}
KINDS = {kind: some.split() for kind, some in _LISTS.items()}


class Recipe(NamedTuple):
    """How a map is made; its name is the five, joined."""

    collection: str
    method: str
    setting: int
    start: str
    seed: int

    @property
    def name(self) -> str:
        return "/".join(map(str, self))


# ---- Vectors ------------------------------------------------------------------------------------------------------


def words() -> pd.DataFrame:
    """All words that have a place on a map, and their kind."""
    glove = load()
    six = [("six", word, "") for word in SIX]
    frequent = [word for word in glove.index_to_key if word.isalpha() and len(word) > 2][:FREQUENT]
    rows = [("words", word, kind) for kind, some in KINDS.items() for word in some]
    return pd.DataFrame(
        six + rows + [("frequent", word, "") for word in frequent], columns=["collection", "word", "kind"]
    )


def load() -> Any:
    from embedlib.words import load_word_vectors

    return load_word_vectors("glove-6b-50d")


def vectors_of(collection: str) -> Floats:
    """Rows of length 1; or noise with the same mean and covariance."""
    if collection.endswith("noise"):
        return noise_like(vectors_of({"noise": "words"}.get(collection, collection.removesuffix(" noise"))))
    if collection == "drawings":
        from embedlib import assets
        from embedlib.images import embed_folder

        return unit_rows(embed_folder(assets.path("openmoji"), progress=False).vectors)
    table = words()
    return unit_rows(load()[list(table.loc[table["collection"] == collection, "word"])])


# ---- Maps ---------------------------------------------------------------------------------------------------------


def recipes(collection: str) -> Iterator[Recipe]:
    """The maps of a collection: all settings for the 480 words and their noise, fewer for the others."""
    yield Recipe(collection, "random places", 0, "none", 0)
    yield Recipe(collection, "PCA", 0, "none", 0)
    if collection == "six":
        yield from (Recipe(collection, "t-SNE", 2, "random", seed) for seed in SEEDS)
        return
    every = collection in ("words", "noise")
    for perplexity in PERPLEXITIES if every else (5, 30):
        yield Recipe(collection, "t-SNE", perplexity, "pca", 0)
        for seed in SEEDS if every or (collection == "frequent" and perplexity == 30) else ():
            yield Recipe(collection, "t-SNE", perplexity, "random", seed)
    for neighbours in NEIGHBOURS if every else (15,):
        for seed in SEEDS if every else SEEDS[:1]:
            yield Recipe(collection, "UMAP", neighbours, "spectral", seed)
        for start in ("pca", "random") if neighbours == 15 and collection in ("words", "noise", "frequent") else ():
            for seed in SEEDS:
                yield Recipe(collection, "UMAP", neighbours, start, seed)


def make(recipe: Recipe, vectors: Floats) -> Floats:
    """A map, shape (n, 2), float32; its centre is 0 and its largest coordinate 1."""
    points = centred(drawn(recipe, vectors))
    return (points / np.abs(points).max()).astype(np.float32)


def centred(points: Floats) -> Floats:
    return points - points.mean(axis=0)


def drawn(recipe: Recipe, vectors: Floats) -> Floats:
    if recipe.method == "random places":
        return np.random.default_rng(recipe.seed).normal(size=(len(vectors), 2))
    if recipe.method == "PCA":
        return pca_2d(vectors).points
    if recipe.method == "t-SNE":
        from sklearn.manifold import TSNE

        method = TSNE(perplexity=recipe.setting, init=recipe.start, random_state=recipe.seed)
        return np.asarray(method.fit_transform(vectors.astype(np.float32)))
    import umap  # imports TensorFlow where it is installed, so as late as possible

    method = umap.UMAP(n_neighbors=recipe.setting, init=recipe.start, random_state=recipe.seed, n_jobs=1)
    return np.asarray(method.fit_transform(vectors.astype(np.float32)))


# ---- Measures -----------------------------------------------------------------------------------------------------


def centres(rows: Floats, kinds: npt.NDArray[np.str_]) -> Floats:
    """The mean of each kind, in the order of first appearance."""
    return np.array([rows[kinds == kind].mean(axis=0) for kind in dict.fromkeys(kinds)])


def measures(recipe: Recipe, vectors: Floats, points: Floats, kinds: npt.NDArray[np.str_] | None) -> dict[str, Any]:
    """A row of ``maps.csv``."""
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr

    row = {
        **recipe._asdict(),
        **measure_map(vectors, points, min(10, (len(points) - 1) // 2))._asdict(),
        "kinds": np.nan,
    }
    if kinds is not None:
        between = (pdist(centres(rows, kinds)) for rows in (vectors, points.astype(float)))
        row["kinds"] = float(spearmanr(*between).statistic)
    return row


def by_setting(frame: pd.DataFrame) -> pd.DataFrame:
    """What t-SNE and UMAP keep of the 480 words, by setting: means of three seeds."""
    some = frame[(frame["collection"] == "words") & frame["method"].isin(["t-SNE", "UMAP"])]
    some = some[some["start"] == some["method"].map({"t-SNE": "random", "UMAP": "spectral"})]
    means = some.groupby(["method", "setting"])[["recall", "distances"]].mean().reset_index()
    return means.melt(["method", "setting"], var_name="measure", value_name="kept")


def by_start(frame: pd.DataFrame) -> pd.DataFrame:
    """The order of distances, by start: mean and extremes of three seeds."""
    some = frame[frame["start"].isin(["pca", "random"]) & frame["setting"].isin([15, 30])]
    some = some[some["collection"].isin(["words", "frequent"])]
    named = some.assign(
        map=some["method"] + " from " + some["start"].map({"pca": "PCA", "random": "random places"}),
        vectors=some["collection"].map(SHOWN),
    )
    found = named.groupby(["vectors", "map"])["distances"].agg(["mean", "min", "max"]).reset_index()
    return found.sort_values(["vectors", "map"], ascending=[False, True])


def real_and_noise(frame: pd.DataFrame) -> pd.DataFrame:
    """The share of ten neighbours kept, of real vectors and of noise like them, each map from its informed start."""
    noise = frame["collection"].str.endswith("noise")
    shown = frame["collection"].str.removesuffix(" noise").replace("noise", "words").map(SHOWN)
    best = frame["start"].isin(["none", "pca", "spectral"]) & frame["setting"].isin([0, 15, 30]) & (frame["seed"] == 0)
    best &= (frame["method"] != "UMAP") | (frame["start"] == "spectral")
    named = frame.assign(vectors=shown, real=noise.map({False: "real", True: "noise"}), map=frame["method"])
    return named.loc[best & shown.notna(), ["vectors", "map", "real", "recall"]]


def main(asked: list[str]) -> None:
    table = words()
    table.to_csv(RESULTS / "maps_words.csv", index=False)
    kinds = table.loc[table["collection"] == "words", "kind"].to_numpy(dtype=str)
    stored, rows = RESULTS / "maps.npz", RESULTS / "maps.csv"
    everything = ["six", "words", "noise", "frequent", "frequent noise", "drawings", "drawings noise"]
    asked = asked or everything
    maps = dict(np.load(stored)) if stored.exists() else {}
    maps = {name: places for name, places in maps.items() if name.split("/")[0] not in asked}
    found = pd.read_csv(rows).to_dict("records") if rows.exists() else []
    found = [row for row in found if row["collection"] not in asked]
    for collection in asked:
        vectors = vectors_of(collection)
        for recipe in recipes(collection):
            maps[recipe.name] = make(recipe, vectors)
            told = kinds if collection == "words" else None
            found.append(measures(recipe, vectors, maps[recipe.name], told))
            print(recipe.name, *(f"{found[-1][name]:.3f}" for name in ("recall", "distances")), flush=True)
    order = {name: place for place, name in enumerate(everything)}
    maps = dict(sorted(maps.items(), key=lambda one: order[one[0].split("/")[0]]))
    np.savez_compressed(stored, **maps)
    frame = pd.DataFrame(sorted(found, key=lambda row: order[row["collection"]]))
    frame.round(4).to_csv(rows, index=False)
    for name, made in (("settings", by_setting), ("starts", by_start), ("noise", real_and_noise)):
        made(frame).round(4).to_csv(RESULTS / f"maps_{name}.csv", index=False)


if __name__ == "__main__":
    main(sys.argv[1:])
