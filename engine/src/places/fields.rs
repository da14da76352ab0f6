//! Numbers of fixed width in bytes that may be too few.

/// The bytes from `at` on, `N` of them, where there are so many.
fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The little-endian number of two bytes at `at`.
pub(super) fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

/// The little-endian number of four bytes at `at`.
pub(super) fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// The little-endian number of eight bytes at `at`.
pub(super) fn u64_le(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// Seconds from 1601, where Windows begins to count, to 1970.
const WINDOWS_EPOCH: i64 = 11_644_473_600;

/// The moment that Windows counts in tenths of microseconds since 1601, in UTC.
///
/// Source: Microsoft, `FILETIME` structure.
pub(super) fn filetime(ticks: u64) -> Option<crate::model::Moment> {
    let seconds = i64::try_from(ticks / 10_000_000).ok()? - WINDOWS_EPOCH;
    let nanoseconds = i32::try_from(ticks % 10_000_000 * 100).ok()?;
    crate::model::Moment::utc(seconds, nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_with_the_bytes() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(u16_le(&bytes, 6), Some(0x0807));
        assert_eq!((u16_le(&bytes, 7), u32_le(&bytes, usize::MAX)), (None, None));
        assert_eq!(u64_le(&bytes, 0), Some(0x0807_0605_0403_0201));
    }

    #[test]
    fn the_clock_of_windows_begins_in_1601() {
        let moment = filetime(132_537_600_005_000_000).unwrap();
        assert_eq!(moment.to_string(), "2020-12-30T00:00:00Z");
        assert_eq!((filetime(0), filetime(u64::MAX)), (None, None));
    }
}
