import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.freesound import licenses
from soundweave.freesound.licenses import License

CC = "creativecommons.org"
KNOWN = [
    (f"http://{CC}/publicdomain/zero/1.0/", "CC0 1.0", "zero"),
    (f"https://{CC}/licenses/by/4.0/", "CC BY 4.0", "by"),
    (f"https://{CC}/licenses/by-nc/4.0/", "CC BY-NC 4.0", "by-nc"),
    (f"http://{CC}/licenses/by/3.0/", "CC BY 3.0", "by"),
    (f"http://{CC}/licenses/by-nc/3.0/", "CC BY-NC 3.0", "by-nc"),
    (f"http://{CC}/licenses/sampling+/1.0/", "Sampling+ 1.0", "sampling"),
]


@pytest.mark.parametrize(("url", "name", "family"), KNOWN)
@pytest.mark.parametrize("scheme", ["http://", "https://"])
@pytest.mark.parametrize("end", ["", "/"])
def test_a_known_license_has_its_version_and_its_deed(url, name, family, scheme, end):
    path = url.split("://")[1].rstrip("/")
    assert licenses.find(scheme + path + end) == License(name, family, f"https://{path}/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "CC0",
        "javascript:alert(1)",
        f"ftp://{CC}/licenses/by/4.0/",
        f"https://{CC}/licenses/by/9.9/",
        f"https://{CC}/licenses/by-nc-nd/4.0/",
        f"https://{CC}.example.org/licenses/by/4.0/",
        f"https://{CC}/licenses/by/4.0/?x=https://example.org",
        f"https://example.org/https://{CC}/licenses/by/4.0/",
    ],
)
def test_an_unknown_license_keeps_its_text_and_has_no_link(url):
    assert licenses.find(url) == License(url, "other", None)


@given(st.text())
def test_a_deed_always_comes_from_the_table(url):
    deeds = {f"https://{url.split('://')[1]}" for url, _, _ in KNOWN}
    assert licenses.find(url).deed in {None, *deeds}


def test_every_family_has_a_name():
    assert {family for _, _, family in KNOWN} | {"other"} == set(licenses.FAMILIES)
