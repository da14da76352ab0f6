"""Draws a lake under hills and writes it as PNG to standard output.

Files of other formats were made of it, with libheif 1.15.1 and ExifTool 12.57, OpenJPEG 2.5 and
libjxl 0.7:

    python3 lake.py > lake.png
    exiftool -Make=Afterimage -Model='Scene 1' -DateTimeOriginal='2023:11:14 15:42:13' \
        -GPSLatitude=48.1 -GPSLatitudeRef=N -GPSLongitude=11.5 -GPSLongitudeRef=E lake.png
    heif-enc -q 40 -t 96 -o lake.heic lake.png
    heif-enc -A -q 40 -o lake.avif lake.png
    exiftool -Make=Afterimage -Model='Scene 1' -DateTimeOriginal='2023:11:14 15:42:13' lake.heic lake.avif
    ffmpeg -i lake.png -vf scale=160:120 lake.ppm
    opj_compress -i lake.ppm -o lake.jp2 -r 20 -t 64,64 -n 4
    opj_compress -i lake.ppm -o lake.j2k -r 30 -n 4 -SOP -EPH
    ffmpeg -i lake.png -vf scale=704:528 large.png
    ffmpeg -i lake.png -vf scale=64:48 small.png
    cjxl large.png lake.jxl -d 9
    cjxl small.png lake-small.jxl -d 0 -e 3
    cjxl small.png lake-boxes.jxl -d 3 --container=1
"""

import struct
import sys
import zlib
from math import sin

WIDTH, HEIGHT = 320, 240


def colour(x, y):
    u, v = x / WIDTH, y / HEIGHT
    if v < 0.45 - 0.12 * sin(u * 5) - 0.05 * sin(u * 17):
        return 90 + 120 * v, 140 + 90 * v, 230
    if v < 0.7:
        return 40 + 60 * sin(x * 0.31) * sin(y * 0.27) + 60 * u, 110 + 40 * sin(y * 0.2 + x * 0.05), 50
    return 30, 80 + 30 * sin(y * 0.9), 150 + 50 * sin(x * 0.05 + y * 0.4)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(
    b"\0" + bytes(max(0, min(255, int(value))) for x in range(WIDTH) for value in colour(x, y))
    for y in range(HEIGHT)
)
sys.stdout.buffer.write(
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows))
    + chunk(b"IEND", b"")
)
