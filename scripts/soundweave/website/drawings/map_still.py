"""Paints the picture of the map: all sounds as beads on linen."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
SAMPLES = 2  # in each direction
REACH = 0.97  # the map's share of the width; it is cropped above and below
DOT = 0.46  # radius of a sound's dot in the map's units, limited to these pixels
SMALLEST_DOT, LARGEST_DOT = 1.2, 26.0
MOST_BYTES = 300_000
LINEN, WEFT, INK = (246, 241, 230), (238, 231, 216), (33, 29, 24)
# The colors --c0 to --c8 of base.css in light mode.
PALETTE = (
    (0xCC, 0x66, 0x77),
    (0x33, 0x22, 0x88),
    (0xB3, 0x9A, 0x2E),
    (0x11, 0x77, 0x33),
    (0x4F, 0x9C, 0xC7),
    (0x88, 0x22, 0x55),
    (0x3A, 0x9A, 0x8A),
    (0x7D, 0x7D, 0x24),
    (0xAA, 0x44, 0x99),
)


def paint(points: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the picture as bytes, shape (HEIGHT, WIDTH, 3).

    `points`, shape (n, 2), are in the map's units, `codes` are colors 0..8.
    """
    ground = _ground()
    if not len(points):
        return ground
    wide, high = WIDTH * SAMPLES, HEIGHT * SAMPLES
    low, top = points.min(axis=0), points.max(axis=0)
    extent = max(float((top - low).max()), 1.0) + 2 * DOT
    scale = wide * REACH / extent
    middle = (low + top) / 2
    columns = (points[:, 0] - middle[0]) * scale + wide / 2
    rows = (middle[1] - points[:, 1]) * scale + high / 2
    radius = min(max(DOT * scale, SMALLEST_DOT), LARGEST_DOT)
    paints = np.array(PALETTE, dtype=np.float32)[codes]
    cover, mixed = _splat(columns, rows, paints, radius, (high, wide))
    return _blend(ground, cover, mixed)


def _splat(
    columns: np.ndarray,
    rows: np.ndarray,
    paints: np.ndarray,
    radius: float,
    shape: tuple[int, int],
) -> tuple[np.ndarray, np.ndarray]:
    """Return the amount of paint on each pixel, shape (h, w), and its colors times that."""
    reach = int(np.ceil(radius))
    padded = (shape[0] + 2 * reach, shape[1] + 2 * reach)
    near = (np.abs(columns - shape[1] / 2) < shape[1] / 2) & (
        np.abs(rows - shape[0] / 2) < shape[0] / 2
    )
    base = (rows[near].astype(np.int64) + reach) * padded[1] + columns[near].astype(np.int64)
    base += reach
    layers = [np.zeros(padded[0] * padded[1], dtype=np.float32) for _ in range(4)]
    values = [np.ones(len(base), dtype=np.float32), *paints[near].T]
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            # One inside the dot, falling to zero within a pixel at its rim.
            weight = np.float32(min(1.0, max(0.0, radius + 0.5 - float(np.hypot(down, right)))))
            if weight:
                pixels = base + down * padded[1] + right
                for layer, value in zip(layers, values, strict=True):
                    np.add.at(layer, pixels, value * weight)
    inner = (slice(reach, -reach), slice(reach, -reach))
    cover, *channels = (layer.reshape(padded)[inner] for layer in layers)
    return cover, np.stack(channels, axis=-1)


def _blend(ground: np.ndarray, cover: np.ndarray, mixed: np.ndarray) -> np.ndarray:
    """Blend the paint with the ground, averaging each pixel's samples."""
    shade = mixed / np.maximum(cover, np.float32(1e-6))[..., None]
    alpha = np.minimum(cover, np.float32(1))[..., None]
    total = np.zeros((HEIGHT, WIDTH, 3), dtype=np.float32)
    for row in range(SAMPLES):
        for column in range(SAMPLES):
            part = (slice(row, None, SAMPLES), slice(column, None, SAMPLES))
            total += ground + (shade[part] - ground) * alpha[part]
    picture: np.ndarray = np.rint(total / SAMPLES**2).astype(np.uint8)
    return picture


def _ground() -> np.ndarray:
    """Return undyed linen: a 2/2 twill of threads three pixels wide, one pixel apart."""
    rows, columns = np.indices((HEIGHT, WIDTH)) // 4
    thread = (np.indices((HEIGHT, WIDTH)) % 4 < 3).all(axis=0)
    over = (rows + columns) % 4 < 2
    ground: np.ndarray = np.where((thread & over)[..., None], LINEN, WEFT).astype(np.uint8)
    return ground


def encode(pixels: np.ndarray, title: str) -> bytes:
    """Return the picture as a PNG of at most MOST_BYTES, with the title if the font supports it."""
    image = Image.fromarray(pixels)
    if title.isascii() and title.strip():
        _sign(image, title.strip())
    for shades in (256, 128, 64, 32, 16, 8):
        stream = io.BytesIO()
        # The octree is exact arithmetic: the same picture gives the same bytes.
        small = image.quantize(shades, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        small.save(stream, "PNG", optimize=True)
        if stream.tell() <= MOST_BYTES:
            break
    return stream.getvalue()


def _sign(image: Image.Image, title: str) -> None:
    """Write the title on a label of plain linen at the lower left."""
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=54)
    left, top, right, bottom = draw.textbbox((0, 0), title, font=font)
    wide, high = right - left + 64, bottom - top + 52
    if wide > WIDTH - 80:
        return
    draw.rectangle((40, HEIGHT - 40 - high, 40 + wide, HEIGHT - 40), fill=LINEN)
    draw.text((72 - left, HEIGHT - 40 - high + 26 - top), title, font=font, fill=INK)
