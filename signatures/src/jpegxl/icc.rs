//! The coded colour profile: read only to know where it ends.

use jxl_bitstream::Bitstream;
use jxl_coding::Decoder;

use super::failure::Failure;

/// Number of contexts that the profile's bytes are coded in.
const CONTEXTS: u32 = 41;

/// Bytes that a profile may decode to without using any of the file's.
const FREE: u64 = 4096;

/// How many times longer than the bytes that it uses a profile may be.
const MOST_RATIO: u64 = 256;

/// Skips the profile, whose length comes first.
///
/// Source: ISO/IEC 18181-1:2024, E.4.1 "Data stream".
pub(super) fn skip(bits: &mut Bitstream<'_>) -> Result<(), Failure> {
    let len = bits.read_u64()?;
    let start = bits.num_read_bits();
    let mut decoder = Decoder::parse(bits, CONTEXTS)?;
    decoder.begin(bits)?;
    let (mut last, mut before) = (0u8, 0u8);
    for index in 0..len {
        let used = (bits.num_read_bits() - start) as u64 / 8;
        if index > FREE + used * MOST_RATIO {
            return Err(Failure::Wrong("length of the colour profile"));
        }
        let value = decoder.read_varint(bits, context(index, last, before))?;
        let Ok(value) = u8::try_from(value) else {
            return Err(Failure::Wrong("colour profile"));
        };
        (last, before) = (value, last);
    }
    decoder.finalize()?;
    Ok(())
}

/// The context of a byte: what kind of byte the last one is, and the one before.
///
/// Source: ISO/IEC 18181-1:2024, E.4.1.
fn context(index: u64, last: u8, before: u8) -> u32 {
    if index <= 128 {
        return 0;
    }
    let last = match last {
        b'a'..=b'z' | b'A'..=b'Z' => 0,
        b'0'..=b'9' | b'.' | b',' => 1,
        0 | 1 => 2 + u32::from(last),
        2..=15 => 4,
        241..=254 => 5,
        255 => 6,
        _ => 7,
    };
    let before = match before {
        b'a'..=b'z' | b'A'..=b'Z' => 0,
        b'0'..=b'9' | b'.' | b',' => 1,
        0..=15 => 2,
        241..=255 => 3,
        _ => 4,
    };
    1 + last + 8 * before
}
