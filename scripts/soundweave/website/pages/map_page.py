"""The page of the map: a still picture of it, and what the script makes of that where it can."""

from collections.abc import Sequence

from soundweave.freesound import licenses
from soundweave.website.data.catalog import Catalogue
from soundweave.website.drawings import map_png
from soundweave.website.frame.addresses import Place
from soundweave.website.frame.shell import Head, Shell

PATH = "map.html"
WORDS = ("map.", "panel.", "sound.")  # prefixes of the words that the script uses


def write(shell: Shell, catalogue: Catalogue, media: Sequence[str]) -> None:
    """Write the page in every language; `media` are the origins that previews come from."""
    drawing = map_png.drawing(catalogue)
    sounds = int((catalogue.community >= 0).sum())
    for lang, words in shell.languages.items():
        head = Head(
            title=f"{words('map.title')} – {shell.title}",
            description=words("map.description", sounds=sounds),
            section="map",
            scripts=["map"],
            words=WORDS,
            media=media,
        )
        shell.page(
            "map.html",
            Place(lang, PATH),
            head,
            drawing=drawing,
            sounds=sounds,
            communities=len(catalogue.communities),
            families=licenses.FAMILIES,
        )
