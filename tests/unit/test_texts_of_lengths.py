import numpy as np
import pyarrow.compute as pc

from datasets.texts import texts


def made(characters, octets, seed=1):
    return texts(np.random.default_rng(seed), np.array(characters), np.array(octets))


def test_texts_have_exactly_the_characters_and_the_bytes_that_were_asked_for():
    rng = np.random.default_rng(3)
    characters = rng.integers(0, 400, 5_000)
    octets = (characters * rng.uniform(1, 4, 5_000)).astype(np.int64)
    found = made(characters, octets)
    found.validate(full=True)
    assert pc.utf8_length(found).to_pylist() == characters.tolist()
    assert pc.binary_length(found).to_pylist() == octets.tolist()


def test_as_many_bytes_as_characters_make_ascii_and_four_times_as_many_make_none():
    plain, wide = made([40, 40], [40, 160]).to_pylist()
    assert plain.isascii()
    assert all(len(letter.encode()) == 4 for letter in wide)


def test_the_same_seed_makes_the_same_texts_and_another_others():
    assert made([50], [70]).equals(made([50], [70]))
    assert not made([50], [70]).equals(made([50], [70], seed=2))


def test_no_texts_are_no_error():
    assert len(made([], [])) == 0
