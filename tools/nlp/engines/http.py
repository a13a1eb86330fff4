"""Response: the customer's own service as an engine.

The contract: we ``POST`` JSON over TLS and expect JSON, within the time-out.

    → {"text": "…", "language": "en", "subject": "…"}
    ← {"intents": {"interested": 0.93, "pricing_request": 0.61},
       "sentiment": 0.7, "asks": 0.1, "version": "mine-3"}

``intents`` has probabilities (0 to 1) by the names in :data:`..taxonomy.INTENTS`; what
is missing is 0, and other names are ignored. ``sentiment`` is between −1 and +1. The
rest is optional. Status 200 is an answer, all else is none, a redirect included.
"""

import http.client
import json
import math
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from ..base import Engine, EngineError, Evidence, Label, Prediction, Reply
from ..taxonomy import GROUP_OF, INTENTS, QUESTIONS

TIMEOUT = 5.0
LARGEST_ANSWER = 64 * 1024
_LONGEST_TEXT = 20_000
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# After a failure nobody is asked for this long, so that replies do not queue up.
_PAUSE = 60.0


class Http(Engine):
    """A service of the customer's own, asked for each reply.

    :param address: ``https://…``; plain ``http`` only on this machine.
    :param token: sent as ``Authorization: Bearer``; may be empty.
    :param timeout: seconds for the whole exchange.
    :param context: whom to trust instead of the system's authorities.
    """

    name = "http"

    def __init__(
        self,
        address: str,
        token: str = "",
        timeout: float = TIMEOUT,
        context: ssl.SSLContext | None = None,
    ):
        self._parts = parts = urlsplit(address)
        try:
            self._port = parts.port
        except ValueError:
            raise EngineError("The service's address has no proper port.")
        secure = parts.scheme == "https"
        if not parts.hostname or not (secure or parts.scheme == "http"):
            raise EngineError("The service's address must begin with https://.")
        if not secure and parts.hostname not in _LOOPBACK:
            raise EngineError("The service must be asked over https://.")
        if parts.username or parts.password:
            raise EngineError("The service's address must not contain a password.")
        if any(ord(letter) <= 32 or ord(letter) == 127 for letter in token + address):
            raise EngineError("Address and token must not contain blanks.")
        self._token = token
        self._timeout = timeout
        self._context = context or (ssl.create_default_context() if secure else None)
        self._failed_at = -math.inf
        self._trouble = ""

    def available(self) -> bool:
        """Return whether the service may be asked: it has not failed just now."""
        return time.monotonic() - self._failed_at >= _PAUSE

    def health(self) -> str:
        """Return what the service did last."""
        if self._trouble:
            return f"{self.name}: not available: {self._trouble}"
        return f"{self.name}: ready, {self._parts.hostname}"

    def predict(self, reply: Reply) -> Prediction:
        """Return what the service says of a reply."""
        try:
            prediction = _read(self._ask(reply))
        except EngineError as error:
            self._failed_at, self._trouble = time.monotonic(), str(error)
            raise
        self._failed_at, self._trouble = -math.inf, ""
        return prediction

    def _ask(self, reply: Reply) -> bytes:
        """Return the body of the service's answer."""
        body = json.dumps(
            {
                "text": reply.text[:_LONGEST_TEXT],
                "language": reply.language,
                "subject": reply.subject[:1000],
            }
        ).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        path = self._parts.path or "/"
        if self._parts.query:
            path += f"?{self._parts.query}"
        deadline = time.monotonic() + self._timeout
        connection = self._connection()
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise EngineError(f"the service answered {answer.status}")
            return self._receive(connection, answer, deadline)
        except TimeoutError:
            raise EngineError("the service took too long")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise EngineError(f"the service cannot be asked: {type(error).__name__}")
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname, self._port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._timeout)
        return http.client.HTTPSConnection(
            host, port, timeout=self._timeout, context=self._context
        )

    def _receive(self, connection, answer, deadline: float) -> bytes:
        """Read an answer that is small and in time, however slowly it drips."""
        found = bytearray()
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if connection.sock is not None:
                connection.sock.settimeout(left)
            piece = answer.read1(8192)
            if not piece:
                return bytes(found)
            found += piece
            if len(found) > LARGEST_ANSWER:
                raise EngineError("the service's answer is too large")


def _read(body: bytes) -> Prediction:
    """Return a service's answer as a prediction."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise EngineError("the service's answer is no JSON")
    if not isinstance(data, Mapping) or not isinstance(data.get("intents"), Mapping):
        raise EngineError("the service's answer has no intents")
    labels = {}
    for name, value in data["intents"].items():
        if name in INTENTS:
            sure = _number(value, 0, 1)
            why = (Evidence("engine", "", round(sure, 3)),)
            labels[name] = Label(name, sure, why)
    _complete(labels)
    feeling = _number(data.get("sentiment", 0), -1, 1)
    asks = data.get("asks")
    return Prediction(
        intents=labels,
        sentiment=(max(0.0, -feeling), 1 - abs(feeling), max(0.0, feeling)),
        asks=None if asks is None else _number(asks, 0, 1),
        engine=Http.name,
        version=str(data.get("version", ""))[:64],
    )


def _complete(labels: dict[str, Label]) -> None:
    """Add the two heads that stand for several intents."""
    for head, names in (
        ("any_question", QUESTIONS),
        (
            "any_wrong_person",
            [name for name, group in GROUP_OF.items() if group == "wrong_person"],
        ),
    ):
        given = [labels[name] for name in names if name in labels]
        if given:
            surest = max(given, key=lambda label: label.confidence)
            labels[head] = Label(head, surest.confidence, surest.evidence)


def _number(value: object, lowest: float, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EngineError("the service's answer has something that is no number")
    if not lowest <= value <= highest:
        raise EngineError("the service's answer has a number out of bounds")
    return float(value)
