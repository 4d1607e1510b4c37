"""The mark for sentences that stand in a table. It knows nothing; scripts/words.py finds it by its name."""

from __future__ import annotations


def N_(sentence: str) -> str:
    """Mark a sentence of a table for the catalogues; it is said in English until `language.tr` says it."""
    return sentence
