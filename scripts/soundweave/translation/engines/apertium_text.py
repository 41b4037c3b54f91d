"""Converts plain text to Apertium's stream format and back, and counts unknown words."""

import re

from soundweave.translation.engines.apertium_pipeline import END, NUL

SPECIAL = re.compile(r"[\\\[\]{}^$/@<>]")
LAYOUT = re.compile(r"[ \t\r\n\f\v]{2,}|[\t\r\n\f\v]")  # kept as it is, between brackets
PRIVATE = range(0xE000, 0xF8FF)
# Marks of unknown words: @ not in the bilingual dictionary, * not analyzed, # not generated.
STREAM = re.compile(
    r" *\[(?P<layout>(?:\\.|[^\]\\])*)\] *|(?P<mark>\\?@|[*#])|\\(?P<special>.)|(?P<spaces> +)",
    re.DOTALL,
)


class Crossing:
    """A text on its way through one mode."""

    def __init__(self, text: str):
        self.text = text
        self.body = text.strip()
        # Stars and hashes are sent as meaningless characters, to distinguish them from marks.
        unused = (chr(code) for code in PRIVATE if chr(code) not in text)
        # After a comma, no word is capitalized as the start of a sentence.
        self.lead = ", " if _first_letter(text).islower() else ""
        self.stand_ins = {ord(sign): next(unused) for sign in "*#"}

    def frame(self) -> bytes | None:
        """The text as a frame of the stream, or None if the stream cannot hold it."""
        body = self.lead + self.body.translate(self.stand_ins)
        pieces = [SPECIAL.sub(r"\\\g<0>", piece) for piece in LAYOUT.split(body)]
        gaps = [f"[{run}]" for run in LAYOUT.findall(body)] + [""]
        stream = "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=True))
        try:
            # The full stop tells the tagger that a sentence ends; `read` removes it.
            frame = stream.encode() + b"." + END
        except UnicodeEncodeError:  # half a surrogate pair
            return None
        return None if NUL in frame else frame

    def read(self, answer: bytes) -> tuple[str, int] | None:
        """The translation and how many words were marked; None if it is not usable."""
        stream = answer.decode(errors="replace").removesuffix(END.decode()).removesuffix(".")
        marks = 0

        def plain(match: re.Match[str]) -> str:
            nonlocal marks
            if match["mark"]:
                if match["mark"][-1] == "@" and "@" in self.body:
                    return "@"  # a mark looks the same
                marks += 1
                return ""
            if match["spaces"]:
                return " "
            return match["special"] or match["layout"]

        text = STREAM.sub(plain, stream).strip().removeprefix(self.lead.strip()).lstrip()
        text = text.translate({ord(private): sign for sign, private in self.stand_ins.items()})
        if not text or text.count("\n") != self.body.count("\n"):
            return None
        return self._around(_capital_as(self.body, text)), marks

    def _around(self, text: str) -> str:
        before = self.text[: len(self.text) - len(self.text.lstrip())]
        after = self.text[len(self.text.rstrip()) :]
        return before + text + after


def _capital_as(source: str, text: str) -> str:
    """Start with a capital if the source does; rules that move words forget it."""
    number, letter = next(((n, c) for n, c in enumerate(text) if c.isalpha()), (0, ""))
    if _first_letter(source).isupper() and letter.islower():
        return text[:number] + letter.upper() + text[number + 1 :]
    return text


def _first_letter(text: str) -> str:
    return next((character for character in text if character.isalpha()), "")
