"""People of the tests' small worlds: ann and bob have a conversation, eve is neither."""

from uuid import UUID


class People:
    """Whoever has users names the first three."""

    users: list[UUID]

    @property
    def ann(self) -> UUID:
        return self.users[0]

    @property
    def bob(self) -> UUID:
        return self.users[1]

    @property
    def eve(self) -> UUID:
        return self.users[2]
