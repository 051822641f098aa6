"""Draws what the test video is made of: sd_ref.png (a figure) and sd_pose.mp4 (its skeleton, dancing).

    python3 draw.py FFMPEG

Nobody's picture and nobody's dance: both are made here, of discs and lines, so that anyone may have
them. The skeleton has OpenPose's 18 points and colours on black, as DWPose and ViTPose draw it; its
first frame is the pose of the figure, which the model takes for granted.
"""

import math
import struct
import subprocess
import sys
import zlib
from pathlib import Path

WIDTH, HEIGHT, FRAMES, RATE = 256, 448, 33, 16
# Points of OpenPose's body model, joined as it joins them.
LIMBS = [
    ("neck", "shoulder_r"), ("neck", "shoulder_l"), ("shoulder_r", "elbow_r"), ("elbow_r", "wrist_r"),
    ("shoulder_l", "elbow_l"), ("elbow_l", "wrist_l"), ("neck", "hip_r"), ("hip_r", "knee_r"),
    ("knee_r", "ankle_r"), ("neck", "hip_l"), ("hip_l", "knee_l"), ("knee_l", "ankle_l"),
    ("neck", "nose"), ("nose", "eye_r"), ("eye_r", "ear_r"), ("nose", "eye_l"), ("eye_l", "ear_l"),
]
# In OpenPose's order, which decides their colours.
POINTS = [
    "nose", "neck", "shoulder_r", "elbow_r", "wrist_r", "shoulder_l", "elbow_l", "wrist_l", "hip_r",
    "knee_r", "ankle_r", "hip_l", "knee_l", "ankle_l", "eye_r", "eye_l", "ear_r", "ear_l",
]
COLOURS = [
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0),
    (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255),
    (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
]


def pose(frame: int) -> dict[str, tuple[float, float]]:
    """Where the points are. Frame 0 stands still; then arms swing and hips sway, twice in 33 frames."""
    beat = 2 * math.pi * frame / 16
    sway, lift = 10 * math.sin(beat), (1 - math.cos(beat)) / 2
    x, y = 128 + sway, 130.0
    hip = 128 + sway * 1.4

    def from_(point: tuple[float, float], length: float, degrees: float) -> tuple[float, float]:
        angle = math.radians(degrees)  # 0 is down, 90 is to the right of the picture
        return point[0] + length * math.sin(angle), point[1] + length * math.cos(angle)

    at = {"neck": (x, y), "nose": (x, y - 32), "eye_r": (x - 7, y - 38), "eye_l": (x + 7, y - 38)}
    at |= {"ear_r": (x - 15, y - 34), "ear_l": (x + 15, y - 34)}
    for side, sign in (("r", -1), ("l", 1)):
        at[f"shoulder_{side}"] = (x + sign * 34, y + 4)
        at[f"elbow_{side}"] = from_(at[f"shoulder_{side}"], 48, sign * (14 + 70 * lift))
        bend = 8 + 100 * lift * (1 if (frame // 16 % 2 == 0) == (side == "l") else 0.5)
        at[f"wrist_{side}"] = from_(at[f"elbow_{side}"], 44, sign * (6 + bend))
        at[f"hip_{side}"] = (hip + sign * 20, y + 108)
        at[f"knee_{side}"] = (128 + sign * (22 + 8 * lift) + sway * 0.6, y + 184)
        at[f"ankle_{side}"] = (128.0 + sign * 24, y + 262)
    return at


class Picture:
    def __init__(self, colour: tuple[int, int, int]) -> None:
        self.rgb = bytearray(bytes(colour) * (WIDTH * HEIGHT))

    def capsule(self, a: tuple[float, float], b: tuple[float, float], radius: float, colour: tuple[int, int, int]) -> None:
        """All pixels within `radius` of the line from a to b; a disc where they are the same."""
        (ax, ay), (bx, by) = a, b
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        for y in range(max(0, int(min(ay, by) - radius)), min(HEIGHT, int(max(ay, by) + radius) + 2)):
            for x in range(max(0, int(min(ax, bx) - radius)), min(WIDTH, int(max(ax, bx) + radius) + 2)):
                t = ((x - ax) * dx + (y - ay) * dy) / square if square else 0.0
                t = min(1.0, max(0.0, t))
                if (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2 <= radius * radius:
                    at = 3 * (y * WIDTH + x)
                    self.rgb[at : at + 3] = bytes(colour)

    def png(self) -> bytes:
        def chunk(kind: bytes, data: bytes) -> bytes:
            body = kind + data
            return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

        rows = b"".join(
            b"\0" + bytes(self.rgb[y * WIDTH * 3 : (y + 1) * WIDTH * 3]) for y in range(HEIGHT)
        )
        head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def skeleton(frame: int) -> Picture:
    picture, at = Picture((0, 0, 0)), pose(frame)
    for (a, b), (red, green, blue) in zip(LIMBS, COLOURS):
        # Sticks at six tenths, points in full: as OpenPose draws them.
        picture.capsule(at[a], at[b], 3, (red * 6 // 10, green * 6 // 10, blue * 6 // 10))
    for name, colour in zip(POINTS, COLOURS):
        picture.capsule(at[name], at[name], 3, colour)
    return picture


def figure() -> Picture:
    picture, at = Picture((214, 221, 224)), pose(0)
    skin, shirt, trousers, hair, shoe = (226, 178, 148), (46, 96, 160), (52, 56, 66), (66, 44, 32), (30, 30, 34)
    picture.capsule((128, 398), (128, 398), 0, shoe)
    for y in range(390, HEIGHT):
        picture.capsule((0, y), (WIDTH - 1, y), 0.5, (190, 196, 198))
    for side in ("r", "l"):
        picture.capsule(at[f"hip_{side}"], at[f"knee_{side}"], 15, trousers)
        picture.capsule(at[f"knee_{side}"], at[f"ankle_{side}"], 11, trousers)
        ankle = at[f"ankle_{side}"]
        picture.capsule((ankle[0], ankle[1] + 6), (ankle[0] + (-9 if side == "r" else 9), ankle[1] + 8), 8, shoe)
        picture.capsule(at[f"shoulder_{side}"], at[f"elbow_{side}"], 11, shirt)
        picture.capsule(at[f"elbow_{side}"], at[f"wrist_{side}"], 8, skin)
        picture.capsule(at[f"wrist_{side}"], at[f"wrist_{side}"], 10, skin)
    for step in range(21):
        t = step / 20
        half = 32 - 10 * t
        y = 138 + 104 * t
        picture.capsule((128 - half, y), (128 + half, y), 9, shirt)
    picture.capsule((128, 112), (128, 134), 10, skin)
    picture.capsule((128, 78), (128, 92), 27, hair)
    picture.capsule((128, 90), (128, 102), 22, skin)
    for sign in (-1, 1):
        picture.capsule((128 + sign * 8, 92), (128 + sign * 8, 92), 2.6, (40, 32, 30))
    picture.capsule((122, 108), (134, 108), 1.6, (170, 84, 80))
    return picture


def main() -> None:
    ffmpeg = sys.argv[1] if len(sys.argv) > 1 else "ffmpeg"
    here = Path(__file__).parent
    (here / "sd_ref.png").write_bytes(figure().png())
    raw = b"".join(bytes(skeleton(frame).rgb) for frame in range(FRAMES))
    subprocess.run(
        [ffmpeg, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}",
         "-r", str(RATE), "-i", "-", "-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p",
         "-bitexact", "-movflags", "+faststart", str(here / "sd_pose.mp4")],
        input=raw, check=True,
    )


main()
