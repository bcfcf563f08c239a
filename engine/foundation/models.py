"""The trained models, and the one door to onnxruntime. Each is NAME.onnx with its card NAME.toml beside it."""

from __future__ import annotations

import contextlib
import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import tomlkit
from numpy.typing import NDArray

from engine.errors import BadFile
from engine.foundation import assets
from engine.foundation.whole_file import whole_file

if TYPE_CHECKING:
    import onnxruntime

Shape = tuple[int | None, ...]
"""Of an input or output; None is any number."""
_SUFFIX: Final = ".onnx"  # of the model; its card has .toml instead


def located(model: str | Path, folder: Path = assets.MODELS) -> tuple[str, Path]:
    """The name of a model, and the folder where it lies.

    `model` is a path (`maps/mine`, `mine.onnx`), or a name: of one that lies here, else of one in `folder`.
    """
    path = Path(model)
    name = path.name.removesuffix(_SUFFIX)
    said = str(model) != name
    return (name, path.parent) if said or Path(f"{name}{_SUFFIX}").exists() else (name, folder)


def with_sha256(digest: str, folders: Iterable[Path]) -> tuple[str, Path] | None:
    """The model whose card names this sha256, as `located` gives it; None where there is none in these folders."""
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            with contextlib.suppress(OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
                if tomllib.loads(path.read_text(encoding="utf-8")).get("sha256") == digest:
                    return path.stem, folder
    return None


def card(name: str, folder: Path = assets.MODELS) -> dict[str, Any]:
    """What is known about a model: figures, data, licence. BadFile where there is none, or it is another's."""
    path = folder / f"{name}.toml"
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        found = hashlib.sha256((folder / f"{name}{_SUFFIX}").read_bytes()).hexdigest()
    except OSError as why:
        raise BadFile(f"model={why.filename}: {why.strerror} (is the installation whole?)") from why
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise BadFile(f"model={path} is not TOML: {why}") from why
    if read.get("sha256") != found:
        raise BadFile(f"model={name}.onnx is not the one that {path} describes (install it again)")
    return read


def write_card(model: Path, known: Mapping[str, Any]) -> None:
    """The card of the model that lies at `model`, an .onnx: what is `known` about it, and the sum that binds the two.

    A card says at least what it learned from, its licence, and honest figures of what it had not heard. OSError where
    it cannot be written.
    """
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    with whole_file(model.with_suffix(".toml")) as part:
        part.write_text(tomlkit.dumps(_tables_last({"name": model.stem, **known, "sha256": digest})), encoding="utf-8")


def _tables_last(table: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as TOML must have it: what stands behind a table would be in it."""
    plain = {name: value for name, value in table.items() if not isinstance(value, Mapping)}
    return plain | {name: _tables_last(value) for name, value in table.items() if isinstance(value, Mapping)}


def session(name: str, folder: Path = assets.MODELS) -> onnxruntime.InferenceSession:
    """A model, ready to run on one thread of this processor; BadFile if it is damaged or not as its card says."""
    import onnxruntime  # here: whoever only looks at a card need not wait for it

    card(name, folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors: what it would warn of, its card has settled
    path = folder / f"{name}{_SUFFIX}"
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as why:  # onnxruntime's errors have no common base
        raise BadFile(f"model={path} cannot be read: {str(why).splitlines()[0]}") from why


def expect(
    model: onnxruntime.InferenceSession, where: str, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]
) -> None:
    """BadFile, naming the file `where`, unless the first inputs and outputs are float32 of these names and shapes."""
    for kind, wanted, found in (("input", inputs, model.get_inputs()), ("output", outputs, model.get_outputs())):
        for (name, shape), given in zip(wanted.items(), found, strict=False):
            fits = given.name == name and given.type == "tensor(float)" and _agree(given.shape, shape)
            if not fits:
                has = f"{given.name} {_shown(given.shape)} of type {given.type}"
                raise BadFile(
                    f"model={where} has the {kind} {has}, it must be {name} {_shown(shape)} of tensor(float)"
                    " (export it again)"
                )
        if len(found) < len(wanted):
            missing = list(wanted)[len(found)]
            raise BadFile(f"model={where} has no {kind} {missing} {_shown(wanted[missing])} (export it again)")


def _agree(given: Sequence[Any], wanted: Shape) -> bool:
    """Whether every size is the one that is wanted, or left open; where any is wanted, it must be left open."""
    if len(given) != len(wanted):
        return False
    return all(
        (not isinstance(g, int)) if w is None else (not isinstance(g, int) or g == w)
        for g, w in zip(given, wanted, strict=True)
    )


def _shown(shape: Sequence[Any]) -> str:
    return "[" + ",".join("n" if size is None else str(size) for size in shape) + "]"


@cache
def weights(name: str, folder: Path = assets.MODELS) -> Mapping[str, NDArray[np.float32]]:
    """The weights of a small model by name, for a kernel of our own to run; read once, whoever asks again.

    Such a model names its weights among its outputs: whoever runs it sees them, and so do we, once, at the start.
    """
    model = session(name, folder)
    inputs = {
        given.name: np.zeros([max(d, 1) if isinstance(d, int) else 1 for d in given.shape], np.float32)
        for given in model.get_inputs()
    }
    names = [out.name for out in model.get_outputs()]
    arrays = model.run(names, inputs)
    return MappingProxyType({key: np.asarray(value) for key, value in zip(names, arrays, strict=True)})
