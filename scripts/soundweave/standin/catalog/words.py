"""The vocabulary of the synthetic catalog, and what a hostile uploader would write."""


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# The tags of each topic, one topic per line; the first tags also make up the names of sounds.
TOPICS: tuple[tuple[str, ...], ...] = tuple(
    _split(line)
    for line in """
    whoosh swoosh swish air wind swing fast motion transition woosh
    rain thunder storm water weather drops roof heavy-rain downpour lightning
    wind howling breeze storm trees leaves gust weather draft autumn
    birds birdsong chirping robin blackbird dawn morning forest spring nature
    waves ocean sea beach surf shore coast water splash seaside
    river stream creek water flowing brook bubbling nature spring waterfall
    footsteps walking gravel shoes concrete steps running snow stairs boots
    door open close creak wood slam lock handle hinge squeak
    car engine traffic motor road vehicle horn start passing city
    train railway station platform rails announcement metro subway brakes horn
    crowd people applause audience cheering talking ambience hall stadium laughter
    city street traffic ambience people urban market square pedestrians sirens
    kick drum beat 808 percussion bass one-shot electronic techno thump
    snare drum clap percussion hit acoustic rimshot roll one-shot beat
    loop beat drums 120bpm groove rhythm electronic breakbeat house techno
    piano keys melody note chord acoustic soft music grand reverb
    guitar acoustic strings chord strum note electric riff music pluck
    synth pad ambient drone atmosphere analog texture dark space evolving
    bass synth sub electronic low wobble note dubstep analog growl
    voice male speech word talking spoken human vocal english phrase
    voice female singing vocal human choir melody soprano phrase breath
    scream horror scary creepy monster growl dark halloween ghost demon
    explosion boom blast gun shot weapon war bomb cinematic impact
    bell ring chime metal church alarm toll ding school clock
    machine motor mechanical hum factory industrial drill engine metal fan
    kitchen cooking knife pan frying water dishes glass cup boiling
    game coin jump retro 8-bit arcade pickup power-up beep menu
    beep button interface click ui notification computer digital tone alert
    dog bark cat meow animal growl pet howl puppy whimper
    cow sheep farm animal rooster chicken goat pasture barn moo
    insects crickets night summer cicada frogs pond nature field meadow
    glass break shatter crash smash impact debris bottle crack foley
    paper book page rustle tear write pencil foley desk cardboard
    """.strip().splitlines()
)
GENERAL = _split(
    "sound effect sfx fx noise field-recording ambience foley stereo loop music ambient zoom-h4n"
    " owi game film cinematic processed nature human background atmosphere recording free"
)
QUALITIES = _split("Soft Heavy Distant Close Slow Fast Old Short Long Dark Bright Deep")
USER_PARTS = (
    _split("sonic audio noise field loop echo wave mic tape drift foley klang son ear reel"),
    _split("hunter box lab maker man girl smith works fox bird owl room child land wolf"),
)
CATEGORIES = (
    ("Sound effects", "Other", "fx-other"),
    ("Sound effects", "Animals", "fx-a"),
    ("Soundscapes", "Nature", "ss-n"),
    ("Soundscapes", "Urban", "ss-u"),
    ("Music", "Solo percussion", "m-sp"),
    ("Instrument samples", "Piano / Keyboard instruments", "is-k"),
    ("Speech", "Solo speech", "sp-s"),
)
SENTENCES = (
    "Recorded with a Zoom H4n.",
    "Made from scratch, free to use.",
    "Please credit me if you use it.",
    "Field recording, no processing.",
    'More on <a href="https://example.org/" rel="nofollow">my page</a>.',
    "Grabación de campo.",
    "Aufgenommen im Herbst.",
    "First line.\r\n\r\nSecond line.",
)

HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>.wav',
    "'; DROP TABLE sounds; --",
    "two\nlines\r\nof a name",
    "evil\u202egpj.exe",
    "x" * 300,
    "🎧👩‍🚀🔥 emoji",
    "a | b `rm -rf` c | d",
    "${{ secrets.GITHUB_TOKEN }}",
    "%0A::error::injected",
    "::set-output name=x::y",
    "$(touch owned) && `id`",
    "../../etc/passwd",
    "=HYPERLINK(0)",
    "{{ 7 * 7 }} {% raw %}",
    "[link](javascript:alert(1)) **bold** # h1",
    "nul\u0000byte and \u2028 separator",
    "\\\\ back \\n slash",
)
# Without slashes, because a username is one part of a URL's path.
HOSTILE_USERS = (
    "<script>alert(1)",
    '"quoted" o\'user',
    "user\u202ereversed",
    "two\nlines",
    "🎧listener",
    "pipe|back`tick`",
    "${{ github.token }}",
    "%0A::error::user",
    "q?a=1&b=2#c",
    "spaces and.dots@home",
    "ünïcødé",
)
HOSTILE_TAGS = (
    "<script>alert(1)</script>",
    '"quoted"',
    "pipe|back`tick`",
    "${{github.actor}}",
    "%0A::warning::tag",
    "\u202egat",
    "🎧",
    "new\nline",
    "t" * 300,
    "comma,separated",
    "Überfall",
)
