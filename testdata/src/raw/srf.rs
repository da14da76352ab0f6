//! Sony's SRF: a TIFF whose sensor data no tag names, behind a long encrypted maker note.
//!
//! Source: ExifTool, Sony.pm; LibRaw, identify.cpp.

use super::SIZE;
use crate::Sample;
use crate::tiff::writer::{Value, Writer, add_exif, later, long, short};
use crate::tiff::{jpeg, noise};

/// A file of either model.
pub fn samples() -> Vec<Sample> {
    vec![
        Sample::new("srf", "DSC-F828", srf("DSC-F828", 862_144)),
        Sample::new("srf", "DSC-V3", srf("DSC-V3", 787_392)),
    ]
}

/// Length of the maker note, in bytes.
const NOTE_LEN: usize = 0xa000;

/// The samples of the sensor lie at `sensor_at`, two bytes each.
fn srf(model: &'static str, sensor_at: usize) -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let first = writer.directory(&[
        (0x100, short(SIZE.0 as u16)),
        (0x101, short(SIZE.1 as u16)),
        (0x10F, Value::Text("SONY")),
        (0x110, Value::Text(model)),
        (0x132, Value::Text("2004:05:17 18:03:22")),
        (0x8769, later()),
        (0x8825, later()),
    ]);
    add_exif(&mut writer, &first, noise(73, NOTE_LEN));
    let preview = jpeg::baseline(&[], 80_000);
    let second = writer.directory(&[
        (0x103, short(6)),
        (0x201, later()),
        (0x202, long(preview.len() as u32)),
    ]);
    writer.chain(&first, &second);
    let at = writer.append(&preview);
    writer.set(&second, 0x201, at);
    writer.out.resize(sensor_at, 0);
    writer.out.extend(noise(79, (SIZE.0 * SIZE.1 * 2) as usize));
    writer.out
}
