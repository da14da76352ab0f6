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

/// Bytes that hold the two numbers which the data begins with, whatever they are.
const PREAMBLE: usize = 20;

/// Length of what every colour profile begins with, in bytes (ICC.1:2022, 7.2 "Profile header").
const LEAST_PROFILE: u64 = 128;

/// By how many bytes the data may be longer than the profile that it makes.
const MOST_LONGER: u64 = 64 << 10;

/// Skips the profile, whose length comes first.
///
/// Source: ISO/IEC 18181-1:2024, E.4.1 "Data stream".
pub(super) fn skip(bits: &mut Bitstream<'_>) -> Result<(), Failure> {
    let len = bits.read_u64()?;
    let start = bits.num_read_bits();
    let mut decoder = Decoder::parse(bits, CONTEXTS)?;
    decoder.begin(bits)?;
    let (mut last, mut before) = (0u8, 0u8);
    let mut preamble = Vec::with_capacity(PREAMBLE);
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
        if preamble.len() < PREAMBLE {
            preamble.push(value);
            let is_all = preamble.len() == PREAMBLE || index + 1 == len;
            if is_all && !is_plausible(&preamble, len) {
                return Err(Failure::Wrong("colour profile"));
            }
        }
    }
    decoder.finalize()?;
    Ok(())
}

/// Whether `len` bytes that begin so can make a profile: its length comes first, then that of the commands that make it.
///
/// Source: ISO/IEC 18181-1:2024, E.4.2 "Encoded ICC stream"; libjxl, icc_codec.cc, for how much longer it may be.
fn is_plausible(begins: &[u8], len: u64) -> bool {
    let Some((profile, rest)) = varint(begins) else { return false };
    let Some((commands, _)) = varint(rest) else { return false };
    (LEAST_PROFILE..=u64::from(u32::MAX)).contains(&profile)
        && profile + MOST_LONGER >= len
        && commands <= len
}

/// The number of 63 bits at most that bytes begin with, seven bits in each, the lowest first.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let len = bytes.iter().take(9).position(|byte| byte & 0x80 == 0)? + 1;
    let (number, rest) = bytes.split_at(len);
    let value = number.iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
    Some((value, rest))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_longer_than_its_header_and_not_much_shorter_than_its_data() {
        for (begins, len, expected) in [
            (&[0x80, 0x01, 5][..], 100, true),
            (&[0x7f, 5], 100, false),
            (&[0x80, 0x01, 101], 100, false),
            (&[0x80, 0x01, 5], (64 << 10) + 128, true),
            (&[0x80, 0x01, 5], (64 << 10) + 129, false),
            (&[0x80, 0x80, 0x80, 0x80, 0x10, 5], 100, false),
            (&[0x80, 0x01], 2, false),
            (&[0x80; 20], 20, false),
            (&[], 0, false),
        ] {
            assert_eq!(is_plausible(begins, len), expected, "{begins:02x?} {len}");
        }
    }
}
