"""The fast senses: what is known about the sound within one hop.

`fast.FastSenses` runs them all and is what the loop holds; every other module is one sense, which can be read,
tested and replaced alone. All of them are causal, count time in samples, and allocate nothing while they run.
"""
