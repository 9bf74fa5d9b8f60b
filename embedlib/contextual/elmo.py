"""ELMo's network, which transformers does not have: two stacks of LSTMs, one reads forwards and one backwards.

Importing this module makes it known to transformers, so that ``AutoModel.from_pretrained`` opens a stored one.

Source: Peters et al. (2018), "Deep contextualized word representations", NAACL, sections 3.1 to 3.3. As there, the
stacks share the vectors that they read and the output, what an LSTM says is brought back to the vectors' width, and the
second layer is added to the first. Unlike there, the vectors are those of pieces, not made from characters, an LSTM's
own memory is not brought to that width, and layer norm stands before every LSTM and before the output.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

__all__ = ["ELMo", "ELMoConfig"]


class ELMoConfig(PretrainedConfig):  # type: ignore[no-untyped-call]
    """The sizes: a piece's vector is ``width`` wide, and a hidden state ``hidden_size``, twice that."""

    model_type = "elmo"
    vocab_size: int = 8_192
    width: int = 128
    hidden_size: int = 256
    inner: int = 156
    num_hidden_layers: int = 2


class ELMo(PreTrainedModel):  # type: ignore[no-untyped-call]
    """The two stacks, and what they guess.

    Examples
    --------
    >>> from embedlib.contextual.elmo import ELMo
    >>> model = ELMo.from_pretrained("training/models/miniature-elmo")  # doctest: +SKIP
    >>> out = model(tokenizer("The bank is by the river.", return_tensors="pt")["input_ids"])  # doctest: +SKIP
    >>> [tuple(layer.shape) for layer in out.hidden_states]  # doctest: +SKIP
    [(1, 8, 256), (1, 8, 256), (1, 8, 256)]
    """

    config_class = ELMoConfig
    base_model_prefix = ""

    def __init__(self, config: ELMoConfig) -> None:
        super().__init__(config)
        self.words = nn.Embedding(config.vocab_size, config.width)
        self.stacks: Any = nn.ModuleList(Stack(config) for _ in range(2))
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """Each part of PyTorch's begins as PyTorch has it."""

    def stacked(self, ids: Tensor, seen: Tensor | None = None) -> tuple[list[Tensor], list[Tensor]]:
        """Layer by layer what the forward stack and the backward stack say: each ``(rows, length, width)``."""
        lengths = torch.full((len(ids),), ids.shape[1]) if seen is None else seen.sum(1)
        words = self.words(ids)
        forwards, backwards = self.stacks
        back = [turned(layer, lengths) for layer in backwards(turned(words, lengths))]
        return forwards(words), back

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **_: Any) -> BaseModelOutput:
        """Every layer: the forward stack's vectors and the backward stack's side by side."""
        layers = [torch.cat(both, -1) for both in zip(*self.stacked(input_ids, attention_mask), strict=True)]
        return BaseModelOutput(last_hidden_state=layers[-1], hidden_states=tuple(layers))

    def next_pieces(self, ids: Tensor) -> Tensor:
        """What the forward stack expects after every piece but the last, ``(rows, length − 1, vocabulary)``."""
        return self.scores(0, self.stacked(ids)[0][-1][:, :-1])

    def previous_pieces(self, ids: Tensor) -> Tensor:
        """What the backward stack expects before every piece but the first, ``(rows, length − 1, vocabulary)``."""
        return self.scores(1, self.stacked(ids)[1][-1][:, 1:])

    def scores(self, stack: int, states: Tensor) -> Tensor:
        """The output, from a stack's last layer: the vectors that are read, used a second time, and a bias."""
        normed: Tensor = self.stacks[stack].norm(states)
        return nn.functional.linear(normed, self.words.weight, self.bias)


class Stack(nn.Module):
    """LSTMs one above the other, which read in one direction."""

    def __init__(self, config: ELMoConfig) -> None:
        super().__init__()
        layers, width = range(config.num_hidden_layers), config.width
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in layers)
        self.lstms = nn.ModuleList(nn.LSTM(width, config.inner, batch_first=True) for _ in layers)
        self.outs = nn.ModuleList(nn.Linear(config.inner, width, bias=False) for _ in layers)
        self.norm = nn.LayerNorm(width)

    def forward(self, words: Tensor) -> list[Tensor]:
        """What goes in, and what each LSTM makes of it; from the second on, with what it was made of."""
        layers = [words]
        for norm, lstm, out in zip(self.norms, self.lstms, self.outs, strict=True):
            said = out(lstm(norm(layers[-1]))[0])
            layers.append(said if len(layers) == 1 else layers[-1] + said)
        return layers


def turned(states: Tensor, lengths: Tensor) -> Tensor:
    """Each row's first ``lengths`` states from last to first; what is padding stays where it is."""
    places = torch.arange(states.shape[1]).expand(states.shape[:2])
    last = lengths[:, None] - 1
    return states.gather(1, torch.where(places <= last, last - places, places)[..., None].expand_as(states))


AutoConfig.register("elmo", ELMoConfig, exist_ok=True)
AutoModel.register(ELMoConfig, ELMo, exist_ok=True)
