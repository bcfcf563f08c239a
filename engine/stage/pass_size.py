"""The size of an ISF pass: arithmetic over $WIDTH, $HEIGHT and $input, read without ever running it as code."""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 200  # characters that an expression may have,
_DEEPEST: Final = 32  # and levels that it may be nested: no file can cost time or stack
_TEXT: Final = re.compile(r"[0-9A-Za-z_$.,+\-*/%^() \t]*")
_VARIABLE: Final = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_MARK: Final = "input_"
"""Put before the name of a variable, which may be a word of Python's, as `$from`."""

_Operation = Callable[[float, float], float]
_OPERATIONS: Final[Mapping[type[ast.operator], _Operation]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: math.fmod,
    ast.Pow: math.pow,
}
_FUNCTIONS: Final[Mapping[str, tuple[Callable[..., float], int, int]]] = {
    "floor": (math.floor, 1, 1),
    "ceil": (math.ceil, 1, 1),
    "round": (round, 1, 1),
    "abs": (abs, 1, 1),
    "sqrt": (math.sqrt, 1, 1),
    "min": (min, 2, 8),
    "max": (max, 2, 8),
    "pow": (math.pow, 2, 2),
}


@dataclass(frozen=True, slots=True)
class PassSize:
    """One side of a pass. `names` are the variables it reads, without their $."""

    text: str
    names: frozenset[str]
    tree: ast.expr

    def pixels(self, variables: Mapping[str, float], largest: int) -> int:
        """The side in pixels, 1 to `largest`; 1 where the arithmetic has no answer, as a division by zero."""
        try:
            value = _value(self.tree, variables)
            return int(min(max(value, 1.0), float(largest))) if not math.isnan(value) else 1
        except (ArithmeticError, ValueError):
            return 1


def read_size(text: str) -> PassSize:
    """The expression in `text`; ValueError, with a reason in a few words, if it is not one."""
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters")
    if not _TEXT.fullmatch(text):
        raise ValueError("may hold numbers, $WIDTH, $HEIGHT, $input, + - * / % ^, and " + ", ".join(_FUNCTIONS))
    if "**" in text:
        raise ValueError("is not arithmetic over $WIDTH, $HEIGHT and $input (a power is 2^3)")
    text = text.replace("^", "**")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on `1if 2else 3` is not for the reader of a shader
            tree = ast.parse(_VARIABLE.sub(rf"({_MARK}\1)", text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError("is not arithmetic") from None
    names: set[str] = set()
    _check(tree, names, _DEEPEST)
    return PassSize(text, frozenset(names), tree)


def _check(node: ast.expr, names: set[str], depth: int) -> None:
    """Let pass what the language has, and collect the variables; ValueError for anything else."""
    if depth == 0:
        raise ValueError(f"is nested deeper than {_DEEPEST} levels")
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            if not abs(value) < 1e9:
                raise ValueError(f"holds the number {value:g}, which no picture has")
        case ast.Name(id=name) if name.startswith(_MARK):
            names.add(name.removeprefix(_MARK))
        case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=operand):
            _check(operand, names, depth - 1)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATIONS:
            _check(left, names, depth - 1)
            _check(right, names, depth - 1)
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]) if function in _FUNCTIONS:
            _, fewest, most = _FUNCTIONS[function]
            if not fewest <= len(arguments) <= most:
                raise ValueError(f"gives {function}() {len(arguments)} numbers")
            for argument in arguments:
                _check(argument, names, depth - 1)
        case _:
            raise ValueError('is not arithmetic over $WIDTH, $HEIGHT and $input: "floor($WIDTH / 2)"')


def _value(node: ast.expr, variables: Mapping[str, float]) -> float:
    """What a checked expression comes to."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Name(id=name):
            return float(variables.get(name.removeprefix(_MARK), 0.0))
        case ast.UnaryOp(op=sign, operand=operand):
            value = _value(operand, variables)
            return -value if isinstance(sign, ast.USub) else value
        case ast.BinOp(left=left, op=operation, right=right):
            return float(_OPERATIONS[type(operation)](_value(left, variables), _value(right, variables)))
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return float(_FUNCTIONS[function][0](*(_value(argument, variables) for argument in arguments)))
    raise AssertionError(f"an unchecked expression: {ast.dump(node)}")
