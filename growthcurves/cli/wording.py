"""The one place where a sentence of the package is written in the words of the command line.

The library speaks to whoever writes Python: ``missing=['5%']``. Here every name of an option, with its value, becomes
what is typed in a shell: ``--missing '5%'``. Quoted texts are the user's own and stay, and so do calls of a formula.
"""

from __future__ import annotations

import ast
import re

from growthcurves.cli.options import SECTIONS

#: All but that of weights, whose name is that of the scale of means, too, which no command has.
_OPTIONS = [option for options in SECTIONS.values() for option in options if option.key != "scale"]

#: Options by the name that the library gives them.
KEYS = {
    **{str(option.name): option.key for option in _OPTIONS},
    **{"n": "replicates", "rng": "seed", "values": "values", "keep": "keep", "spreadsheet_safe": "spreadsheet-safe"},
    **{name: name.replace("_", "-") for name in (
        "persons", "waves", "duration", "spacing", "arms", "dropout", "randomised", "effect", "slowing", "alpha",
        "sd_intercept", "sd_slope", "sd_residual", "sd", "icc", "reliability", "correlation", "baseline",
        "fit", "test", "power", "min_cell", "short",
    )},
}
#: Options of the readers of files, and of figures alone; those are given with --read and with --set.
READERS = ("sheet_name", "labels", "decimal", "sep", "encoding", "thousands", "skiprows", "header")
FIGURES = ("people", "patterns", "highlight", "color", "lines")
#: Where one name of the library is two options.
_OF_INTERVALS = ("wald", "profile", "bootstrap")

_QUOTED = r"(?<!\w)'[^']*'|\"[^\"]*\"|`[^`]*`"
_OF_FORMULAS = r"\b(?:ns|bs|cr|cc|poly|C|I|log|within|between|scale|center|standardize)\([^()]*\)"
#: Values that are written otherwise on the command line: texts, several, columns with their times, yes and no.
_VALUE = rf"\[[^\[\]]*\]|\{{[^{{}}]*(?:\{{[^{{}}]*\}}[^{{}}]*)?\}}|True|False|{_QUOTED}"
_ONE = rf"(?:\[[^\[\]]*\]|{_QUOTED})"
#: A call of the package with options, as the library's sentences name it.
_CALL = re.compile(
    rf"\b(?:read_table|to_long|to_wide|Panel|(?:fit|model)\.\w+|gc\.(?:power|sample_size))"
    rf"\((?:\.\.\., )?((?:\w+={_ONE}, )*\w+=(?:{_ONE}|[^()]*?))\)"
)
_NAMED = "|".join(sorted({*KEYS, *READERS, *FIGURES}, key=len, reverse=True))
_FOUND = re.compile(rf"{_QUOTED}|{_OF_FORMULAS}|(?<![\w-])(?P<name>{_NAMED})=(?P<value>{_VALUE})?(?=(?P<after>\W|\w)?)")
#: What only Python users can do: where they look further, and ways that no option opens.
_PYTHON_ALONE = re.compile(
    r" See [\w.]+\(\)\."
    r"|, or a DataFrame from a reader of pandas"
    r"|: if it is your own, give it with functions=\{[^{}]*\}"
    r"|: call reset_index\(\) first|: divide it by a unit first, for example by pd\.Timedelta\(days=1\)"
    r"| \(or a numpy Generator\)"
    r"|; a study of one group is arms=None|, or fix the time with model=gc\.GrowthModel\(\.\.\., origin=\.\.\.\)"
    r"|, or ask for the smallest that is found, with gc\.detectable_effect|, or ask gc\.sample_size(?: for one)?"
    r"|; gc\.power of one schedule prints the SD that reliability= is there"
)
_OPPOSITES = {option.key: option.secondary_opts[0] for option in _OPTIONS if option.secondary_opts}


def in_options(text: str) -> str:
    """A sentence of the package with its options as they are written on the command line; quoted text stays.

    Examples
    --------
    >>> in_options("since='a=b' needs df= as a whole number")
    "--since 'a=b' needs --df as a whole number"
    >>> in_options("make it so with read_table(..., missing=['5%', -99]), or say day_first=False")
    "make it so with --missing '5%' --missing -99, or say --month-first"
    >>> in_options("say which one with sheet_name=, or a curve such as shape='quadratic' or ns(day, df=4)")
    "say which one with --read sheet_name=, or a curve such as --shape 'quadratic' or ns(day, df=4)"
    """
    text = _CALL.sub(lambda call: re.sub(r", (?=\w+=)", " ", call[1]), _PYTHON_ALONE.sub("", text))
    return _FOUND.sub(lambda found: _typed(**found.groupdict()) if found["name"] else found[0], text)


def _typed(name: str, value: str | None, after: str | None) -> str:
    """An option and its value as they are typed."""
    given = _read(value)
    if name not in KEYS:
        words = {"True": "yes", "False": "no"}
        return f"--{'read' if name in READERS else 'set'} {name}={words.get(value or '', value or '')}"
    key = "intervals" if name == "method" and given in _OF_INTERVALS else KEYS[name]
    if name == "arms" and isinstance(given, (list, dict)):
        shares = ",".join(f"{arm}={share}" for arm, share in given.items()) if isinstance(given, dict) else ""
        return f'--{key} "{shares}"' if shares else f"--{key} {','.join(map(str, given))}"
    if isinstance(given, bool):
        return f"--{key}" if given else _OPPOSITES.get(key, f"--{key} no")
    if isinstance(given, list) and given not in ([], [...]):
        return " ".join(f"--{key} {_whole(item)!r}" for item in given)
    if isinstance(given, dict):
        return " ".join(f'--{key} "{name}={_times(item)}"' for name, item in given.items())
    return f"--{key} {value}" if value and not isinstance(given, list) else f"--{key}{_gap(after)}"


def _read(value: str | None) -> object:
    """The value of a piece of Python; the text itself where it is none."""
    try:
        return None if value is None else ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value


def _times(item: object) -> str:
    """What a name stands for: columns with their times, or a text."""
    if item is ...:
        return "..."
    return ",".join(f"{column}:{time}" for column, time in item.items()) if isinstance(item, dict) else str(item)


def _whole(item: object) -> object:
    """One of several values: a text that holds a comma stands in backticks."""
    return f"`{item}`" if isinstance(item, str) and "," in item else item


def _gap(after: str | None) -> str:
    return " " if after and (after.isalnum() or after in "'\"[({-") else ""
