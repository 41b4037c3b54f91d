"""One class per expected kind of failure, each with its exit code.

A message says what is wrong and what to do about it; it is all the user gets to see.
"""


class SoundweaveError(Exception):
    """An expected failure; the command ends with `exit_code` and prints the message alone."""

    exit_code = 1


class ConfigError(SoundweaveError):
    """The command line, the configuration or the surroundings are wrong; nothing was done."""

    exit_code = 2


class LibraryError(SoundweaveError):
    """The library cannot be read or written."""


class NoLibraryError(LibraryError):
    """There is no library where one was expected."""

    exit_code = 2


class HistoryError(SoundweaveError):
    """A history file holds something that is not a history."""


class PublishError(SoundweaveError):
    """The night's results could not be committed or pushed."""


class ApiError(SoundweaveError):
    """Freesound answered with something that cannot be used, or not at all."""


class NotFoundError(ApiError):
    """Freesound does not know the sound, user, pack or page."""


class StopCollectingError(SoundweaveError):
    """No further request may be sent now; what was collected stays."""


class BudgetSpentError(StopCollectingError):
    """The night's own limit of requests is reached."""


class QuotaExhaustedError(StopCollectingError):
    """Freesound's limit for the last 24 hours is reached."""
