"""The trained models, and the one door to onnxruntime. Each is NAME.onnx with its card NAME.toml beside it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from engine import assets
from engine.errors import BadFile


def card(name: str, folder: Path = assets.MODELS) -> dict[str, Any]:
    """What is known about a model: figures, data, licence. BadFile where there is none, or it is another's."""
    path = folder / f"{name}.toml"
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        found = hashlib.sha256((folder / f"{name}.onnx").read_bytes()).hexdigest()
    except OSError as why:
        raise BadFile(f"model={why.filename}: {why.strerror} (is the installation whole?)") from why
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise BadFile(f"model={path} is not TOML: {why}") from why
    if read.get("sha256") != found:
        raise BadFile(f"model={name}.onnx is not the one that {path} describes (install it again)")
    return read


def session(name: str, folder: Path = assets.MODELS) -> onnxruntime.InferenceSession:
    """A model, ready to run on one thread of this processor; BadFile if it is damaged or not as its card says."""
    card(name, folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = folder / f"{name}.onnx"
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as why:  # onnxruntime's errors have no common base
        raise BadFile(f"model={path} cannot be read: {str(why).splitlines()[0]}") from why


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
