"""Filters and features: what the island's file holds is what the network gives."""

from __future__ import annotations

from base64 import b64decode

import numpy as np
import pytest
from scipy.signal import correlate2d

from embedlib.islands import base, site
from embedlib.islands.features import FILES, FOLDER, LAYERS, MEASURED, MOVES, VIEWS, measured

pytest.importorskip("torch")

from PIL import Image, ImageOps

from embedlib import assets
from embedlib.images import open_image, pool
from embedlib.islands.features import measure


@pytest.fixture(scope="module")
def two():
    return measure.networks()


@pytest.fixture(scope="module")
def rocket():
    return measure.moved(ImageOps.fit(open_image(assets.path("skimage-photos", FILES["rocket"])), (288, 288)))


def numbers(entry, shape):
    return np.frombuffer(b64decode(entry["maps"]), np.int8).reshape(shape) / 127 * entry["limit"]


@pytest.mark.parametrize("weights", ["trained", "random"])
def test_the_stored_maps_are_those_of_the_network(two, rocket, weights):
    for i in (0, 3, 5):
        stored = measured()["photos"]["rocket"]["layers"][weights][i]
        maps = measure.run(two[weights], rocket[:1], LAYERS[i])[0]
        spread = maps.std(axis=(0, 1))
        assert stored["size"] == list(maps.shape)
        assert stored["channels"] == np.argsort(-spread, kind="stable")[:8].tolist()
        chosen = maps[..., stored["channels"]].transpose(2, 0, 1)
        if i == 0:  # drawn at half its size
            chosen = chosen.reshape(8, 56, 2, 56, 2).mean(axis=(2, 4))
        found = numbers(stored, (8, stored["side"], stored["side"]))
        np.testing.assert_allclose(found, chosen, atol=0.01 * stored["limit"])


@pytest.mark.parametrize("weights", ["trained", "random"])
def test_the_stored_cosines_are_those_of_the_whole_vectors(two, rocket, weights):
    stored = measured()["photos"]["rocket"]["moved"][weights]
    some = [0, 1, 8, 32, 33, 35]
    maps = measure.run(two[weights], [rocket[i] for i in some])
    for pooling, width in (("mean", 1_280), ("flatten", 62_720)):
        rows = pool(maps, pooling)
        assert rows.shape[1] == width
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        np.testing.assert_allclose(np.array(stored[pooling])[some], unit @ unit[0], atol=2e-4)
    chosen = maps[..., stored["channels"]]
    np.testing.assert_allclose(np.array(stored["means"])[some], chosen.mean(axis=(1, 2)), atol=2e-3)
    found = numbers(stored, (len(MOVES), 8, 7, 7))[some]
    np.testing.assert_allclose(found, chosen.transpose(0, 3, 1, 2), atol=0.01 * stored["limit"])


def test_pictures_are_moved_as_they_are_named(rocket):
    assert len(rocket) == len(MOVES) == 36
    pixels = [np.asarray(image).astype(int) for image in rocket]
    for i in (1, 8, 32):
        assert MOVES[i] == f"shifted {i}"
        np.testing.assert_array_equal(pixels[i][:, :-i], pixels[0][:, i:])
    np.testing.assert_array_equal(pixels[MOVES.index("flipped")], pixels[0][:, ::-1])
    middle = np.asarray(rocket[0].crop((37, 37, 187, 187)).resize((224, 224), Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(pixels[-1] - middle).mean() < 3, "zoomed by half, around the middle"


def test_the_networks_own_filters_do_to_a_grey_picture_what_the_page_shows(two):
    import torch

    convolution = two["trained"].network.stem[0]
    grey = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    with torch.inference_mode():
        found = convolution(torch.from_numpy(np.stack([grey] * 3))[None])[0].numpy()
    for i, text in measured()["filters"].items():
        summed = convolution.weight.detach().numpy()[int(i)].sum(axis=0)
        np.testing.assert_allclose(np.array(text.split(), float).reshape(3, 3), summed, atol=0.0501)
        # TensorFlow's SAME: two pixels a step, and the one row and column of zeros stand below and at the right.
        every = correlate2d(grey, summed, mode="valid")
        np.testing.assert_allclose(found[int(i)][:31, :31], every[::2, ::2], atol=1e-4)


def test_the_flattened_vector_keeps_less_than_the_means_and_training_more_than_chance():
    for photo in measured()["photos"].values():
        trained, random = photo["moved"]["trained"], photo["moved"]["random"]
        for i, move in enumerate(MOVES[1:], start=1):
            assert trained["mean"][i] > trained["flatten"][i], move
        strange = measured()["strangers"]["random"]
        assert abs(random["flatten"][8] - strange["flatten"]) < 0.1 < trained["flatten"][8] - strange["flatten"]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_alone_sends_along_only_what_it_draws(view):
    one = base.island("features")
    sent = one.first(base.options_of(one, {"show": [view]}))["photos"]["cat"]
    keys = {"filter": {"grey"}, "maps": {"jpeg", "layers"}, "moved": {"jpeg", "moved"}}[view]
    assert set(sent) == keys
    if view == "maps":
        assert [each is not None for each in sent["layers"]["trained"]] == [i == 3 for i in range(len(LAYERS))]
    assert "<table>" in one.fallback_html(base.options_of(one, {"show": [view]}), "")


def test_the_data_keeps_to_its_budget():
    assert MEASURED.stat().st_size < 1_200_000
    script = site.island_files(base.island("features"))["features.data.js"]
    assert site.transferred(script) < 1_200_000
    code = [file for file in FOLDER.iterdir() if file.suffix in (".py", ".js", ".css")]
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in code) < 600
