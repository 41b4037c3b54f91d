"""One class per kind of expected failure, each with its exit code.

A message says what is wrong and what to do about it; it is all the user sees.
"""


class SoundweaveError(Exception):
    """An expected failure; the command ends with `exit_code` and prints the message alone."""

    exit_code = 1


class ConfigError(SoundweaveError):
    """The command line, the configuration or the machine is wrong; nothing was done."""

    exit_code = 2


class LibraryError(SoundweaveError):
    """The library cannot be read or written."""


class NoLibraryError(LibraryError):
    """No library was found where one was expected."""

    exit_code = 2


class DamagedLibraryError(LibraryError):
    """The file is damaged, or it is no library at all."""


class HistoryError(SoundweaveError):
    """A history file holds something else than a history."""


class PublishError(SoundweaveError):
    """The night's results could not be committed or pushed."""


class ApiError(SoundweaveError):
    """Freesound sent an unusable answer, or none."""


class NotFoundError(ApiError):
    """Freesound does not know the sound, user, pack or page."""


class StopCollectingError(SoundweaveError):
    """No more requests may be sent now; what was collected is kept."""


class ClockError(StopCollectingError):
    """This machine's clock and Freesound's disagree, so nothing may be dated."""


class BudgetSpentError(StopCollectingError):
    """The night's request limit is reached."""


class QuotaExhaustedError(StopCollectingError):
    """Freesound's limit for the last 24 hours is reached."""
