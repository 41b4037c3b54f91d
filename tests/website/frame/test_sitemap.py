from xml.etree import ElementTree as ET

import pytest

from soundweave.website.frame import sitemap
from soundweave.website.frame.assets import Assets
from soundweave.website.frame.shell import Shell
from tests.support.front_site import FrontSite
from tests.support.memory_tree import MemoryTree

BASE = "https://example.org/a/"
NS = {"s": sitemap.NAMESPACE}


def write_sitemap(addresses, base=BASE):
    tree = MemoryTree()
    shell = Shell(tree, Assets({}, []), {}, title="", base_url=base)
    shell.addresses += addresses
    sitemap.write(shell)
    return tree.files


def locations(text, item):
    root = ET.fromstring(text)
    assert root.tag == f"{{{sitemap.NAMESPACE}}}{'urlset' if item == 'url' else 'sitemapindex'}"
    return [element.text for element in root.findall(f"s:{item}/s:loc", NS)]


def test_all_pages_but_the_one_for_a_wrong_address_are_listed(tmp_path):
    site = FrontSite(tmp_path)
    (site.locales / "es.json").write_text("{}")
    site.library({})
    site.make(BASE)
    addresses = locations((site.public / "sitemap.xml").read_text(), "url")
    pages = ["", "data.html", "es/", "es/data.html", "es/notices.html", "notices.html"]
    assert addresses == [BASE + page for page in pages]
    robots = (site.public / "robots.txt").read_text()
    assert robots == f"User-agent: *\nDisallow:\nSitemap: {BASE}sitemap.xml\n"


def test_without_a_base_url_there_is_none():
    assert write_sitemap(["", "a.html"], None) == {}


@pytest.mark.parametrize(("pages", "files"), [(0, 0), (40_000, 0), (40_001, 2), (80_001, 3)])
def test_many_pages_are_split(pages, files):
    addresses = [f"p/{number:06}.html" for number in range(pages)]
    written = write_sitemap(addresses[::-1])
    assert len(written) == 2 + files
    if files:
        parts = locations(written["sitemap.xml"], "sitemap")
        assert parts == [f"{BASE}sitemap-{number}.xml" for number in range(1, files + 1)]
        listed = [loc for part in parts for loc in locations(written[part[len(BASE) :]], "url")]
    else:
        listed = locations(written["sitemap.xml"], "url")
    assert listed == [BASE + address for address in addresses]


def test_an_address_is_escaped():
    assert locations(write_sitemap(["a&b<c>.html"])["sitemap.xml"], "url") == [f"{BASE}a&b<c>.html"]
