"""A run's mixes are kept, and a run goes on with no other."""

import orjson
import pytest

from harness.catalogue import known_names
from harness.experiment_file import experiment_from
from harness.kept_mix import MixChangedError, mixes_of, require_unchanged
from harness.run_folder import RunFolder
from harness.run_manifest import stored_experiment


@pytest.fixture
def mix(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("[actions]\nsend = 100\nnewest_page = 900\n")
    return file


@pytest.fixture
def begun(tmp_path, mix):
    """The folder of a run that was interrupted."""
    content = {"name": "e", "candidates": ["spec"], "scenarios": [{"name": str(mix), "rate": 100}]}
    experiment = experiment_from(content, "e.toml", known_names())
    folder = RunFolder.create(tmp_path / "run")
    mixes = orjson.loads(orjson.dumps(mixes_of(experiment)))
    folder.write_manifest({"experiment": experiment.as_dict(), "mixes": mixes})
    return folder


def test_a_run_goes_on_with_the_mix_that_it_began_with(begun, mix):
    (load,) = stored_experiment(begun).scenarios
    assert load.mix == str(mix)


def test_comments_and_the_summary_of_a_mix_may_change(begun, mix):
    mix.write_text('summary = "Counted again."\n# by hand\n' + mix.read_text())
    assert stored_experiment(begun).scenarios


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[actions]\nsend = 5200\nnewest_page = 900\n", "send: 100 then, 5,200 now"),
        ("[actions]\nsend = 100\n", "newest_page: 900 then, 0 now"),
        ('shape = "spike"\n[actions]\nsend = 100\nnewest_page = 900\n', "shape: none then, spike now"),
    ],
)
def test_an_edited_mix_is_refused_with_what_is_another_now(begun, mix, text, said):
    mix.write_text(text)
    with pytest.raises(MixChangedError, match="has changed since this run began") as raised:
        stored_experiment(begun)
    assert said in str(raised.value)


def test_a_mix_that_is_gone_is_refused(begun, mix):
    mix.unlink()
    with pytest.raises(MixChangedError, match="cannot be read any more"):
        require_unchanged(begun.read_manifest()["mixes"])
