"""Response: the engines, one a module, and the one that answers when another cannot."""

import logging

from ..base import Engine, EngineError, Prediction, Reply
from .hybrid import Hybrid
from .hybrid_e5 import HybridE5
from .textblob import TextBlob

_logger = logging.getLogger(__name__)

DEFAULT = "hybrid"

# The engines that need no settings; a service of one's own is made with its address.
ENGINES: dict[str, type[Engine]] = {
    engine.name: engine for engine in (Hybrid, HybridE5, TextBlob)
}

_MADE: dict[str, Engine] = {}


def get(name: str = DEFAULT) -> Engine:
    """Return the engine of that name, made on first use in this process."""
    if name not in ENGINES:
        raise EngineError(f"There is no engine {name}; there are {', '.join(ENGINES)}.")
    if name not in _MADE:
        _MADE[name] = ENGINES[name]()
    return _MADE[name]


def best() -> Engine:
    """Return the best engine that is installed here: with sentence vectors, or not."""
    vectors = get(HybridE5.name)
    return vectors if vectors.available() else get()


def predict(
    engine: Engine, reply: Reply, fallback: Engine | None = None
) -> tuple[Prediction, str]:
    """Return what an engine says, or else another, and why that one had to.

    The other is ``fallback`` or the shipped default. The reason is empty when the
    engine answered itself. A reply is always understood.
    """
    try:
        if engine.available():
            return engine.predict(reply), ""
        reason = engine.health()
    except EngineError as error:
        reason = f"{engine.name}: {error}"
    except Exception as error:
        # whatever another's code raises, replies must not wait for it
        _logger.warning("Engine %s failed.", engine.name, exc_info=True)
        reason = f"{engine.name}: failed with {type(error).__name__}"
    if engine is get():
        raise EngineError(reason)
    if fallback is not None and fallback is not engine:
        return predict(fallback, reply)[0], reason
    return get().predict(reply), reason


def health() -> list[str]:
    """Return one line about each engine."""
    return [get(name).health() for name in ENGINES]
