"""Train a miniature: interruptible, and going on exactly where it stopped.

``train.py bert --steps 3600``. Every draw is seeded by the step's number, so that a checkpoint of weights, optimiser
and step is all that going on needs. A smaller ``--steps`` given to a training under way brings its end forward.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from objectives import OBJECTIVES, Shape
from pieces import RUNS, Text, course_text

RESULTS = Path(__file__).parents[1] / "results"
LENGTHS = (16, 32, 64, 128)


@dataclass(frozen=True)
class Plan:
    """How long, and how fast, is learnt."""

    steps: int
    seed: int = 1
    tokens: int = 2_048  # a step
    rate: float = 2e-3
    warm: int = 200
    decay: float = 0.4  # the last part of the steps, in which the rate falls to zero
    shape: Shape = field(default_factory=Shape)

    def rate_at(self, step: int) -> float:
        """The learning rate: it rises, holds, and falls in a straight line."""
        left = (self.steps - step) / max(1.0, self.decay * self.steps)
        return self.rate * min(1.0, (step + 1) / self.warm, left)


class Training:
    """A model under way: its weights, its optimiser, and the steps it has made."""

    def __init__(self, name: str, text: Text, plan: Plan) -> None:
        torch.use_deterministic_algorithms(True)
        torch.manual_seed(plan.seed)
        self.objective, self.text, self.plan = OBJECTIVES[name], text, plan
        self.model = self.objective.build(text, plan.shape)
        plain = [p for p in self.model.parameters() if p.ndim < 2]
        decayed = [p for p in self.model.parameters() if p.ndim >= 2]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}],
            lr=plan.rate,
            betas=(0.9, 0.98),
        )
        self.step, self.seconds = 0, 0.0
        self.curve: list[dict[str, Any]] = []
        length = min(64, plan.shape.longest)
        self.asked = self.objective.asked(text.held_out, min(256, len(text.held_out.pieces) // length), length)

    def advance(self, steps: int) -> Iterator[float]:
        """Make some steps; yields what the words cost in each, in nats."""
        self.model.train()
        vocabulary = self.text.tokenizer.get_vocab_size()
        for _ in range(min(steps, self.plan.steps - self.step)):
            begin = time.perf_counter()
            rng = np.random.default_rng([self.plan.seed, self.step])
            length = min(int(rng.choice(LENGTHS)), self.plan.shape.longest)
            batch = self.objective.batch(self.text.train, rng, self.plan.tokens // length, length, vocabulary)
            for group in self.optimiser.param_groups:
                group["lr"] = self.plan.rate_at(self.step)
            loss, words = self.objective.loss(self.model, batch)
            self.optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimiser.step()
            self.step += 1
            self.seconds += time.perf_counter() - begin
            yield float(words.detach())

    def held_out(self) -> float:
        """The share of held-out pieces guessed right at first place."""
        self.model.eval()
        return float((self.objective.answers(self.model, self.asked) == self.asked["answers"].numpy()).mean())

    def note(self, losses: list[float]) -> dict[str, Any]:
        """Add a row to the curve, and return it."""
        row = {
            "step": self.step,
            "tokens": self.step * self.plan.tokens,
            "seconds": round(self.seconds, 1),
            "rate": round(self.plan.rate_at(self.step), 7),
            "loss": round(float(np.mean(losses)), 4) if losses else None,
            "held out top 1": round(self.held_out(), 4),
        }
        self.curve.append(row)
        return row

    def save(self, file: Path) -> None:
        """Write all that going on needs, whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        state = {
            name: getattr(self, name).state_dict() if name in ("model", "optimiser") else getattr(self, name)
            for name in ("model", "optimiser", "step", "seconds", "curve")
        } | {"planned": self.plan.steps}
        torch.save(state, file.with_suffix(".tmp"))
        file.with_suffix(".tmp").replace(file)

    def load(self, file: Path) -> None:
        """Go back to what was saved."""
        state = torch.load(file, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds, self.curve = state["step"], state["seconds"], state["curve"]


def main() -> None:
    """Train what is asked for, from where it was left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=OBJECTIVES)
    parser.add_argument("--steps", type=int, default=3_600)
    parser.add_argument("--rate", type=float, default=None)
    parser.add_argument("--every", type=int, default=100, help="steps between two checkpoints")
    parser.add_argument("--trial", action="store_true", help="keep nothing")
    given = parser.parse_args()
    torch.set_num_threads(2)
    training = Training(given.name, course_text(), Plan(given.steps, rate=given.rate or OBJECTIVES[given.name].rate))
    file = RUNS / given.name / "checkpoint.pt"
    if file.exists() and not given.trial:
        training.load(file)
    if not training.curve:
        training.note([])
    while training.step < training.plan.steps:
        losses = list(training.advance(given.every))
        print(training.note(losses), flush=True)
        if not given.trial:
            training.save(file)
            pd.DataFrame(training.curve).to_csv(RESULTS / f"miniature_{given.name}.csv", index=False)


if __name__ == "__main__":
    main()
