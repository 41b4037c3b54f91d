"""The failures of one request; their `kind` goes into results and the ledger."""

from typing import ClassVar

from soundweave.base.errors import SoundweaveError


class ProviderError(SoundweaveError):
    """A provider gave no usable answer."""

    kind: ClassVar[str] = "failed"


class UnavailableError(ProviderError):
    """No answer after all attempts: no connection, timeouts, 429, 5xx; try again later."""

    kind = "unavailable"


class DeniedError(ProviderError):
    """The provider will never accept this request: 400, 401, 403, 404, a content filter."""

    kind = "denied"


class RefusedError(ProviderError):
    """The model refused."""

    kind = "refused"


class TruncatedError(ProviderError):
    """The answer was cut off at the token limit."""

    kind = "truncated"


class InvalidAnswerError(ProviderError):
    """The answer does not have the requested form."""

    kind = "invalid"


class AnswerNeededError(ProviderError):
    """The person has not answered yet; the run stops and continues here the next time."""

    kind = "waiting"


class BudgetError(ProviderError):
    """The run has reached its limit of tokens or cost; nothing was sent."""

    kind = "budget"


class NotRecordedError(ProviderError):
    """No recorded answer to this request exists."""

    kind = "not_recorded"
