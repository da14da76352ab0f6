//! Unpacking of blocks, each by itself.

use std::io::Read;

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use zlib_rs::{Inflate, InflateFlush, Status};

/// How a block is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    /// A deflate stream without header or checksum (RFC 1951).
    Deflate,
    /// A zlib stream (RFC 1950), whose checksum is verified.
    Zlib,
    /// A zstd frame (RFC 8878).
    Zstd,
}

/// Windows of deflate, by their exponent.
const WINDOW_BITS: u8 = 15;

/// The most that a zstd frame of a block may ask for to look back, in bytes.
const MOST_WINDOW: u64 = 128 << 20;

impl Codec {
    /// Unpacks `packed` into `out`: whether exactly so much came out, and every checksum held.
    pub(super) fn unpack(self, packed: &[u8], out: &mut [u8]) -> bool {
        match self {
            Codec::Deflate => inflate(packed, out, false),
            Codec::Zlib => inflate(packed, out, true),
            Codec::Zstd => zstd(packed, out),
        }
    }
}

/// Fills `out` from a stream of zlib or deflate. What follows the stream is padding.
fn inflate(packed: &[u8], out: &mut [u8], has_header: bool) -> bool {
    let mut inflater = Inflate::new(has_header, WINDOW_BITS);
    let status = inflater.decompress(packed, out, InflateFlush::Finish);
    if inflater.total_out() != out.len() as u64 {
        return false;
    }
    match status {
        Ok(Status::StreamEnd) => true,
        // The end of the stream, and its checksum, may not have been looked at for want of room.
        Ok(Status::Ok | Status::BufError) if has_header => {
            let rest = usize::try_from(inflater.total_in()).ok().and_then(|at| packed.get(at..));
            let end = inflater.decompress(rest.unwrap_or_default(), &mut [0], InflateFlush::Finish);
            matches!(end, Ok(Status::StreamEnd)) && inflater.total_out() == out.len() as u64
        }
        Ok(Status::Ok | Status::BufError) => true,
        Err(_) => false,
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
