"""What can go wrong with a dataset, said as fact, consequence and remedy."""


class DatasetError(Exception):
    """A dataset cannot be made, read or loaded as things stand."""


class NoRoomError(DatasetError):
    """The machine stands in the way, not what was asked: a disk that is full or fails."""

    exit_code = 3
