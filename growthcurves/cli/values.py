"""Kinds of values that options take: each from the text of the command line or from a value of a model file."""

from __future__ import annotations

import re
from typing import Any

import click

from growthcurves.errors import brief
from growthcurves.numerics.bounds import shown_value

#: A longer row of digits is a text: no id, no code and no number of persons has so many.
_LONGEST_NUMBER = 300
_OUTSIDE_BACKTICKS = r"(?=(?:[^`]*`[^`]*`)*[^`]*$)"


class WholeNumber(click.ParamType):
    """A whole number of ordinary size."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        read = number_or_text(value) if isinstance(value, str) else value
        if isinstance(read, bool) or not isinstance(read, int) or abs(read) > 10**15:
            self.fail(f"{shown_value(value)} is not a whole number.", param, ctx)
        return read


class Number(click.ParamType):
    """A finite number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        read = number_or_text(value) if isinstance(value, str) else value
        if isinstance(read, bool) or not isinstance(read, int | float) or not abs(read) <= 1e300:
            self.fail(f"{shown_value(value)} is not a number.", param, ctx)
        return float(read)


class Kind(click.ParamType):
    """A kind of value; what is converted already passes through."""

    def read(self, text: str) -> Any:
        """The value of a text."""
        raise NotImplementedError

    def plain(self, value: Any) -> Any:
        """The value of what a model file holds."""
        return value

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            if (isinstance(value, tuple | list) and not value) or (isinstance(value, str) and not value.strip(" ,")):
                raise ValueError("a value is needed.")
            return self.read(value) if isinstance(value, str) else self.plain(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Value(Kind):
    """A number where it is one, else text: `-99`, `refused`, `007`."""

    name = "value"

    def read(self, text: str) -> Any:
        return number_or_text(text)

    def plain(self, value: Any) -> Any:
        return single(value)


class Codes(Kind):
    """Numbers or texts with commas between them: `-99,-98`; a text that holds a comma stands in backticks."""

    name = "codes"

    def read(self, text: str) -> tuple[Any, ...]:
        return tuple(number_or_text(part) if bare(part) == part else bare(part) for part in split(text, ","))

    def plain(self, value: Any) -> tuple[Any, ...]:
        return tuple(map(single, value)) if isinstance(value, list | tuple) else (single(value),)


class Numbers(Kind):
    """Numbers with commas between them: `0,4,9`."""

    name = "numbers"

    def __init__(self, count: int | None = None) -> None:
        self.count = count

    def read(self, text: str) -> tuple[float, ...]:
        return self.plain([number_or_text(part) for part in split(text, ",")])

    def plain(self, value: Any) -> tuple[float, ...]:
        numbers = tuple(value) if isinstance(value, list | tuple) else (value,)
        wrong = [number for number in numbers if isinstance(number, bool) or not isinstance(number, int | float)]
        wrong += [number for number in numbers if not wrong and not abs(number) <= 1e300]
        if wrong or (self.count is not None and len(numbers) != self.count):
            wanted = f"{self.count} numbers" if self.count else "numbers"
            given = brief(shown(value))[1:-1]
            raise ValueError(f"{wanted} with commas between them are needed, such as 0,9; not {given}.")
        return numbers


class Inches(Kind):
    """The width and height of a picture in inches: `3.3x2.5`."""

    name = "inches"

    def read(self, text: str) -> tuple[float, ...]:
        return self.plain([number_or_text(part) for part in text.lower().replace("\u00d7", "x").split("x")])

    def plain(self, value: Any) -> tuple[float, ...]:
        sides = tuple(value) if isinstance(value, list | tuple) else (value,)
        if len(sides) != 2 or not all(isinstance(side, int | float) and 1 <= side <= 100 for side in sides):
            raise ValueError("width and height in inches are needed, from 1 to 100, such as 3.3x2.5.")
        return sides


class Names(Codes):
    """Names or numbers with commas between them; a name that holds a comma stands in backticks."""

    name = "names"


class Columns(Kind):
    """Columns that say one thing together, with commas between them; a name that holds a comma stands in backticks."""

    name = "columns"

    def read(self, text: str) -> tuple[str, ...]:
        return tuple(bare(part) for part in split(text, ","))

    def plain(self, value: Any) -> tuple[str, ...]:
        names = value if isinstance(value, list | tuple) else (value,)
        if not all(isinstance(name, str | int) for name in names):
            raise ValueError(f"names of columns are needed, not {shown(value)}.")
        return tuple(map(str, names))


class Pairs(Kind):
    """Pairs of a name and what belongs to it: `arm=placebo`; a table in a model file.

    A text without a name is the value of the name "".
    """

    name = "pairs"

    def __init__(self, nameless: bool = False, several: bool = False) -> None:
        self.nameless, self.several = nameless, several

    def read(self, text: str) -> tuple[tuple[str, Any], ...]:
        parts = split(text, ",") if self.several and "{" not in text else [text]
        return tuple(self._pair(part) for part in parts)

    def plain(self, value: Any) -> tuple[tuple[str, Any], ...]:
        if isinstance(value, dict):
            return tuple(value.items())
        if isinstance(value, list | tuple) and all(isinstance(item, list | tuple) and len(item) == 2 for item in value):
            return tuple((name, item) for name, item in value)
        raise ValueError(f"write it as {self.example()}, not as {shown_value(value)}.")

    def _pair(self, text: str) -> tuple[str, Any]:
        name, sign, rest = (part.strip() for part in cut(text, "="))
        if self.nameless and (not sign or "{" in name or "(" in name):
            return "", self.value_of(text.strip())
        if not (name and sign and rest):
            raise ValueError(f"write {text!r} as {self.example()}.")
        return bare(name), self.value_of(rest)

    def value_of(self, text: str) -> Any:
        return text

    def example(self) -> str:
        return "NAME=VALUE, such as arm=placebo"


class Settings(Pairs):
    """Pairs whose values are numbers, yes or no, nothing, or texts: `people=20`, `between=0,9`."""

    name = "settings"

    def __init__(self, such_as: str = "people=20") -> None:
        super().__init__()
        self.such_as = such_as

    def plain(self, value: Any) -> tuple[tuple[str, Any], ...]:
        pairs = super().plain(value)
        return tuple((name, tuple(item) if isinstance(item, list) else item) for name, item in pairs)

    def value_of(self, text: str) -> Any:
        return plain_value(text)

    def example(self) -> str:
        return f"NAME=VALUE, such as {self.such_as}"


class Outcomes(Pairs):
    """Patterns of wide columns: `reaction_{day}`, `bdi=bdi_t{wave}`, or `bdi=base_bdi:0,end_bdi:12`."""

    name = "outcomes"

    def __init__(self) -> None:
        super().__init__(nameless=True)

    def value_of(self, text: str) -> Any:
        return text if "{" in text else dict(self._column(part) for part in split(text, ","))

    def _column(self, text: str) -> tuple[str, Any]:
        name, sign, number = (part.strip() for part in cut(text, ":", last=True))
        time = number_or_text(number)
        if not (name and sign and number):
            raise ValueError(f"{text!r} is neither a pattern such as bdi_t{{wave}} nor COLUMN:TIME.")
        return bare(name), time


class Times(Pairs):
    """Times of waves: `1=0,2=6,3=12`, or the pattern of columns with own times, `day_t{wave}`."""

    name = "times"

    def __init__(self) -> None:
        super().__init__(nameless=True, several=True)

    def plain(self, value: Any) -> tuple[tuple[Any, Any], ...]:
        return tuple((number_or_text(str(wave)), time) for wave, time in super().plain(value))

    def _pair(self, text: str) -> tuple[Any, Any]:
        wave, time = super()._pair(text)
        if wave == "" and "{" not in str(time):
            raise ValueError(f"write {text!r} as WAVE=TIME, such as 1=0,2=6, or as a pattern such as day_t{{wave}}.")
        return number_or_text(wave), time

    def value_of(self, text: str) -> Any:
        return number_or_text(text)


class Reasons(Pairs):
    """Why waves are missing: a column of words, `why`; its codes, `iwstat=0:not sampled,5:died`; or what begins at the
    time that it holds, `year_of_death=died`.
    """

    name = "reasons"

    def __init__(self) -> None:
        super().__init__(nameless=True)

    def value_of(self, text: str) -> Any:
        return dict(self._code(part) for part in split(text, ",")) if ":" in text else text

    def _code(self, text: str) -> tuple[str, str]:
        code, sign, reason = (part.strip() for part in cut(text, ":", last=True))
        if not (code and sign and reason):
            raise ValueError(f"write {text!r} as CODE:REASON, such as 5:died.")
        return bare(code), reason

    def example(self) -> str:
        return "COLUMN=CODE:REASON,..., such as iwstat=0:not sampled,5:died, or COLUMN=REASON, such as death=died"


def single(value: Any) -> Any:
    """A value that is one text or number.

    Raises
    ------
    ValueError
        For a list or a table.
    """
    if isinstance(value, list | tuple | dict):
        raise ValueError(f"one text or number is needed, not {shown_value(value)}.")
    return value


def split(text: str, sign: str) -> list[str]:
    """The parts of a text between signs that stand outside backticks.

    Examples
    --------
    >>> split("age, `Größe, cm` ,arm", ",")
    ['age', '`Größe, cm`', 'arm']
    """
    parts = re.split(re.escape(sign) + _OUTSIDE_BACKTICKS, text)
    return [part.strip() for part in parts if part.strip()]


def cut(text: str, sign: str, last: bool = False) -> tuple[str, str, str]:
    """A text cut in two at the first (or last) sign outside backticks.

    Examples
    --------
    >>> cut("`a=b`=c", "=")
    ('`a=b`', '=', 'c')
    """
    places = [match.start() for match in re.finditer(re.escape(sign) + _OUTSIDE_BACKTICKS, text)]
    if not places:
        return text, "", ""
    place = places[-1 if last else 0]
    return text[:place], sign, text[place + len(sign) :]


def bare(name: str) -> str:
    """A name without the backticks around it."""
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] == "`" else name


def number_or_text(text: str) -> Any:
    """A number where the text is one and not an id such as 007, else the text.

    Examples
    --------
    >>> number_or_text("-99"), number_or_text("0.5"), number_or_text("007"), number_or_text("nan")
    (-99, 0.5, '007', 'nan')
    """
    text = text.strip()
    if not re.fullmatch(r"[+-]?(0|[1-9]\d*|\d*\.\d+|\d+\.)(e[+-]?\d+)?", text, re.IGNORECASE | re.ASCII):
        return text
    if text.lstrip("+-").isdigit():
        return int(text) if len(text) < _LONGEST_NUMBER else text
    return float(text)


def plain_value(text: str) -> Any:
    """A value as a person writes it: number, yes or no, nothing, several with commas, or text.

    Examples
    --------
    >>> plain_value("20"), plain_value("none"), plain_value("0,9"), plain_value("eb"), plain_value("yes")
    (20, None, (0, 9), 'eb', True)
    """
    words = {"none": None, "yes": True, "true": True, "no": False, "false": False}
    if text.lower() in words:
        return words[text.lower()]
    parts = split(text, ",")
    if len(parts) > 1:
        return tuple(plain_value(part) for part in parts)
    return number_or_text(text) if bare(text) == text else bare(text)


def shown(value: Any) -> str:
    """A value as the user wrote it."""
    return ",".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
