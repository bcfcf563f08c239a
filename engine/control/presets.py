"""The user's own presets: what was overridden in a scene, kept by name in one file beside the show.

    [ink.evening]
    flow = 0.8
    tint = [1.0, 0.2, 0.1, 1.0]

Presets that come with a scene are in its own file, and are asked for as scenes: `ink:monsoon`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import tomlkit

from engine.control.bad_order import BadOrder
from engine.control.scene_input import SceneInput, Value, read_value
from engine.foundation.whole_file import whole_file

_STORE, _RECALL = "/monochord/preset/store", "/monochord/preset/recall"
_BEFORE: Final = "before"  # the key under which a preset keeps what had its name
_LARGEST_FILE: Final = 1 << 18  # bytes: what is larger is another file
_MOST: Final = 256  # presets of one scene


class PresetFile:
    """One file of presets. It is read whenever it is asked, so that an edit counts at once, and made when needed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self, scene: str) -> list[str]:
        """What is kept of this scene; BadOrder if the file cannot be read."""
        return [
            name for name, one in self._kept(self._document(_RECALL), scene, _RECALL).items() if isinstance(one, dict)
        ]

    def store(self, scene: str, name: str, values: Mapping[str, Value]) -> None:
        """Keep these values. All else in the file stays as it is; what had the name stays under it as `before`.

        BadOrder, in one line, where nothing is overridden, or the file cannot be read or written.
        """
        if not values:
            raise BadOrder(_STORE, f"nothing is overridden in {scene}: there is nothing to keep")
        document = self._document(_STORE)
        kept = self._kept(document, scene, _STORE)
        if name not in kept and len(kept) >= _MOST:
            raise BadOrder(_STORE, f"{self.path} keeps {_MOST} presets of {scene} already (remove one)")
        table: Any = tomlkit.table()
        for key, value in values.items():
            table[key] = list(value) if isinstance(value, tuple) else value
        former = kept.get(name)
        if isinstance(former, dict):
            former.pop(_BEFORE, None)
            table[_BEFORE] = former
        if scene not in document:
            document[scene] = tomlkit.table(is_super_table=True)
        elif isinstance(document[scene], tomlkit.items.InlineTable):  # on its one line there is no room for a table
            document[scene] = tomlkit.item(kept.unwrap())
        document[scene][name] = table
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self.path) as part:
                part.write_text(tomlkit.dumps(document), encoding="utf-8")
        except OSError as why:
            raise BadOrder(_STORE, f"{self.path} cannot be written: {why.strerror}") from None

    def recall(self, scene: str, name: str, inputs: Mapping[str, SceneInput]) -> dict[str, Value]:
        """The values that were kept and that the scene's inputs still take; BadOrder if there are none."""
        kept = self._kept(self._document(_RECALL), scene, _RECALL)
        found = kept.get(name)
        if not isinstance(found, dict):
            raise BadOrder(_RECALL, f"{scene} has no preset {name} in {self.path.name}", name, kept)
        values = {key: value for key, one in found.items() if (value := _fitting(inputs.get(key), one)) is not None}
        if not values:
            raise BadOrder(_RECALL, f"nothing of {name} fits the inputs that {scene} has now")
        return values

    def _document(self, address: str) -> Any:
        """The file; BadOrder, as of the order at this address, if it cannot be read."""
        try:
            if not self.path.exists():
                return tomlkit.document()
            if self.path.stat().st_size > _LARGEST_FILE:
                raise BadOrder(address, f"{self.path} is larger than {_LARGEST_FILE >> 10} KiB")
            return tomlkit.parse(self.path.read_text(encoding="utf-8"))
        except OSError as why:
            raise BadOrder(address, f"{self.path} cannot be read: {why.strerror}") from None
        except (tomlkit.exceptions.TOMLKitError, UnicodeDecodeError, RecursionError) as why:
            raise BadOrder(address, f"{self.path} is not TOML: {why}") from None

    def _kept(self, document: Any, scene: str, address: str) -> Any:
        """The scene's presets, by their names; BadOrder, as of the order at this address, if they are none."""
        kept = document.get(scene, {})
        if not isinstance(kept, dict):
            raise BadOrder(address, f"{self.path}: {scene} must be a table of presets: [{scene}.NAME]")
        return kept


def _fitting(item: SceneInput | None, kept: Any) -> Value | None:
    """A kept value as the type of its input; None where it is none."""
    value = kept.unwrap() if hasattr(kept, "unwrap") else kept
    if item is None or item.type == "event":
        return None
    numbers = value if isinstance(value, list) else [value]
    if not all(isinstance(one, int | float) and abs(one) < 1e9 for one in numbers):
        return None
    if item.type in ("point2D", "color"):
        size = 2 if item.type == "point2D" else 4
        return read_value(value) if isinstance(value, list) and len(value) == size else None
    if isinstance(value, list) or isinstance(value, bool) != (item.type == "bool"):
        return None
    if item.type == "long":
        return value if isinstance(value, int) and (not item.values or value in item.values) else None
    return float(value) if item.type == "float" else bool(value)
