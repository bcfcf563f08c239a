"""The stage: ISF shaders, scenes, the renderer, and the child process that owns the graphics driver."""
