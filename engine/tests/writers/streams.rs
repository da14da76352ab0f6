//! The smallest stream of zstd that has several parts.

use super::{Made, block, no_checksum};

/// Bytes of a block of one byte again and again.
const REPEATED: usize = 128 << 10;

/// A frame that does not say how much comes out of it, without its last blocks: how far it looks back, and blocks.
fn header() -> Vec<u8> {
    // 1 MiB.
    b"\x28\xb5\x2f\xfd\x04\x50".to_vec()
}

fn block_header(is_last: bool, kind: u32, size: usize) -> [u8; 3] {
    let [low, middle, high, _] =
        (u32::from(is_last) | kind << 1 | (size as u32) << 3).to_le_bytes();
    [low, middle, high]
}

/// The blocks of a frame that somebody else packed.
fn blocks(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(zstd_safe::compress_bound(bytes.len()));
    zstd_safe::compress(&mut packed, bytes, zstd_safe::CLEVEL_DEFAULT).expect("there is room");
    let descriptor = packed[4];
    let window = usize::from(descriptor & 0x20 == 0);
    let content = [usize::from(descriptor & 0x20 != 0), 2, 4, 8][usize::from(descriptor >> 6)];
    let checksum = if descriptor & 4 != 0 { 4 } else { 0 };
    packed[5 + window + content..packed.len() - checksum].to_vec()
}

/// Text that packs well, and is nowhere the same.
pub fn text(seed: usize, len: usize) -> Vec<u8> {
    let words = ["disk", "photo", "card", "of", "lost", "and", "found", "again", "sector"];
    let mut text = Vec::new();
    let mut state = seed;
    while text.len() < len {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.extend(words[(state >> 33) % words.len()].as_bytes());
        text.push(b' ');
    }
    text.truncate(len);
    text
}

pub fn zstd() -> Made {
    let (first, last) = (block(30, 5000), text(31, 200_000));
    let mut bytes = header();
    bytes.extend(block_header(false, 0, first.len()));
    bytes.extend(&first);
    let mut disk = first;
    for byte in 0..140u8 {
        bytes.extend(block_header(false, 1, REPEATED));
        bytes.push(byte);
        disk.extend([byte; REPEATED]);
    }
    bytes.extend(blocks(&last));
    disk.extend(&last);
    let sum = twox_hash::XxHash64::oneshot(0, &disk) as u32;
    bytes.extend(sum.to_le_bytes());
    // A frame without data, and one that says how much comes out of it.
    bytes.extend(b"\x5a\x2a\x4d\x18\x03\0\0\0abc");
    let second = block(32, 3000);
    bytes.extend(b"\x28\xb5\x2f\xfd\x60");
    bytes.extend((second.len() as u16 - 256).to_le_bytes());
    bytes.extend(block_header(true, 0, second.len()));
    bytes.extend(&second);
    disk.extend(&second);
    let end = bytes.len();
    let fields = vec![
        (4, 1),
        (5, 1),
        (6, 3),
        (5009, 3),
        (5400, 4),
        (5569 + 3, 4),
        (5580, 4),
        (end - 3000 - 3 - 2, 2),
        (end - 3000 - 3, 3),
    ];
    Made { name: "x.zst", bytes, disk, mend: no_checksum, fields }
}
