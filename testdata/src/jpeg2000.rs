//! JPEG 2000 of a lake that was drawn, in boxes and bare.

use crate::Sample;

/// 160 x 120 pixels in six tiles, by OpenJPEG 2.5.
const LAKE_JP2: &[u8] = include_bytes!("../files/lake.jp2");

/// The same in one tile, with markers around its packets.
const LAKE_J2K: &[u8] = include_bytes!("../files/lake.j2k");

/// The file as it was made, and what other writers make of it.
pub fn samples() -> Vec<Sample> {
    let xml = b"\0\0\0\x15xml <lake></lake>";
    let head = LAKE_JP2.len() - codestream(LAKE_JP2).len();
    let mut open = LAKE_JP2.to_vec();
    open[head - 8..head - 4].fill(0);
    vec![
        Sample::new("jp2", "tiles", LAKE_JP2.to_vec()),
        Sample::new("jp2", "no-size", open),
        Sample::new("jp2", "xml-behind", [LAKE_JP2, xml].concat()),
        Sample::new("j2k", "packet-markers", LAKE_J2K.to_vec()),
        Sample::new("j2k", "tiles", codestream(LAKE_JP2).to_vec()),
        Sample::new("j2k", "no-length", without_length(LAKE_J2K)),
    ]
}

/// The codestream at the end of a JP2 file.
fn codestream(file: &[u8]) -> &[u8] {
    let start = file.windows(4).position(|word| word == b"\xff\x4f\xff\x51");
    &file[start.unwrap_or(file.len())..]
}

/// The codestream with a tile-part that reaches to the end marker. Source: T.800, A.4.2.
fn without_length(file: &[u8]) -> Vec<u8> {
    let mut out = file.to_vec();
    if let Some(sot) = file.windows(4).position(|word| word == b"\xff\x90\0\x0a") {
        out[sot + 6..sot + 10].fill(0);
    }
    out
}
