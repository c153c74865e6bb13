"""What is computed once for a frozen record and kept on it: a fit, a panel."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass, replace
from functools import wraps
from typing import Any, TypeVar

import pandas as pd

Answer = TypeVar("Answer", bound=Callable[..., Any])

#: Where a record keeps its answers, beside its cached properties.
PLACE = "_remembered"


class Memory:
    """The answers of one record, in its process only: deep copies and pickles begin with an empty one."""

    def __init__(self) -> None:
        self.answers: dict[Hashable, Any] = {}

    def __reduce__(self) -> tuple[type[Memory], tuple[()]]:
        return Memory, ()


def remembered(answer: Answer) -> Answer:
    """A function of a frozen record that computes once for every record and every set of its other arguments.

    For what depends on nothing but its arguments: nothing that draws random numbers. Tables are handed out as copies.
    Arguments that cannot be looked up (a list) are answered anew. Threads that ask at the same time may both compute;
    all get the answer of the first that is done.

    Parameters
    ----------
    answer : callable
        Its first argument is the record.
    """
    signature = inspect.signature(answer)

    @wraps(answer)
    def once(record: Any, *args: Any, **options: Any) -> Any:
        asked = signature.bind(record, *args, **options)
        asked.apply_defaults()
        given = tuple(asked.arguments.values())[1:]
        key = (answer, *((type(value), value) for value in given))
        try:
            hash(key)
        except TypeError:
            return answer(record, *args, **options)
        answers = record.__dict__.setdefault(PLACE, Memory()).answers
        if key not in answers:
            answers.setdefault(key, answer(record, *args, **options))
        return _handed_out(answers[key])

    return once  # type: ignore[return-value]


def _handed_out(answer: Any) -> Any:
    """The answer with its tables copied, so that nobody changes what is remembered."""
    if isinstance(answer, pd.DataFrame):
        return answer.copy()
    if not is_dataclass(answer) or isinstance(answer, type):
        return answer
    parts = {field.name: getattr(answer, field.name) for field in fields(answer) if field.init}
    tables = {name: part.copy() for name, part in parts.items() if isinstance(part, pd.DataFrame)}
    return replace(answer, **tables) if tables else answer
