"""Chat: every use case in one place; REST, WebSocket and the direct client all call it."""

from reference_server.conversations import Conversations
from reference_server.messages import Messages
from reference_server.people import People
from reference_server.resume import Resume


class Chat(Messages, Conversations, People, Resume):
    """The use cases of one variant over one database and one Redis. Open it with opening.open_chat."""
