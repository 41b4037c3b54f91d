import pytest

from soundweave.website.frame import base_url

PAGES = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "Some-One/soundweave"}


@pytest.mark.parametrize(
    ("requested", "configured", "environ", "expected"),
    [
        (None, "", {}, None),
        (None, "", PAGES, "https://some-one.github.io/soundweave/"),
        (None, "", PAGES | {"GITHUB_REPOSITORY": "Me/ME.github.io"}, "https://me.github.io/"),
        (None, "", PAGES | {"GITHUB_REPOSITORY": ""}, None),
        (None, "", PAGES | {"GITHUB_ACTIONS": ""}, None),
        (None, "https://sounds.example", PAGES, "https://sounds.example/"),
        ("https://other.example/a/", "https://sounds.example", PAGES, "https://other.example/a/"),
    ],
)
def test_the_address_of_the_site(requested, configured, environ, expected):
    assert base_url.find(requested, configured, environ) == expected
