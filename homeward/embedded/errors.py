"""The one error of the embedded broker. Its message is for the person at the keyboard: what is wrong, and the fix."""


class EmbeddedError(Exception):
    """The embedded broker cannot be had. The message names the fix."""
