"""Views: the same scene on a flat wall, for two eyes, or all around. What each is, shaders/include/camera.glsl says.

A scene offers a camera by including that file; the engine only tells it which view is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.errors import BadScene, BadSetting, nearest
from engine.stage.isf_inputs import Value
from engine.stage.place import place
from engine.stage.scene import Scene

FLAT: Final = "flat"
"""The view that every scene has."""
VIEWS: Final = (FLAT, "stereo", "stereo-tb", "equirect", "equirect-stereo")
"""Every view; its place in the list is its number to a shader."""
UNIFORMS: Final = ("isf_view", "isf_eyes")
"""What camera.glsl is told by."""

EYES: Final = 0.064
"""Metres from eye to eye."""
_FLAT: Final[Mapping[str, Value]] = MappingProxyType({"isf_view": 0, "isf_eyes": 0.0})


def check_view(value: object, where: str = "view") -> str:
    """The view of that name; BadSetting if it is none."""
    if value not in VIEWS:
        raise BadSetting(f"{where}={value} is none ({nearest(str(value), VIEWS)})")
    return str(value)


def told(scene: Scene, view: str) -> Mapping[str, Value]:
    """What a scene's camera is told. BadScene for a scene without one that is asked for more than a flat picture."""
    if view == FLAT:
        return _FLAT
    if not scene.shader.has_camera:
        raise BadScene(
            f"{place(scene.path)}: has no camera, so there is no view={view} of it "
            '(#include "camera.glsl" in its shader, or take --view flat)'
        )
    return MappingProxyType({"isf_view": VIEWS.index(view), "isf_eyes": EYES if "stereo" in view else 0.0})
