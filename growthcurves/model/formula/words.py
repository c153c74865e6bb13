"""A formula's own words: its summands as they are written."""

from __future__ import annotations

from growthcurves.model.formula.tokens import Token, tokenize


def summands(text: str) -> list[str]:
    """The parts of a formula between the + outside parentheses, as they are written; "" where nothing stands.

    Examples
    --------
    >>> summands("body weight + log(age + 1) + (a + b):c")
    ['body weight', 'log(age + 1)', '(a + b):c']
    """
    parts: list[list[Token]] = [[]]
    deep = 0
    for token in tokenize(text):
        deep += (token.text == "(") - (token.text == ")") if token.kind == "sign" else 0
        if token.kind == "sign" and token.text == "+" and deep == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [text[part[0].start : part[-1].end] if part else "" for part in parts]


def formula_words(text: str) -> list[str]:
    """The terms of a predictor formula as they are written, "1" for its own mean.

    Examples
    --------
    >>> formula_words("0 + arm * age"), formula_words("arm - 1"), formula_words("`a + b`")
    (['arm * age'], ['arm'], ['1', '`a + b`'])
    """
    words, mean = [], True
    for part in filter(None, summands(text)):
        tokens = tokenize(part)
        cut = [i for i in range(len(tokens) - 1) if tokens[i].text == "-" and _is(tokens[i + 1], "1")]
        mean &= not cut and not (len(tokens) == 1 and _is(tokens[0], "0"))
        kept = [part[: tokens[cut[0]].start].strip(), part[tokens[cut[0] + 1].end :].strip()] if cut else [part]
        word = " ".join(filter(None, kept))
        words += [] if word in ("", "0", "1") else [word]
    return (["1"] if mean else []) + words


def _is(token: Token, number: str) -> bool:
    return token.kind == "number" and token.text == number
