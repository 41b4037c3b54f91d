"""Previews: a short synthesized tone per sound.

The standard library cannot encode MP3 or Ogg, so a preview URL serves WAV as audio/wav, whatever
its extension; players go by the content type.
"""

import io
import math
import struct
import wave
from functools import lru_cache

RATE = 8000
SECONDS = 0.6
_SCALE = (0, 2, 4, 7, 9)  # pentatonic: any two previews sound good together
_A3 = 220.0


@lru_cache(maxsize=128)
def preview(sound_id: int) -> bytes:
    """Synthesize the WAV file of a sound's preview: mono, 16 bit, the same for the same id."""
    octave, step = divmod(sound_id % (3 * len(_SCALE)), len(_SCALE))
    pitch = _A3 * 2 ** (octave + _SCALE[step] / 12)
    decay = 4 + sound_id // 7 % 5
    samples = [_sample(pitch, decay, number / RATE) for number in range(int(RATE * SECONDS))]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return buffer.getvalue()


def _sample(pitch: float, decay: float, seconds: float) -> int:
    attack = min(1.0, seconds / 0.01)
    tone = math.sin(2 * math.pi * pitch * seconds)
    overtone = 0.3 * math.sin(4 * math.pi * pitch * seconds)
    return int(16000 * attack * math.exp(-decay * seconds) * (tone + overtone))
