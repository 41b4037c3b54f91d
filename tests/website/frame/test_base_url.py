import pytest

from soundweave.website.frame import base_url

PAGES = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "Some-One/soundweave"}

ADDRESS = "https://some-one.github.io/soundweave/"
ENTERPRISE = {"GITHUB_SERVER_URL": "https://git.x.org"}
ENTERPRISE_URL = "https://pages.x.org/a/b/"


@pytest.mark.parametrize(
    ("requested", "configured", "environ", "expected"),
    [
        (None, "", {}, None),
        (None, "", PAGES, "https://some-one.github.io/soundweave/"),
        (None, "", PAGES | {"GITHUB_REPOSITORY": "Me/ME.github.io"}, "https://me.github.io/"),
        (None, "", PAGES | {"GITHUB_REPOSITORY": ""}, None),
        (None, "", PAGES | {"GITHUB_ACTIONS": ""}, None),
        (None, "", PAGES | {"PAGES_URL": "https://my.org/x"}, "https://my.org/x/"),
        (None, "", PAGES | {"PAGES_URL": "", "GITHUB_SERVER_URL": "https://github.com"}, ADDRESS),
        (None, "", PAGES | ENTERPRISE, None),
        (None, "", PAGES | ENTERPRISE | {"PAGES_URL": "https://pages.x.org/a/b"}, ENTERPRISE_URL),
        (None, "https://a.org", PAGES | {"PAGES_URL": "https://my.org/x"}, "https://a.org/"),
        (None, "https://sounds.example", PAGES, "https://sounds.example/"),
        ("https://other.example/a/", "https://sounds.example", PAGES, "https://other.example/a/"),
    ],
)
def test_the_address_of_the_site(requested, configured, environ, expected):
    assert base_url.find(requested, configured, environ) == expected
