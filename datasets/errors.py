"""What can go wrong with a dataset, said as fact, consequence and remedy."""


class DatasetError(Exception):
    """A dataset cannot be made, read or loaded as things stand."""
