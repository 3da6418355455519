"""The check of a request's nested parts."""

from __future__ import annotations

import pytest

from hanzo_iac.localcloud.digitalocean.errors import ApiError
from hanzo_iac.localcloud.digitalocean.shapes import fit

SHAPE = {"name!": str, "size": int, "rate": float, "on": bool, "kind": ("a", "b"), "parts": [{"id!": int}], "any": dict}


def test_null_unknown_and_empty_choices_are_dropped():
    given = {"name": "n", "size": None, "kind": "", "what": 1, "parts": [{"id": 1, "other": 2}], "any": {"x": None}}

    assert fit(given, SHAPE) == {"name": "n", "parts": [{"id": 1}], "any": {"x": None}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": None}, "name is required"),
        ({"name": 1}, "name must be a string"),
        ({"size": 1.5}, "size must be a whole number"),
        ({"size": True}, "size must be a whole number"),
        ({"rate": "fast"}, "rate must be a number"),
        ({"on": 1}, "on must be true or false"),
        ({"kind": "c"}, "kind must be one of a, b"),
        ({"kind": ["a"]}, "kind must be one of a, b"),
        ({"parts": {}}, "parts must be a list"),
        ({"parts": [1]}, "each of parts must be an object"),
        ({"parts": [{}]}, "id is required"),
        ({"any": []}, "any must be an object"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    with pytest.raises(ApiError) as caught:
        fit({"name": "n"} | change, SHAPE)

    assert (caught.value.status, caught.value.message) == (422, message)
