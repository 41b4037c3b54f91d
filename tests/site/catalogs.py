"""The sounds of the browser tests: everyday ones, and ones that mean harm."""

LICENSES = [
    "http://creativecommons.org/publicdomain/zero/1.0/",
    "https://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/licenses/by-nc/3.0/",
    "http://creativecommons.org/licenses/sampling+/1.0/",
    "a licence of my own",
]
VARIED = [
    {
        "name": f"Rain on a tin roof, take {number}.wav",
        "username": f"listener {number % 17}",
        "pack": f"Rain {number % 5}",
        "license": LICENSES[number % len(LICENSES)],
        "duration": 0.3 * 1.35 ** (number % 30),
        "tags": [
            "rain",
            "roof",
            "field-recording",
            "night",
            "tin",
            "drops",
            "water",
            "loop",
            "wet",
        ],
    }
    for number in range(60)
]
TEXTS = [
    "<script>window.hit = 1</script>",
    '"><img src=x onerror="window.hit = 1">',
    "' autofocus onfocus='window.hit = 1' tabindex='0",
    "</a></li></ol></style><style>body{display:none}</style>",
    "javascript:window.hit=1",
    "x" * 300,
    "W" * 300 + ".wav",
    "\u202e" * 40 + "reversed",
    "צלילי רוח מדבר עם הרבה מילים",
    "ﷺ" * 60,
    "a\u0300\u0301\u0302" * 80,
    "👩‍👩‍👧‍👦" * 60,
    "first line\r\nsecond line\x00\x07",
    " ",
    "\u200b",
]
HOSTILE = [
    {
        "name": text,
        "username": text,
        "license": text,
        "created": text,
        "tags": [text] * 8 + [TEXTS[number - 1]],  # each of two sounds, so that it has a page
    }
    for number, text in enumerate(TEXTS)
]
