"""Response: the engine that the settings name, as it is in this process."""

import logging

from ...tools.nlp import engines, model, rules, topics
from ...tools.nlp.base import EngineError
from ...tools.nlp.engines.hybrid import Hybrid
from ...tools.nlp.engines.hybrid_e5 import HybridE5
from ...tools.nlp.engines.textblob import TextBlob

_logger = logging.getLogger(__name__)

# The engine that has the model which each engine reads.
MODEL_OF = {
    "hybrid": "hybrid",
    "hybrid_e5": "hybrid_e5",
    "textblob": "hybrid",
    "http": "hybrid",
}
_CLASSES = {"hybrid": Hybrid, "hybrid_e5": HybridE5, "textblob": TextBlob}
# By database: the facts that a reader was made from, and the reader.
_READERS = {}


def reader_of(env):
    """Return what reads replies now.

    It is made on first need, so in each process after it was forked, and again when
    the settings, a model or a topic have changed, in whatever process that was.
    """
    facts = (
        env["campaign.nlp.model"]._engine_in_use(),
        env["campaign.nlp.model"]._active_models(),
        env["campaign.analysis.service"]._in_use_key(),
        env["campaign.topic"]._own_words(),
    )
    known = _READERS.get(env.cr.dbname)
    if known is None or known[0] != facts:
        known = _READERS[env.cr.dbname] = facts, ReplyReader(env)
    return known[1]


class ReplyReader:
    """An engine, who takes over when it cannot answer, and the topics' words."""

    def __init__(self, env):
        self.trouble = ""
        self._models = {}
        self._words = env["campaign.topic"]._own_words()
        self._packs = {}
        name = env["campaign.nlp.model"]._engine_in_use()
        self.fallback = self._local(env, "hybrid")
        if name == "hybrid":
            self.engine, self.fallback = self.fallback, engines.get()
        elif name == "http":
            self.engine = self._service(env) or self.fallback
        else:
            self.engine = self._local(env, name)

    def topic_pack(self, language):
        """Return the words of all topics in a language."""
        if language not in self._packs:
            self._packs[language] = _pack(language, self._words)
        return self._packs[language]

    def health(self):
        """Return one line about the engine for an administrator."""
        return self.trouble or self.engine.health()

    def _local(self, env, name):
        """Return an engine of this process with the model that is active."""
        active = env["campaign.nlp.model"]._active(MODEL_OF[name])
        if active.is_shipped or not active:
            return engines.get(name)
        if active.id not in self._models:
            try:
                self._models[active.id] = active._read_model()
            except model.ModelError as error:
                self.trouble = f"{name}: version {active.version}: {error}"
                _logger.warning("The shipped model is used instead. %s", self.trouble)
                return engines.get(name)
        return _CLASSES[name](self._models[active.id])

    def _service(self, env):
        """Return the engine that asks the service of the settings, if there is one."""
        service_sudo = env["campaign.analysis.service"]._in_use()
        if not service_sudo:
            self.trouble = "http: no service is chosen"
            return None
        try:
            return service_sudo._engine()
        except EngineError as error:
            self.trouble = f"http: {error}"
            return None


def _pack(language, words):
    """Return the shipped topics' words and own ones; those that went bad are left."""
    own = {}
    for code, spoken, phrase in words:
        if spoken in (False, language):
            own.setdefault(code, []).append(phrase)
    try:
        return topics.own_pack(language, own)
    except rules.PackError as error:  # written past the checks
        _logger.warning("Own words of topics are left out: %s", error)
        return topics.pack(language)
