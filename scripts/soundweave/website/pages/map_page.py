"""The map page: a still picture, which the script replaces with the interactive map."""

from soundweave.freesound import licenses
from soundweave.website.data.groups import Snapshot
from soundweave.website.drawings import map_png
from soundweave.website.frame.addresses import Place
from soundweave.website.frame.shell import Head, Shell

PATH = "map.html"
WORDS = ("map.", "panel.", "sound.", "updated.")  # prefixes of the words that the script uses


def write(shell: Shell, snapshot: Snapshot) -> None:
    """Write the page in every language."""
    catalog = snapshot.catalog
    drawing = map_png.drawing(catalog)
    for lang, words in shell.languages.items():
        head = Head(
            title=f"{words('map.title')} – {shell.title}",
            description=words("map.description", sounds=catalog.on_map),
            section="map",
            scripts=["map"],
            words=WORDS,
            preview_origins=snapshot.preview_origins,
        )
        shell.page(
            "map.html",
            Place(lang, PATH),
            head,
            drawing=drawing,
            sounds=catalog.on_map,
            communities=len(catalog.communities),
            families=licenses.FAMILIES,
        )
