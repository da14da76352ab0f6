//! What Windows notes of a file in the Recycle Bin, in both versions.
//!
//! Checked by rifiuti2 0.7.0, which reads both.

/// Characters that the path of version 1 has room for.
const ROOM: usize = 260;

/// That many seconds since 1970 as Windows counts: 100 ns since 1601.
pub fn filetime(seconds: i64) -> u64 {
    (seconds + 11_644_473_600) as u64 * 10_000_000
}

/// UTF-16 text with the NUL after it.
pub fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// A `$I` file of Windows Vista to 8.1: 544 bytes.
pub fn record_1(path: &str, size: u64, deleted: u64) -> Vec<u8> {
    let mut out = [1, size, deleted].map(u64::to_le_bytes).concat();
    out.extend(wide(path));
    out.resize(24 + 2 * ROOM, 0);
    out
}

/// A `$I` file of Windows 10 and later, as long as its path.
pub fn record_2(path: &str, size: u64, deleted: u64) -> Vec<u8> {
    let mut out = [2, size, deleted].map(u64::to_le_bytes).concat();
    let path = wide(path);
    out.extend((path.len() as u32 / 2).to_le_bytes());
    out.extend(path);
    out
}
