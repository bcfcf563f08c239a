"""The learned ear: where a sound lies among all that were heard before.

`mel` makes the pictures of sound that VGGish looks at, `vggish` describes one by 128 numbers, `space` finds its place
on a fitted map, and `ear.Ear` does all three beside the show, in a lane of its own (`slow_lane`): what the loop holds.
`density` is the map's picture for those who only look.

`mood.Mood` is the other such sense (`slow_sense`): `mood_tally` sums up what is heard, `mood_features` and
`mood_window` say what a window of it is like, `mood_judge` which mood that is, `whole_mood` that of a whole recording.

A map is made by `atlas`, offline: `neighbours` and `affinity` say who is near whom, `anchors` chooses the sounds that
stand for all, `map_learning` teaches the `projection` with its `landmarks` (`divergence` is the plain form of what it
learns by), `faithfulness` judges it, and `map_export` writes it as ONNX.
"""
