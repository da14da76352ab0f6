//! Unpacking of blocks, each by itself.

mod adc;
mod bzip2;

use std::io::Read;

use lzfse_rust::LzfseRingDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use zlib_rs::{Inflate, InflateFlush, Status};

/// How a block is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    /// A deflate stream without header or checksum (RFC 1951).
    Deflate,
    /// A zlib stream (RFC 1950), whose checksum is verified.
    Zlib,
    /// The same, which may be shorter than its block: the rest is zeros.
    ZlibPart,
    /// A zstd frame (RFC 8878).
    Zstd,
    /// As it is, with an Adler-32 after it.
    Adler32,
    /// The same, which may be shorter than its block: the rest is zeros.
    Adler32Part,
    /// bzip2, whose checksums are verified.
    Bzip2,
    /// LZFSE of Apple, which has none.
    Lzfse,
    /// LZMA in the form of xz, whose checksums are verified.
    Xz,
    /// ADC of Apple, which has none.
    Adc,
    /// As part of a stream, which its format knows how to unpack.
    Stream,
}

/// Windows of deflate, by their exponent.
const WINDOW_BITS: u8 = 15;

/// The most that a zstd frame of a block may ask for to look back, in bytes.
const MOST_WINDOW: u64 = 128 << 20;

impl Codec {
    /// Unpacks `packed` into `out`: whether exactly so much came out, and every checksum held.
    pub(super) fn unpack(self, packed: &[u8], out: &mut [u8]) -> bool {
        match self {
            Codec::Deflate => inflate(packed, out, false) == Some(out.len()),
            Codec::Zlib => inflate(packed, out, true) == Some(out.len()),
            Codec::ZlibPart => match inflate(packed, out, true) {
                Some(len) => {
                    out[len..].fill(0);
                    true
                }
                None => false,
            },
            Codec::Zstd => zstd(packed, out),
            Codec::Adler32 => stored(packed, out) == Some(out.len()),
            Codec::Adler32Part => stored(packed, out).is_some(),
            Codec::Bzip2 => bzip2::unpack(packed, out),
            Codec::Lzfse => {
                LzfseRingDecoder::default().reader_bytes(packed).read_exact(out).is_ok()
            }
            Codec::Xz => {
                has_small_window(packed) && XzReader::new(packed, false).read_exact(out).is_ok()
            }
            Codec::Adc => adc::unpack(packed, out),
            Codec::Stream => false,
        }
    }
}

/// Copies what is followed by its checksum: as much as is wanted, or all of it before zeros.
fn stored(packed: &[u8], out: &mut [u8]) -> Option<usize> {
    let (bytes, checksum) = packed.split_last_chunk::<4>()?;
    if u32::from_le_bytes(*checksum) != adler32(bytes) {
        return None;
    }
    let len = bytes.len().min(out.len());
    let (made, rest) = out.split_at_mut(len);
    made.copy_from_slice(&bytes[..len]);
    rest.fill(0);
    Some(len)
}

/// The Adler-32 of RFC 1950.
pub(super) fn adler32(bytes: &[u8]) -> u32 {
    simd_adler32::adler32(&bytes)
}

/// Fills `out` from a stream of zlib or deflate, and tells how much came out of it: nothing where it is damaged. What
/// follows the stream is padding.
fn inflate(packed: &[u8], out: &mut [u8], has_header: bool) -> Option<usize> {
    let mut inflater = Inflate::new(has_header, WINDOW_BITS);
    let status = inflater.decompress(packed, out, InflateFlush::Finish).ok()?;
    let made = usize::try_from(inflater.total_out()).ok()?;
    if matches!(status, Status::StreamEnd) {
        return Some(made);
    }
    if made < out.len() {
        return None;
    }
    if !has_header {
        // All is there, and no checksum would follow.
        return Some(made);
    }
    // The end of the stream and its checksum may not have been looked at for want of room.
    let rest = usize::try_from(inflater.total_in()).ok().and_then(|at| packed.get(at..))?;
    let end = inflater.decompress(rest, &mut [0], InflateFlush::Finish).ok()?;
    let is_whole = matches!(end, Status::StreamEnd) && inflater.total_out() == made as u64;
    is_whole.then_some(made)
}

/// Whether an xz stream looks back no further than [`MOST_WINDOW`], by the header of its first block, of which images have
/// no other: a decoder sets as much aside as it says.
///
/// Source: "The .xz File Format", 2.1.1 and 3.1; the only filter is LZMA2, and no length is told.
fn has_small_window(packed: &[u8]) -> bool {
    const STREAM_HEADER: usize = 12;
    const LZMA2: u8 = 0x21;
    let Some([_, flags, rest @ ..]) = packed.get(STREAM_HEADER..) else { return false };
    // Lengths of up to nine bytes come before the filter.
    let lengths = (flags >> 6 & 1) + (flags >> 7 & 1);
    let mut rest = rest;
    for _ in 0..lengths {
        let Some(end) = rest.iter().take(9).position(|byte| byte & 0x80 == 0) else { return false };
        rest = &rest[end + 1..];
    }
    match rest {
        [LZMA2, 1, bits, ..] if flags & 3 == 0 && *bits <= 40 => {
            let window = (2 | u64::from(bits & 1)) << (bits / 2 + 11);
            window <= MOST_WINDOW
        }
        _ => false,
    }
}

/// Fills `out` from one zstd frame. What follows it is padding.
fn zstd(packed: &[u8], out: &mut [u8]) -> bool {
    let (mut decoder, mut packed) = (FrameDecoder::new(), packed);
    decoder.set_max_window_size(MOST_WINDOW);
    if decoder.reset(&mut packed).is_err() {
        return false;
    }
    let mut filled = 0;
    while filled < out.len() {
        let step = BlockDecodingStrategy::UptoBytes(out.len() - filled);
        if !decoder.is_finished() && decoder.decode_blocks(&mut packed, step).is_err() {
            return false;
        }
        match decoder.read(&mut out[filled..]) {
            Ok(0) | Err(_) if decoder.is_finished() => return false,
            Ok(read) => filled += read,
            Err(_) => return false,
        }
    }
    true
}
