"""A wall over a line that loses packets and is late: two namespaces, two whole shows, and the same picture on both."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from .bad_line import ENDS, bad_line, other_clock, within

pytestmark = [pytest.mark.gl, pytest.mark.slow]
ENDS_SCRIPT = str(Path(__file__).with_name("ends.py"))
DELAY_MS = 60.0
AHEAD = 5000.0
"""Seconds by which the follower's clock is ahead, where that can be had."""


def test_over_a_line_that_loses_and_is_late_both_draw_the_same_hop_at_the_same_time() -> None:
    clock = other_clock(AHEAD)
    with bad_line(loss=0.05, delay=0.020, jitter=0.004) as (line, (here, there)):
        follow = subprocess.Popen(
            within(there, *clock, sys.executable, ENDS_SCRIPT, "follow", ENDS[0]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert follow.stdout is not None
            assert follow.stdout.readline() == "ready\n"
            led = subprocess.run(
                within(here, sys.executable, ENDS_SCRIPT, "lead", ENDS[1], "9", str(DELAY_MS)),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                timeout=150,
            )
            time.sleep(1.5)
            followed, _ = follow.communicate(timeout=30)
        finally:
            follow.kill()
            follow.wait()
    leader, follower = json.loads(led.stdout), json.loads(followed)
    assert line.lost > 0.03 * line.carried
    assert f"followers={ENDS[1]} follows" in leader["said"]
    assert any("is heard: following it" in said for said in follower["said"])
    assert any("nothing comes from" in said for said in follower["said"])  # when the show was over
    # One datagram in twenty is lost; what the next brings again is not.
    assert follower["hops"] > 0.85 * leader["hops"]
    assert follower["lost"] < 0.02 * leader["hops"]
    assert follower["broken"] == 0
    assert follower["scene"] == leader["scene"] == "ink"
    ahead = AHEAD if clock else 0.0
    assert abs(follower["offset"] + ahead) < 0.010
    figures = apart(leader, follower, ahead)
    print(figures)
    assert abs(figures["hops apart, median"]) < 3.2  # a picture of a sixtieth is 3.1 hops
    assert figures["TIME apart, median, s"] < 0.05


def apart(leader: dict, follower: dict, ahead: float) -> dict[str, float]:
    """How far the two were from each other while both had the leader's music: hops on the wall, and TIME."""
    ours, theirs = np.array(leader["shown"], float), np.array(follower["shown"], float)
    theirs[:, 1] -= ahead * 1e9
    ours = ours[ours[:, 0] > 400]
    theirs = theirs[(theirs[:, 0] > 400) & (theirs[:, 1] < ours[-1, 1]) & (theirs[:, 1] > ours[0, 1])]
    hops = theirs[:, 0] - np.interp(theirs[:, 1], ours[:, 1], ours[:, 0])
    same: list[float] = []
    their_poses = [pose for pose in follower["poses"] if pose[2]]
    for scene, at, clocks in leader["poses"]:
        near = min(their_poses, key=lambda pose: abs(pose[1] - ahead - at), default=None)
        if clocks and clocks[0] > 2.0 and near is not None and near[0] == scene and abs(near[1] - ahead - at) < 0.5:
            same.append(abs(near[2][0] - clocks[0] - (near[1] - ahead - at)))
    return {
        "hops apart, median": float(np.median(hops)),
        "hops apart, 95 %": float(np.percentile(np.abs(hops), 95)),
        "TIME apart, median, s": float(np.median(same)),
        "TIME apart, most, s": float(np.max(same)),
    }
