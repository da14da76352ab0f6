//! RAW files with a shape of their own: CR2, NRW, ORF, RW2, RWL, IIQ, RAF, DNG in tiles.

use super::cameras::SIZE;
use super::jpeg;
use super::noise;
use super::writer::{Value, Writer, add_exif, exif_block, later, long, short};
use crate::Sample;

/// A file of each.
pub fn samples() -> Vec<Sample> {
    vec![
        Sample::new("cr2", "EOS 5D", cr2()),
        Sample::new("nrw", "COOLPIX P7000", nrw()),
        Sample::new("orf", "E-M5", orf(b"IIRO")),
        Sample::new("orf", "SP-565UZ", orf(b"IIRS")),
        Sample::new("orf", "E-1", orf(b"MMOR")),
        Sample::new("rw2", "DMC-GX8", panasonic("Panasonic", "DMC-GX8")),
        Sample::new("rwl", "D-LUX 5", panasonic("LEICA", "D-LUX 5")),
        Sample::new("iiq", "P65+", iiq()),
        Sample::new("raf", "X-T1", raf()),
        Sample::new("dng", "tiles", tiled_dng()),
    ]
}

/// The names, the date and the links to Exif and GPS that every first directory has.
fn named(make: &'static str, model: &'static str) -> Vec<(u16, Value)> {
    vec![
        (0x10F, Value::Text(make)),
        (0x110, Value::Text(model)),
        (0x132, Value::Text("2023:11:14 15:42:13")),
        (0x8769, later()),
        (0x8825, later()),
    ]
}

/// Those and `more`, in order.
fn fields(named: Vec<(u16, Value)>, more: Vec<(u16, Value)>) -> Vec<(u16, Value)> {
    let mut all = [named, more].concat();
    all.sort_by_key(|field| field.0);
    all
}

/// Four directories: full-size JPEG, thumbnail, small RGB, and the sensor as a lossless JPEG.
fn cr2() -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    writer.append(b"CR\x02\0\0\0\0\0");
    let preview = jpeg::baseline(&[], 70_000 / 4);
    let first = writer.directory(&fields(
        named("Canon", "Canon EOS 5D"),
        vec![
            (0x100, short(SIZE.0 as u16)),
            (0x101, short(SIZE.1 as u16)),
            (0x103, short(6)),
            (0x111, later()),
            (0x117, long(preview.len() as u32)),
        ],
    ));
    add_exif(&mut writer, &first, Vec::new());
    let thumbnail = jpeg::baseline(&[], 700);
    let second = writer.directory(&[(0x201, later()), (0x202, long(thumbnail.len() as u32))]);
    let third = writer.directory(&[
        (0x100, short(24)),
        (0x101, short(16)),
        (0x102, Value::Short(vec![16, 16, 16])),
        (0x103, short(1)),
        (0x106, short(2)),
        (0x111, later()),
        (0x115, short(3)),
        (0x117, long(24 * 16 * 6)),
    ]);
    let sensor = jpeg::lossless_noise(SIZE.0 as u16, SIZE.1 as u16, 11);
    let fourth = writer.directory(&[
        (0x103, short(6)),
        (0x111, later()),
        (0x117, long(sensor.len() as u32)),
        (0xC640, Value::Short(vec![0, 0, SIZE.0 as u16])),
    ]);
    for (from, to) in [(&first, &second), (&second, &third), (&third, &fourth)] {
        writer.chain(from, to);
    }
    for (directory, tag, bytes) in [
        (&second, 0x201, &thumbnail),
        (&first, 0x111, &preview),
        (&third, 0x111, &noise(13, 24 * 16 * 6)),
        (&fourth, 0x111, &sensor),
    ] {
        let at = writer.append(bytes);
        writer.set(directory, tag, at);
    }
    // The raw directory's offset, beside the mark.
    writer.out[12..16].copy_from_slice(&(fourth.at as u32).to_le_bytes());
    writer.out
}

/// A thumbnail in the first directory, the sensor in a sub-directory.
fn nrw() -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let thumbnail = jpeg::baseline(&[], 800);
    let first = writer.directory(&fields(
        named("NIKON", "COOLPIX P7000"),
        vec![
            (0xFE, long(1)),
            (0x103, short(6)),
            (0x14A, later()),
            (0x201, later()),
            (0x202, long(thumbnail.len() as u32)),
        ],
    ));
    add_exif(&mut writer, &first, Vec::new());
    let sensor = noise(17, 5001);
    let sub = writer.directory(&sensor_fields(34713, sensor.len()));
    writer.set(&first, 0x14A, sub.at as u32);
    let at = writer.append(&thumbnail);
    writer.set(&first, 0x201, at);
    let at = writer.append(&sensor);
    writer.set(&sub, 0x111, at);
    writer.out
}

fn sensor_fields(compression: u16, len: usize) -> Vec<(u16, Value)> {
    vec![
        (0xFE, long(0)),
        (0x100, long(SIZE.0)),
        (0x101, long(SIZE.1)),
        (0x102, short(12)),
        (0x103, short(compression)),
        (0x106, short(32803)),
        (0x111, later()),
        (0x117, long(len as u32)),
    ]
}

/// The sensor in the first directory; the preview behind all else, named by the maker note.
fn orf(magic: &[u8; 4]) -> Vec<u8> {
    let mut writer = Writer::new(magic);
    let first = writer.directory(&fields(
        named("OLYMPUS CORPORATION", "E-M5"),
        vec![
            (0x100, long(SIZE.0)),
            (0x101, long(SIZE.1)),
            (0x103, short(1)),
            (0x106, short(1)),
            (0x111, later()),
            (0x117, long(SIZE.0 * SIZE.1 * 2)),
        ],
    ));
    // The note's offsets count from its own start, as does the preview's.
    let order: &[u8; 2] = if magic.starts_with(b"MM") { b"MM" } else { b"II" };
    let preview = jpeg::baseline(&[], 2000);
    let mut note = Writer::new(&[order[0], order[1], 3, 0]);
    note.out.splice(0..0, *b"OLYMPUS\0");
    note.out.truncate(12);
    let main = note.directory(&[(0x2020, later())]);
    let settings = note.directory(&[(0x101, later()), (0x102, long(preview.len() as u32))]);
    note.set(&main, 0x2020, settings.at as u32);
    let sensor = noise(19, (SIZE.0 * SIZE.1 * 2) as usize);
    let exif = add_exif(&mut writer, &first, note.out.clone());
    let at = writer.append(&sensor);
    writer.set(&first, 0x111, at);
    let at = writer.append(&preview);
    let note_at = find(&writer.out, b"OLYMPUS\0").filter(|&it| it > exif.at).expect("the note");
    note.set(&settings, 0x101, at - note_at as u32);
    writer.out[note_at..note_at + note.out.len()].copy_from_slice(&note.out);
    writer.out
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

/// Panasonic's tags, with the JPEG that holds the Exif data.
fn panasonic(make: &'static str, model: &'static str) -> Vec<u8> {
    let mut writer = Writer::new(b"IIU\0");
    writer.append(b"\x88\xe7\x74\xd8\xf8\x25\x1d\x4d\x94\x7a\x6e\x77\x82\x2b\x5d\x6a");
    let preview = jpeg::baseline(&exif_block(make, model), 3000);
    let sensor = noise(23, (SIZE.0 * SIZE.1 / 14 * 16) as usize + 80);
    let first = writer.directory(&[
        (0x1, Value::Undefined(b"0310".to_vec())),
        (0x2, short(SIZE.0 as u16)),
        (0x3, short(SIZE.1 as u16)),
        (0x4, short(0)),
        (0x5, short(0)),
        (0x6, short(SIZE.1 as u16)),
        (0x7, short(SIZE.0 as u16)),
        (0xA, short(12)),
        (0xB, short(34316)),
        (0x2D, short(4)),
        (0x2E, Value::Undefined(preview)),
        (0x10F, Value::Text(make)),
        (0x110, Value::Text(model)),
        (0x111, long(u32::MAX)),
        (0x112, short(1)),
        (0x117, long(sensor.len() as u32)),
        (0x118, later()),
        (0x8769, later()),
        (0x8825, later()),
    ]);
    add_exif(&mut writer, &first, Vec::new());
    let at = writer.append(&sensor);
    writer.set(&first, 0x118, at);
    writer.out
}

/// Phase One's block behind the header, the ordinary directory behind all else.
fn iiq() -> Vec<u8> {
    let sensor = noise(29, 7003);
    let serial = b"DQ000123\0\0\0\0";
    let sensor_at = 28u32;
    let serial_at = sensor_at + sensor.len() as u32;
    let directory_at = (serial_at + serial.len() as u32).next_multiple_of(4);
    let entries: [[u32; 4]; 5] = [
        [0x102, 1, serial.len() as u32, serial_at],
        [0x10C, 4, 4, SIZE.0],
        [0x10D, 4, 4, SIZE.1],
        [0x10E, 4, 4, 3],
        [0x10F, 1, sensor.len() as u32, sensor_at],
    ];
    let mut writer = Writer::new(b"II*\0");
    let mut block = b"IIIITwaR".to_vec();
    block.extend(directory_at.to_le_bytes());
    block.resize(sensor_at as usize, 0);
    block.extend(&sensor);
    block.extend(serial);
    block.resize(directory_at as usize, 0);
    block.extend((entries.len() as u32).to_le_bytes());
    block.extend([0; 4]);
    block.extend(entries.iter().flatten().flat_map(|number| number.to_le_bytes()));
    writer.append(&block);
    let first = writer.directory(&fields(
        named("Phase One", "P65+"),
        vec![
            (0x100, short(24)),
            (0x101, short(16)),
            (0x102, Value::Short(vec![8, 8, 8])),
            (0x103, short(1)),
            (0x106, short(2)),
            (0x111, later()),
            (0x115, short(3)),
            (0x117, long(24 * 16 * 3)),
        ],
    ));
    add_exif(&mut writer, &first, Vec::new());
    let at = writer.append(&noise(31, 24 * 16 * 3));
    writer.set(&first, 0x111, at);
    writer.out
}

/// Fujifilm's header, the JPEG with all metadata, the sensor's description and its data.
fn raf() -> Vec<u8> {
    let preview = jpeg::baseline(&exif_block("FUJIFILM", "X-T1"), 5000);
    let mut description = 1u32.to_be_bytes().to_vec();
    description.extend([0x01, 0x00, 0, 4, 0, SIZE.1 as u8, 0, SIZE.0 as u8]);
    let sensor = noise(37, (SIZE.0 * SIZE.1 * 2) as usize);
    let mut out = b"FUJIFILMCCD-RAW 0201FF119503X-T1".to_vec();
    out.resize(60, 0);
    out.extend(b"0100");
    out.resize(148, 0);
    for (field, bytes) in [(84, &preview), (92, &description), (100, &sensor)] {
        let at = out.len() as u32;
        out[field..field + 4].copy_from_slice(&at.to_be_bytes());
        out[field + 4..field + 8].copy_from_slice(&(bytes.len() as u32).to_be_bytes());
        out.extend(bytes);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

/// A phone's: a JPEG in the first directory's strip, the sensor in four tiles.
fn tiled_dng() -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let preview = jpeg::baseline(&[], 4000);
    let first = writer.directory(&fields(
        named("Apple", "iPhone 12 Pro"),
        vec![
            (0xFE, long(1)),
            (0x100, long(8)),
            (0x101, long(8)),
            (0x102, short(8)),
            (0x103, short(7)),
            (0x106, short(6)),
            (0x111, later()),
            (0x117, long(preview.len() as u32)),
            (0x14A, later()),
            (0xC612, Value::Byte(vec![1, 4, 0, 0])),
        ],
    ));
    add_exif(&mut writer, &first, Vec::new());
    let at = writer.append(&preview);
    writer.set(&first, 0x111, at);
    let tiles = [41, 42, 43, 44].map(|seed| jpeg::lossless_noise(48, 32, seed));
    let offsets: Vec<u32> = tiles.iter().map(|tile| writer.append(tile)).collect();
    let lens = tiles.iter().map(|tile| tile.len() as u16).collect();
    let sub = writer.directory(&[
        (0xFE, long(0)),
        (0x100, long(SIZE.0)),
        (0x101, long(SIZE.1)),
        (0x102, short(12)),
        (0x103, short(7)),
        (0x106, short(34892)),
        (0x142, long(48)),
        (0x143, long(32)),
        (0x144, Value::Long(offsets)),
        (0x145, Value::Short(lens)),
    ]);
    writer.set(&first, 0x14A, sub.at as u32);
    writer.out
}
