"""What can go wrong with one request; `kind` goes into results and the ledger."""

from typing import ClassVar

from soundweave.base.errors import SoundweaveError


class ProviderError(SoundweaveError):
    """A provider gave nothing that can be used."""

    kind: ClassVar[str] = "failed"


class UnavailableError(ProviderError):
    """No answer after all attempts: no connection, time-outs, 429, 5xx; worth a later run."""

    kind = "unavailable"


class DeniedError(ProviderError):
    """The provider will never take this request: 400, 401, 403, 404, a content filter."""

    kind = "denied"


class RefusedError(ProviderError):
    """The model declined to do it."""

    kind = "refused"


class TruncatedError(ProviderError):
    """The answer was cut off at the token limit."""

    kind = "truncated"


class InvalidAnswerError(ProviderError):
    """The answer is not in the form that was asked for."""

    kind = "invalid"


class BudgetError(ProviderError):
    """The run's own limit of tokens or cost is reached; nothing was sent."""

    kind = "budget"


class NotRecordedError(ProviderError):
    """There is no recorded answer to this request."""

    kind = "not_recorded"
