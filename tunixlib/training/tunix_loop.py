"""The steps of a segment in Google Tunix: its PeftTrainer with our loss, optimizer and metrics. Imports JAX.

    trainer = segment_trainer(model, batches, config, choice, "flat/stage_1", states)
    with mesh:
        trainer.train(padded(batches, mesh.size))
    trainer.metrics[0]          # {"step": 1, "loss": 1.93, ...}: a row of metrics.jsonl

The loss is the mean over a step's targets, as in torch, with logits for a few targets at a time. In bfloat16 the
parameters stay float32 and are cast for every forward pass, so small updates are not lost.
"""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx
from tunix.sft.peft_trainer import PeftTrainer, TrainingConfig
from tunix.sft.utils import build_positions_from_mask, make_causal_attn_mask

from tunixlib.modeling.tokenization import Batch
from tunixlib.modeling.tunix_models import head_of
from tunixlib.progress import Progress
from tunixlib.training.config import SFTConfig, TrainingError, learning_rate_at
from tunixlib.training.resume import COST_SHARE, LEAST_SECONDS, SPARE
from tunixlib.training.segments import metrics_row, refuse_not_finite
from tunixlib.training.tunix_plan import CHUNK, WIDTH, rounded


def padded(batches: Sequence[Batch], devices: int) -> list[dict[str, np.ndarray]]:
    """The batches in few shapes, each of which is compiled once: empty rows and padding count for nothing.

    B is the same in all, a multiple of ``devices``; T a multiple of ``WIDTH``; K, a row's targets, of ``CHUNK``.
    """
    rows = rounded(max(len(batch.trace_ids) for batch in batches), devices)
    most = rounded(max(int(batch.loss_mask.sum(1).max()) for batch in batches), CHUNK)
    return [_padded(batch, rows, rounded(batch.input_ids.shape[1], WIDTH), most) for batch in batches]


def _padded(batch: Batch, rows: int, width: int, most: int) -> dict[str, np.ndarray]:
    count, tokens = batch.input_ids.shape
    ids, real = np.zeros((rows, width), np.int32), np.zeros((rows, width), bool)
    ids[:count, :tokens], real[:count, :tokens] = batch.input_ids, batch.pad_mask
    places, counted = np.zeros((rows, most), np.int32), np.zeros((rows, most), bool)
    for row in range(count):
        targets = np.flatnonzero(batch.loss_mask[row])
        places[row, : len(targets)] = targets - 1  # what predicts a token is the place before it
        counted[row, : len(targets)] = True
    return {"ids": ids, "real": real, "places": places, "counted": counted}


def model_input(step: dict[str, Any]) -> dict[str, Any]:
    """What the loss is called with, worked out on the device: positions, causal mask (B, T, T), targets (B, K)."""
    return {
        "ids": step["ids"], "positions": build_positions_from_mask(step["real"]),
        "mask": make_causal_attn_mask(step["real"]), "places": step["places"],
        "targets": jnp.take_along_axis(step["ids"], step["places"] + 1, axis=1), "counted": step["counted"],
    }  # fmt: skip


def completion_loss(precision: str) -> Any:
    """The loss of a segment: the mean cross-entropy at its targets, computed in ``precision``, a float32 scalar."""
    kind = getattr(jnp, precision)

    def loss(model: Any, ids: Any, positions: Any, mask: Any, places: Any, targets: Any, counted: Any) -> Any:
        graph, state = nnx.split(model)
        cast = jax.tree.map(lambda x: x.astype(kind) if jnp.issubdtype(x.dtype, jnp.floating) else x, state)
        computing = nnx.merge(graph, cast)
        hidden = computing.hidden(ids, positions, None, mask)  # (B, T, H)
        picked = jnp.take_along_axis(hidden, places[:, :, None], axis=1)  # (B, K, H)
        return _summed(*head_of(computing), picked, targets, counted) / counted.sum()

    return loss


def _summed(head: Any, cap: float | None, hidden: Any, targets: Any, counted: Any) -> Any:
    """Cross-entropy summed over targets, ``CHUNK`` of every row at a time; logits are computed again going back."""

    @jax.checkpoint
    def chunk(head: Any, hidden: Any, targets: Any, counted: Any) -> Any:
        logits = (hidden @ head.T).astype(jnp.float32)  # (B, CHUNK, V)
        logits = cap * jnp.tanh(logits / cap) if cap else logits
        right = jnp.take_along_axis(logits, targets[:, :, None], axis=2)[:, :, 0]
        return jnp.where(counted, jax.nn.logsumexp(logits, axis=2) - right, 0.0).sum()

    total = jnp.float32(0)
    for start in range(0, targets.shape[1], CHUNK):
        part = slice(start, start + CHUNK)
        total += chunk(head, hidden[:, part], targets[:, part], counted[:, part])
    return total


def optimizer(config: SFTConfig, steps: int) -> Any:
    """Clipping, then AdamW with the schedule of ``learning_rate_at``: what ``training.masters`` does."""
    rates = jnp.array([learning_rate_at(step, steps, config) for step in range(1, steps + 1)], jnp.float32)
    adamw = optax.adamw(lambda count: rates[count], config.beta1, config.beta2, weight_decay=config.weight_decay)
    return optax.chain(optax.clip_by_global_norm(config.max_grad_norm), adamw)


class SegmentTrainer(PeftTrainer):  # type: ignore[misc, unused-ignore]
    """Tunix's trainer, with a row of metrics at every step, kept with its states so that a killed process goes on."""

    def __init__(
        self, model: Any, batches: Sequence[Batch], config: SFTConfig, precision: str, label: str, states: Path | None
    ):
        self.batches, self.label, self.rates = batches, label, config
        self.bar: Progress | None = None
        self.saving = Saving(states)
        options = ocp.CheckpointManagerOptions(
            should_save_fn=self.saving.due, max_to_keep=2, enable_async_checkpointing=False
        )
        root = str(states.resolve()) if states else None  # Orbax takes absolute paths only
        settings = TrainingConfig(
            eval_every_n_steps=len(batches) + 1, checkpoint_root_directory=root, checkpointing_options=options
        )
        super().__init__(model, optimizer(config, len(batches)), settings)
        self.metrics: list[dict[str, Any]] = list((self._restored_custom_metadata or {}).get("metrics", []))
        if len(self.metrics) != self._train_steps:
            raise TrainingError(
                f"{label}: found a state of step {self._train_steps} with {len(self.metrics)} rows of metrics in "
                f"{root}, expected as many; delete that folder and repeat the command"
            )
        self.with_loss_fn(completion_loss(precision)).with_gen_model_input_fn(model_input)

    def custom_checkpoint_metadata(self) -> dict[str, Any]:
        """What goes along with a state."""
        return {"metrics": list(self.metrics)}

    def _prepare_inputs(self, input_data: Any) -> Any:
        self.saving.done()
        self.started = time.perf_counter()
        return input_data

    def _post_process_train_step(self, aux: Any) -> None:
        noted = self._buffered_train_metrics
        loss, norm = float(noted.losses[-1]), float(noted.additional_metrics["grad_norm"][0][-1])
        number, seconds = len(self.metrics) + 1, time.perf_counter() - self.started
        batch = self.batches[number - 1]
        refuse_not_finite(self.label, number, batch, loss, norm)
        rate = learning_rate_at(number, len(self.batches), self.rates)
        self.metrics.append(metrics_row(number, batch, loss, rate, norm, seconds))
        if self.bar:
            self.bar.advance(f"loss {loss:.3f}")

    def _save_last_checkpoint(self) -> None:
        """Nothing: the checkpoint is written by us, and a state without its metrics could not be gone on from."""


class Saving:
    """When a state is due: as in ``training.resume``, once a minute at most and for a fortieth of the time."""

    def __init__(self, folder: Path | None):
        self.folder, self.last, self.began, self.cost = folder, time.monotonic(), 0.0, 0.0
        self.asked, self.answer = 0, False

    def due(self, step: int, latest: int | None) -> bool:
        """Whether Orbax shall keep this step. Tunix asks, then Orbax once more: both get the same answer."""
        if step != self.asked:
            self.asked, self.answer = step, self._is_due(step)
        return self.answer

    def _is_due(self, step: int) -> bool:
        now = time.monotonic()
        if self.folder is None or now - self.last < max(LEAST_SECONDS, COST_SHARE * self.cost):
            return False
        self.last = self.began = now
        if (free := shutil.disk_usage(self.folder).free) < SPARE:
            print(f"state of step {step} not kept, training goes on: found {free / 1e9:.1f} GB of free disk")
            return False
        return True

    def done(self) -> None:
        """The next step begins: what was due is kept, and it took the time since."""
        if self.began:
            self.last = time.monotonic()
            self.cost, self.began = self.last - self.began, 0.0
