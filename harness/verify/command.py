"""The story of `chatbench verify`: prepare the data, verify, tell."""

from collections.abc import Sequence

from datasets.generate import generate
from datasets.shape import dataset
from harness.progress import step
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack
from harness.verify.verifying import Ground, Verification, verify_variants


async def verify(
    config: StackConfig, names: Sequence[str], *, dataset_name: str, seed: int, keep: bool
) -> list[Verification]:
    """Each variant on the same data, on a clone of its snapshot."""
    async with open_stack(config) as stack:
        wanted, folder = dataset(dataset_name, seed=seed), config.home / "datasets" / f"{dataset_name}-{seed}"
        with step(f"dataset {dataset_name} (seed {seed})", wanted.messages) as shown:
            manifest = generate(wanted, folder, shown.advance)
        with step("verify", len(names)) as shown:
            ground = Ground(stack=stack, manifest=manifest, data=folder, home=config.home, shown=shown)
            return await verify_variants(ground, names, keep=keep)
