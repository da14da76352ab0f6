//! RAW files of one shape: a small picture in the first directory, Exif, sensor data in another.

use super::jpeg;
use super::noise;
use super::writer::{Value, Writer, add_exif, later, long, short};
use crate::Sample;

/// Width and height of the sensors, in pixels.
pub const SIZE: (u32, u32) = (96, 64);

/// What tells one camera's files from another's.
struct Camera {
    format: &'static str,
    magic: &'static [u8; 4],
    make: &'static str,
    model: &'static str,
    /// Coding of the sensor data.
    compression: u16,
    /// Bytes of it.
    len: usize,
    /// Whether it has a directory of its own, as in most.
    sub: bool,
    /// Tags of the first directory that only this format has.
    extra: &'static [(u16, &'static [u8])],
    note: fn() -> Vec<u8>,
}

const PLAIN: Camera = Camera {
    format: "",
    magic: b"II*\0",
    make: "",
    model: "",
    compression: 1,
    len: 96 * 64 * 2,
    sub: true,
    extra: &[],
    note: Vec::new,
};

const CAMERAS: &[Camera] = &[
    Camera {
        format: "nef",
        magic: b"MM\0*",
        make: "NIKON CORPORATION",
        model: "NIKON D750",
        compression: 34713,
        len: 7001,
        note: nikon_note,
        ..PLAIN
    },
    Camera {
        format: "arw",
        make: "SONY",
        model: "ILCE-7M3",
        compression: 32767,
        len: 96 * 64,
        note: || sony_note([3, 3, 1, 0]),
        ..PLAIN
    },
    Camera {
        format: "sr2",
        make: "SONY",
        model: "DSC-R1",
        note: || sony_note([1, 0, 0, 0]),
        ..PLAIN
    },
    Camera {
        format: "pef",
        magic: b"MM\0*",
        make: "PENTAX Corporation",
        model: "PENTAX K10D",
        compression: 65535,
        len: 6543,
        sub: false,
        ..PLAIN
    },
    Camera {
        format: "srw",
        make: "SAMSUNG",
        model: "NX300",
        compression: 32770,
        len: 5003,
        ..PLAIN
    },
    Camera { format: "3fr", make: "Hasselblad", model: "Hasselblad H3D", ..PLAIN },
    Camera {
        format: "erf",
        make: "SEIKO EPSON CORP.",
        model: "R-D1s",
        compression: 32769,
        ..PLAIN
    },
    Camera {
        format: "mef",
        magic: b"MM\0*",
        make: "Mamiya-OP Co.,Ltd.",
        model: "Mamiya ZD",
        ..PLAIN
    },
    Camera {
        format: "mos",
        magic: b"MM\0*",
        make: "Leaf",
        model: "Leaf Aptus 75",
        sub: false,
        extra: &[(0x8606, b"PKTS\0\0\0\x01 Leaf's own data")],
        ..PLAIN
    },
    Camera { format: "kdc", make: "EASTMAN KODAK COMPANY", model: "KODAK P880", ..PLAIN },
    Camera {
        format: "dcr",
        magic: b"MM\0*",
        make: "Kodak",
        model: "DCS Pro 14N",
        compression: 65000,
        len: 8001,
        ..PLAIN
    },
    Camera {
        format: "gpr",
        make: "GoPro",
        model: "HERO7 Black",
        compression: 9,
        len: 4002,
        sub: false,
        extra: &[(0xC612, &[1, 3, 0, 0])],
        ..PLAIN
    },
    Camera {
        format: "dng",
        magic: b"MM\0*",
        make: "PENTAX",
        model: "PENTAX K-3",
        compression: 7,
        extra: &[(0xC612, &[1, 4, 0, 0])],
        ..PLAIN
    },
];

/// A file of each camera.
pub fn samples() -> Vec<Sample> {
    CAMERAS.iter().map(|camera| Sample::new(camera.format, camera.model, camera.write())).collect()
}

impl Camera {
    fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new(self.magic);
        let first = writer.directory(&self.first());
        add_exif(&mut writer, &first, (self.note)());
        let thumbnail = jpeg::baseline(&[], 900);
        let second = writer.directory(&[
            (0x103, short(6)),
            (0x201, later()),
            (0x202, long(thumbnail.len() as u32)),
        ]);
        writer.chain(&first, &second);
        let at = writer.append(&thumbnail);
        writer.set(&second, 0x201, at);
        if self.sub {
            let sub = writer.directory(&self.sensor());
            writer.set(&first, 0x14A, sub.at as u32);
            let preview = writer.append(&noise(3, 20 * 15 * 3));
            writer.set(&first, 0x111, preview);
            let raw = writer.append(&self.data());
            writer.set(&sub, 0x111, raw);
        } else {
            let raw = writer.append(&self.data());
            writer.set(&first, 0x111, raw);
        }
        writer.out
    }

    /// The first directory: the sensor data itself, or an uncompressed picture of 20 x 15 pixels.
    fn first(&self) -> Vec<(u16, Value)> {
        let mut fields = if self.sub {
            vec![
                (0xFE, long(1)),
                (0x100, long(20)),
                (0x101, long(15)),
                (0x102, Value::Short(vec![8, 8, 8])),
                (0x103, short(1)),
                (0x106, short(2)),
                (0x111, later()),
                (0x115, short(3)),
                (0x117, long(20 * 15 * 3)),
                (0x14A, later()),
            ]
        } else {
            self.sensor()
        };
        fields.push((0x10F, Value::Text(self.make)));
        fields.push((0x110, Value::Text(self.model)));
        fields.push((0x132, Value::Text("2023:11:14 15:42:13")));
        fields.push((0x8769, later()));
        fields.push((0x8825, later()));
        let extra = self.extra.iter().map(|&(tag, bytes)| (tag, Value::Byte(bytes.to_vec())));
        fields.extend(extra);
        fields.sort_by_key(|field| field.0);
        fields
    }

    /// The sensor data: a lossless JPEG, or noise where the coding is the vendor's own.
    fn data(&self) -> Vec<u8> {
        match self.compression {
            7 => jpeg::lossless_noise(SIZE.0 as u16, SIZE.1 as u16, 5),
            _ => noise(5, self.len),
        }
    }

    /// The tags of the sensor data.
    fn sensor(&self) -> Vec<(u16, Value)> {
        vec![
            (0xFE, long(0)),
            (0x100, long(SIZE.0)),
            (0x101, long(SIZE.1)),
            (0x102, short(12)),
            (0x103, short(self.compression)),
            (0x106, short(32803)),
            (0x111, later()),
            (0x115, short(1)),
            (0x117, long(self.data().len() as u32)),
        ]
    }
}

/// Nikon's: a TIFF of its own, with a preview that lies in the note.
fn nikon_note() -> Vec<u8> {
    let mut writer = Writer::new(b"MM\0*");
    let main = writer.directory(&[(0x1, Value::Undefined(b"0210".to_vec())), (0x11, later())]);
    let preview = jpeg::baseline(&[], 1200);
    let sub = writer.directory(&[(0x201, later()), (0x202, long(preview.len() as u32))]);
    writer.set(&main, 0x11, sub.at as u32);
    let at = writer.append(&preview);
    writer.set(&sub, 0x201, at);
    [b"Nikon\0\x02\x10\0\0", &writer.out[..]].concat()
}

/// Sony's: a directory without a header, which says what kind of file it is in.
fn sony_note(format: [u8; 4]) -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let main = writer.directory(&[(0xB000, Value::Byte(format.to_vec()))]);
    [b"SONY DSC \0\0\0", &writer.out[main.at..]].concat()
}
