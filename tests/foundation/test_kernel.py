"""Where kernels find their numbers and where they leave them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.foundation.kernel import aligned, place


@pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 4)])
def test_an_aligned_copy_says_the_same_and_begins_with_a_line_of_the_cache(shape: tuple[int, ...]) -> None:
    numbers = np.random.default_rng(0).random(shape).T
    copy = aligned(numbers)
    np.testing.assert_array_equal(copy, numbers)
    assert copy.ctypes.data % 64 == 0
    assert copy.flags.c_contiguous
    assert not np.shares_memory(copy, numbers)


def test_what_a_machine_says_stands_in_the_row_it_was_given() -> None:
    row = np.full(5, 9.0)
    place(np.array([1.0, 2.0]), row[1:3])[1] = 7.0
    np.testing.assert_array_equal(row, [9, 1, 7, 9, 9])
    own = place(np.ones(2), None)
    np.testing.assert_array_equal(own, [1, 1])


def test_a_part_of_another_size_is_named() -> None:
    with pytest.raises(ValueError, match=r"into\.shape=\(3,\) must be \(2,\)"):
        place(np.zeros(2), np.zeros(3))
