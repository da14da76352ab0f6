//! Numbers as people read them.

/// `1 photo`, `2 photos`.
pub(super) fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// Digits in groups of three.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut made = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            made.push(',');
        }
        made.push(digit);
    }
    made
}

/// `15 photos`, `1 video`, `15 photos and 2 videos`.
pub(super) fn kinds(photos: u64, videos: u64) -> String {
    match (photos, videos) {
        (_, 0) => count(photos, "photo", "photos"),
        (0, _) => count(videos, "video", "videos"),
        _ => {
            format!("{} and {}", count(photos, "photo", "photos"), count(videos, "video", "videos"))
        }
    }
}

/// Bytes in the decimal units that are printed on cards and disks.
pub(super) fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if n < 1000 {
        return count(n, "byte", "bytes");
    }
    let (mut value, mut unit) = (n as f64 / 1000.0, 0);
    // 999.95 would be printed as 1000.0.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A share in per cent. Only all of it is 100 %, and something is never 0 %.
pub(super) fn percent(part: u64, whole: u64) -> String {
    match u128::from(part) * 100 / u128::from(whole.max(1)) {
        0 if part > 0 => "less than 1 %".to_owned(),
        share => format!("{share} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_people() {
        assert_eq!(count(1, "photo", "photos"), "1 photo");
        assert_eq!(count(1_234_567, "photo", "photos"), "1,234,567 photos");
        assert_eq!(grouped(100), "100");
        assert_eq!(kinds(15, 1), "15 photos and 1 video");
        assert_eq!(bytes(999_950), "1.0 MB");
        assert_eq!(percent(1, 1000), "less than 1 %");
        assert_eq!(percent(u64::MAX, u64::MAX), "100 %");
    }
}
