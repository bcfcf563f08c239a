"""The learned ear: where a sound lies among all that were heard before.

`mel` makes the pictures of sound that VGGish looks at, `vggish` describes one by 128 numbers, `space` finds its place
on a fitted map, and `ear.Ear` does all three beside the show, in a lane of its own: what the loop holds.
"""
