//! Sigma's sections, and their directory at the end.
//!
//! Source: ExifTool, SigmaRaw.pm.

use super::SIZE;
use crate::Sample;
use crate::tiff::{jpeg, noise, writer};

/// Files of an early and of the latest version of the container.
pub fn samples() -> Vec<Sample> {
    let exif = writer::exif_block("SIGMA", "SIGMA DP2");
    vec![
        Sample::new("x3f", "SD10", x3f((2, 2), &[])),
        Sample::new("x3f", "DP2", x3f((2, 3), &exif)),
        Sample::new("x3f", "dp2 Quattro", x3f((4, 0), &exif)),
    ]
}

/// A header of that version, with the fields of adjustments left at zero.
fn header((major, minor): (u16, u16)) -> Vec<u8> {
    let mut out = b"FOVb".to_vec();
    out.extend([minor.to_le_bytes(), major.to_le_bytes()].concat());
    let (size_at, len) = match (major, minor) {
        (4, _) => (40, 0x300),
        (_, 3) => (28, 104 + 160),
        _ => (28, 72 + 160),
    };
    out.resize(size_at, 0x33);
    out.extend([SIZE.0, SIZE.1, 90].iter().flat_map(|number| number.to_le_bytes()));
    out.resize(len, 0);
    out
}

/// A section with a picture.
fn image(kind: u32, format: u32, data: &[u8]) -> Vec<u8> {
    let fields = [0x2_0000, kind, format, SIZE.0, SIZE.1, 0].map(u32::to_le_bytes);
    [b"SECi", fields.as_flattened(), data].concat()
}

fn x3f(version: (u16, u16), exif: &[u8]) -> Vec<u8> {
    let properties = b"SECp\0\0\x02\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    let sections: [(&[u8; 4], Vec<u8>); 5] = [
        (b"IMAG", image(2, 11, &noise(59, 900))),
        (b"IMA2", image(2, 18, &jpeg::baseline(exif, 5000))),
        (b"CAMF", [b"SECc", &noise(61, 333)[..]].concat()),
        (b"PROP", [&properties[..], &noise(67, 80)].concat()),
        (b"IMA2", image(3, 30, &noise(71, (SIZE.0 * SIZE.1) as usize))),
    ];
    let mut out = header(version);
    let mut directory = b"SECd\0\0\x02\0".to_vec();
    directory.extend((sections.len() as u32).to_le_bytes());
    for (kind, section) in sections {
        let place = [out.len() as u32, section.len() as u32].map(u32::to_le_bytes);
        directory.extend([place.as_flattened(), kind].concat());
        out.extend(section);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    let at = out.len() as u32;
    out.extend(directory);
    out.extend(at.to_le_bytes());
    out
}
