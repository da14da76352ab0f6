//! Unpacking of blocks, each by itself.

mod adc;

use std::io::Read;

use bzip2::{Decompress, Status as Bzip2Status};
use lzfse_rust::LzfseRingDecoder;
use lzma_rust2::XzReader;
use zlib_rs::{Inflate, InflateFlush, Status};
use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer};

/// How a block is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    /// A deflate stream without header or checksum (RFC 1951).
    Deflate,
    /// A zlib stream (RFC 1950), whose checksum is verified.
    Zlib,
    /// The same, which may be shorter than its block: the rest is zeros.
    ZlibPart,
    /// A zstd frame (RFC 8878), whose checksum is verified when the frame is no longer than its block.
    Zstd,
    /// As it is; what it must be is told elsewhere.
    Stored,
    /// As it is, with an Adler-32 after it.
    Adler32,
    /// The same, which may be shorter than its block: the rest is zeros.
    Adler32Part,
    /// bzip2, whose checksums are verified.
    Bzip2,
    /// The same, which may be shorter than its block: the rest is zeros.
    Bzip2Part,
    /// A block of Snappy, which has none.
    Snappy,
    /// A block of LZ4, which has none.
    Lz4,
    /// LZFSE of Apple, which has none.
    Lzfse,
    /// LZMA in the form of xz, whose checksums are verified.
    Xz,
    /// ADC of Apple, which has none.
    Adc,
    /// Not at all: it is these bytes again and again.
    Pattern([u8; 8]),
    /// As part of a stream, which its format knows how to unpack.
    Stream,
}

/// Windows of deflate, by their exponent.
const WINDOW_BITS: u8 = 15;

/// The most that a zstd frame may ask for to look back, in bytes, and a stream of xz: the blocks of a disk image are short.
pub(super) const MOST_WINDOW: u64 = 128 << 20;
const MOST_XZ_WINDOW: u64 = 32 << 20;

/// Bytes that the decoder of bzip2 sets aside.
const BZIP2_MEMORY: u64 = 3_700 << 10;

/// What the decoder of xz sets aside besides, in KiB.
const XZ_OVERHEAD: u32 = 1 << 10;

impl Codec {
    /// Bytes of memory that unpacking `len` bytes takes besides them and the packed ones.
    pub(super) fn memory(self, len: u64) -> u64 {
        match self {
            Codec::Zstd => len.min(MOST_WINDOW),
            Codec::Xz => MOST_XZ_WINDOW,
            Codec::Bzip2 | Codec::Bzip2Part => BZIP2_MEMORY,
            _ => 0,
        }
    }

    /// Unpacks `packed` into `out`: whether so much came out of it, and the checksum held where the way of packing has
    /// one that is verified.
    ///
    /// With a checksum, and of Snappy and LZ4, no more may come out. Deflate, zstd, LZFSE and ADC are not asked for more:
    /// what would come after is not looked at.
    pub(super) fn unpack(self, packed: &[u8], out: &mut [u8]) -> bool {
        match self {
            Codec::Deflate => inflate(packed, out, false) == Some(out.len()),
            Codec::Zlib => inflate(packed, out, true) == Some(out.len()),
            Codec::ZlibPart => fill(inflate(packed, out, true), out),
            Codec::Zstd => zstd(packed, out),
            Codec::Stored => plain(packed, out),
            Codec::Adler32 => stored(packed, out) == Some(out.len()),
            Codec::Adler32Part => stored(packed, out).is_some(),
            Codec::Bzip2 => bunzip2(packed, out) == Some(out.len()),
            Codec::Bzip2Part => fill(bunzip2(packed, out), out),
            Codec::Snappy => snappy(packed, out),
            Codec::Lz4 => lz4(packed, out),
            Codec::Lzfse => {
                LzfseRingDecoder::default().reader_bytes(packed).read_exact(out).is_ok()
            }
            Codec::Xz => xz(packed, out),
            Codec::Adc => adc::unpack(packed, out),
            Codec::Pattern(pattern) => {
                out.iter_mut().zip(pattern.iter().cycle()).for_each(|(out, byte)| *out = *byte);
                true
            }
            Codec::Stream => false,
        }
    }
}

/// Fills `out` from a stream of xz. The checksum of a block is looked at by the read that finds its end.
fn xz(packed: &[u8], out: &mut [u8]) -> bool {
    let most = (MOST_XZ_WINDOW >> 10) as u32 + XZ_OVERHEAD;
    let mut reader = XzReader::new_mem_limit(packed, false, most);
    reader.read_exact(out).is_ok() && matches!(reader.read(&mut [0]), Ok(0))
}

/// Copies what lies as it is: as much as is there, before zeros.
fn plain(packed: &[u8], out: &mut [u8]) -> bool {
    let len = packed.len().min(out.len());
    let (made, rest) = out.split_at_mut(len);
    made.copy_from_slice(&packed[..len]);
    rest.fill(0);
    true
}

/// Copies what is followed by its checksum, with zeros after it: how much that is, which is no more than `out` has room for.
fn stored(packed: &[u8], out: &mut [u8]) -> Option<usize> {
    let (bytes, checksum) = packed.split_last_chunk::<4>()?;
    if u32::from_le_bytes(*checksum) != adler32(bytes) {
        return None;
    }
    let (made, rest) = out.split_at_mut_checked(bytes.len())?;
    made.copy_from_slice(bytes);
    rest.fill(0);
    Some(bytes.len())
}

/// Bytes of the Adler-32 that follows what it covers.
pub(super) const ADLER32_LEN: u64 = 4;

/// The Adler-32 of RFC 1950.
pub(super) fn adler32(bytes: &[u8]) -> u32 {
    simd_adler32::adler32(&bytes)
}

/// Fills `out` from a stream of zlib or deflate, and tells how much came out of it: nothing where it is damaged. What
/// follows the stream is padding.
fn inflate(packed: &[u8], out: &mut [u8], has_header: bool) -> Option<usize> {
    inflate_from(packed, out, has_header).map(|(made, _)| made)
}

/// The same of a zlib stream (RFC 1950), whose checksum holds; and how many bytes of `packed` it is.
pub(super) fn zlib_len(packed: &[u8], out: &mut [u8]) -> Option<(usize, usize)> {
    inflate_from(packed, out, true)
}

fn inflate_from(packed: &[u8], out: &mut [u8], has_header: bool) -> Option<(usize, usize)> {
    let mut inflater = Inflate::new(has_header, WINDOW_BITS);
    let status = inflater.decompress(packed, out, InflateFlush::Finish).ok()?;
    let made = usize::try_from(inflater.total_out()).ok()?;
    let taken = |inflater: &Inflate| usize::try_from(inflater.total_in()).ok();
    if matches!(status, Status::StreamEnd) {
        return Some((made, taken(&inflater)?));
    }
    if made < out.len() {
        return None;
    }
    if !has_header {
        // All is there, and no checksum would follow.
        return Some((made, taken(&inflater)?));
    }
    // The end of the stream and its checksum may not have been looked at for want of room.
    let rest = packed.get(taken(&inflater)?..)?;
    let end = inflater.decompress(rest, &mut [0], InflateFlush::Finish).ok()?;
    let is_whole = matches!(end, Status::StreamEnd) && inflater.total_out() == made as u64;
    let taken = taken(&inflater)?;
    is_whole.then_some((made, taken))
}

/// Fills `out` from a stream of bzip2, and tells how much came out of it: nothing where it is damaged.
fn bunzip2(packed: &[u8], out: &mut [u8]) -> Option<usize> {
    let mut decoder = Decompress::new(false);
    let status = decoder.decompress(packed, out).ok()?;
    let made = usize::try_from(decoder.total_out()).ok()?;
    if status == Bzip2Status::StreamEnd {
        return Some(made);
    }
    if made < out.len() {
        return None;
    }
    // The end of the stream and its checksum are looked at when more is asked for.
    let rest = usize::try_from(decoder.total_in()).ok().and_then(|at| packed.get(at..))?;
    let end = decoder.decompress(rest, &mut [0]).ok()?;
    let is_whole = end == Bzip2Status::StreamEnd && decoder.total_out() == made as u64;
    is_whole.then_some(made)
}

/// Fills `out` from a block of Snappy, which tells its length.
fn snappy(packed: &[u8], out: &mut [u8]) -> bool {
    snap::raw::decompress_len(packed).is_ok_and(|len| len == out.len())
        && snap::raw::Decoder::new().decompress(packed, out).is_ok()
}

/// Fills `out` from a block of LZ4, before which some programs write how much comes out of it.
fn lz4(packed: &[u8], out: &mut [u8]) -> bool {
    let len = out.len();
    let mut fills =
        |packed| lz4_flex::block::decompress_into(packed, out).is_ok_and(|made| made == len);
    let after_len = || {
        let (said, rest) = packed.split_first_chunk()?;
        (u32::from_le_bytes(*said) as usize == len).then_some(rest)
    };
    fills(packed) || after_len().is_some_and(fills)
}

/// Fills what comes after the bytes that were made, if any were, with zeros.
fn fill(made: Option<usize>, out: &mut [u8]) -> bool {
    let rest = made.and_then(|made| out.get_mut(made..));
    rest.map(|rest| rest.fill(0)).is_some()
}

/// Fills `out` from one zstd frame. What follows it is padding.
fn zstd(packed: &[u8], out: &mut [u8]) -> bool {
    let Some(mut decoder) = DCtx::try_create() else { return false };
    if decoder.set_parameter(DParameter::WindowLogMax(MOST_WINDOW.ilog2())).is_err() {
        return false;
    }
    let (mut packed, len) = (InBuffer::around(packed), out.len());
    let mut out = OutBuffer::around(out);
    while out.pos() < len {
        let before = (packed.pos(), out.pos());
        match decoder.decompress_stream(&mut out, &mut packed) {
            Ok(0) => break,
            Ok(_) if (packed.pos(), out.pos()) != before => {}
            _ => return false,
        }
    }
    out.pos() == len
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// What `xz -0 -C crc32` makes of the words of the test.
    const XZ: &[u8] = b"\xfd\x37\x7a\x58\x5a\x00\x00\x01\x69\x22\xde\x36\x02\x00\x21\x01\x0c\x00\x00\x00\x8f\x98\x41\
            \x9c\xe0\x09\xc3\x00\x2e\x5d\x00\x3a\x1a\x08\xce\x76\xd9\x76\xd3\x93\xce\xe0\x6c\x5c\x75\xe4\
            \x06\x0a\x0d\xf6\x11\xe9\x87\xf6\x56\x75\x6f\x4a\x9a\x54\x88\x35\xa7\xd8\x8e\x7a\xb7\xa5\x72\
            \x60\x59\x6f\x0d\x6b\x54\xd8\x00\x00\x00\x00\xb2\x33\xd3\x10\x00\x01\x46\xc4\x13\x00\x00\x00\
            \xc6\x8b\x6d\x44\x3e\x30\x0d\x8b\x02\x00\x00\x00\x00\x01\x59\x5a";

    /// Whether a codec gives back `bytes`, and nothing else when some bit of what is packed is another.
    #[track_caller]
    fn check(codec: Codec, packed: &[u8], bytes: &[u8], has_checksum: bool) {
        let mut out = vec![0xee; bytes.len()];
        assert!(codec.unpack(packed, &mut out) && out == bytes, "{codec:?}");
        let mut short = vec![0xee; bytes.len() + 1];
        let is_part = matches!(codec, Codec::Bzip2Part | Codec::ZlibPart | Codec::Adler32Part);
        assert_eq!(codec.unpack(packed, &mut short), is_part, "{codec:?}");
        for cut in 0..packed.len() {
            codec.unpack(&packed[..cut], &mut out);
            let mut changed = packed.to_vec();
            changed[cut] ^= 0x40;
            let is_whole = codec.unpack(&changed, &mut out);
            assert!(!has_checksum || !is_whole || out == bytes, "{codec:?} at {cut}");
        }
    }

    #[test]
    fn blocks_come_out_as_they_were_packed_or_not_at_all() {
        let bytes = b"the same words again and ".repeat(100);
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(&bytes).unwrap();
        let bzip2 = bzip2.finish().unwrap();
        check(Codec::Bzip2, &bzip2, &bytes, true);
        check(Codec::Bzip2Part, &bzip2, &bytes, true);
        let snappy = snap::raw::Encoder::new().compress_vec(&bytes).unwrap();
        check(Codec::Snappy, &snappy, &bytes, false);
        check(Codec::Lz4, &lz4_flex::block::compress(&bytes), &bytes, false);
        check(Codec::Lz4, &lz4_flex::block::compress_prepend_size(&bytes), &bytes, false);
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(&bytes, 6);
        check(Codec::Zlib, &zlib, &bytes, true);
        check(Codec::ZlibPart, &zlib, &bytes, true);
        let mut stored = bytes.clone();
        stored.extend(adler32(&bytes).to_le_bytes());
        check(Codec::Adler32, &stored, &bytes, true);
        check(Codec::Adler32Part, &stored, &bytes, true);
        check(Codec::Xz, XZ, &bytes, true);
    }

    #[test]
    fn a_block_with_a_checksum_is_no_longer_than_it_must_be() {
        let stored = [&b"eight by"[..], &adler32(b"eight by").to_le_bytes()].concat();
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(b"eight by", 6);
        let mut out = [0; 7];
        for codec in [Codec::Adler32, Codec::Adler32Part] {
            assert!(!codec.unpack(&stored, &mut out), "{codec:?}");
        }
        for codec in [Codec::Zlib, Codec::ZlibPart] {
            assert!(!codec.unpack(&zlib, &mut out), "{codec:?}");
        }
    }
}
