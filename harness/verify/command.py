"""The story of `chatbench verify`: prepare the data, verify, tell."""

from collections.abc import Sequence

from harness.progress import step
from harness.seeding.prepared import prepare_dataset
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack
from harness.verify.errors import VerifyError
from harness.verify.own_database import verify_own
from harness.verify.verifying import Ground, Verification, verify_variants
from reference_server.variant import load_variant


async def verify(
    config: StackConfig, names: Sequence[str], *, dataset_name: str, seed: int, keep: bool
) -> list[Verification]:
    """Each variant on the same data, on a clone of its snapshot."""
    async with open_stack(config) as stack:
        manifest, folder = prepare_dataset(dataset_name, seed, config.home)
        with step("verify", len(names)) as shown:
            ground = Ground(stack=stack, manifest=manifest, data=folder, home=config.home, shown=shown)
            return await verify_variants(ground, names, keep=keep)


async def verify_database(config: StackConfig, database: str, *, variant: str, clone: bool) -> list[Verification]:
    """The user's own database, by a variant's statements."""
    if config.postgres is None:
        raise VerifyError(
            f"--database {database} was given without --postgres, so there is no server to look for it on. "
            "Nothing was started. Add --postgres DSN."
        )
    with step(f"verify {database}", None) as shown:
        return [
            await verify_own(
                config.postgres,
                database,
                load_variant(variant),
                home=config.home,
                clone=clone,
                told=lambda check: shown.advance(1, check),
            )
        ]
