import os

import pytest


def test_shows():
    assert os.environ["HARNESS_URL"]


@pytest.mark.parametrize("name", ["a", "b::c"])
def test_named(name):
    assert name == "a"


class TestHook:
    def test_takes(self):
        pass

    def test_skips(self):
        pytest.skip("not today")
