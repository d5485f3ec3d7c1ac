"""Everything that can go wrong, in words. Each error says what happened and what to do next.

    ModelscopeError                 exit  kind
    ├── UsageError                  2     usage             a bad option
    │   └── QueryError              2     query             a query term that cannot be read
    ├── ModelNotFound               3     model-not-found   no such repository on the Hub or in the catalog
    ├── NotCached                   4     not-cached        offline, and never seen before
    ├── AccessDenied                5     gated | not-authorised | disabled
    ├── RateLimited                 6     rate-limited      carries the seconds to wait
    ├── HubUnreachable              7     hub-unreachable   no answer: refused, timed out, no network
    │   └── HubNonsense             7     hub-nonsense      an answer that is not the Hub's
    ├── LaunchRefused               8     refused           this tool cannot run this model
    ├── PolicyDenied                9     policy            the team's policy does not allow this model
    ├── NotSaved                    1     not-saved         a file cannot be written, or is there already
    ├── BadParcel                   1     bad-parcel        a file to import is damaged, newer, or no such file
    └── CatalogError                1     catalog           the local index cannot be read or made

Foreign exceptions are translated where they enter (``hub/``, ``catalog/``), with ``raise ... from``.
"""

from __future__ import annotations


class ModelscopeError(Exception):
    """The root of the family: a sentence for a person, and a next step."""

    exit_code = 1
    kind = "unexpected"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(ModelscopeError):
    """An option or argument that cannot be used."""

    exit_code = 2
    kind = "usage"


class QueryError(UsageError):
    """A query term that cannot be read; the message names its position."""

    kind = "query"


class ModelNotFound(ModelscopeError):
    """No repository of this name, here or on the Hub."""

    exit_code = 3
    kind = "model-not-found"


class NotCached(ModelscopeError):
    """Offline, and this was never seen while online."""

    exit_code = 4
    kind = "not-cached"


class AccessDenied(ModelscopeError):
    """The Hub knows the repository and does not open it: gated, disabled, or a bad token."""

    exit_code = 5
    kind = "gated"

    def __init__(self, message: str, hint: str = "", *, kind: str = "gated") -> None:
        super().__init__(message, hint)
        self.kind = kind


class RateLimited(ModelscopeError):
    """The Hub asked us to wait."""

    exit_code = 6
    kind = "rate-limited"

    def __init__(self, message: str, hint: str = "", *, seconds: int) -> None:
        super().__init__(message, hint)
        self.seconds = seconds
        """How long the Hub told us to wait, from the moment of the answer."""


class HubUnreachable(ModelscopeError):
    """Nothing came back: no network, refused, or no answer within the deadline."""

    exit_code = 7
    kind = "hub-unreachable"


class HubNonsense(HubUnreachable):
    """Something came back that is not an answer of the Hub."""

    kind = "hub-nonsense"


class LaunchRefused(ModelscopeError):
    """This tool cannot run this model; the message names the blocking fact."""

    exit_code = 8
    kind = "refused"


class NotSaved(ModelscopeError):
    """A file that was asked for cannot be written; what was there is as it was."""

    kind = "not-saved"


class BadParcel(ModelscopeError):
    """A file to import that cannot be trusted: nothing of it was taken."""

    kind = "bad-parcel"


class PolicyDenied(ModelscopeError):
    """The team's policy does not allow this model; the message names the rule and the fact."""

    exit_code = 9
    kind = "policy"


class CatalogError(ModelscopeError):
    """The local index cannot be opened, read or made."""

    kind = "catalog"
