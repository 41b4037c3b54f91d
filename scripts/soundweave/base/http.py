"""What the project's HTTP clients share: their name and how they send a key."""

from collections.abc import Callable

import requests

from soundweave import __version__

USER_AGENT = f"Soundweave/{__version__}"


def authorization(value: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Build a session's `auth` that sends `value`, or no Authorization header when it is empty.

    An auth object rather than a plain header: a ~/.netrc entry would replace a header.
    """

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if value:
            request.headers["Authorization"] = value
        return request

    return authorize
