//! Minolta's blocks, and the sensor data behind them.
//!
//! Source: ExifTool, MinoltaRaw.pm.

use super::SIZE;
use crate::Sample;
use crate::tiff::{noise, writer};

/// Files with samples of 12 bits, and with samples of 12 bits in 16.
pub fn samples() -> Vec<Sample> {
    vec![
        Sample::new("mrw", "DiMAGE A2", mrw("DiMAGE A2", 12)),
        Sample::new("mrw", "DiMAGE 5", mrw("DiMAGE 5", 16)),
    ]
}

/// Rows and columns of the sensor around the picture, in pixels.
const MARGIN: u32 = 8;

fn mrw(model: &'static str, stored_bits: u32) -> Vec<u8> {
    let (width, height) = (SIZE.0 + MARGIN, SIZE.1 + MARGIN);
    let method = if stored_bits == 16 { 82 } else { 89 };
    let mut dimensions = b"27200001".to_vec();
    for side in [height, width, SIZE.1, SIZE.0] {
        dimensions.extend((side as u16).to_be_bytes());
    }
    dimensions.extend([stored_bits as u8, 12, method, 0, 0, 0, 0, 1]);
    let exif = writer::exif_block("Minolta Co., Ltd.", model);
    let blocks = [
        block(b"\0PRD", &dimensions),
        block(b"\0TTW", &exif),
        block(b"\0WBG", &[2, 2, 2, 2, 1, 0xb6, 1, 0, 1, 0, 1, 0xfd]),
        block(b"\0PAD", &[0; 64]),
    ];
    let data = noise(53, (width * height * stored_bits / 8) as usize);
    [block(b"\0MRM", &blocks.concat()), data].concat()
}

fn block(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [name, &(content.len() as u32).to_be_bytes()[..], content].concat()
}
