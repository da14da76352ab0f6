//! Numbers as people read them.

use std::time::Duration;

use crate::model::Kinds;

/// `1 photo`, `2 photos`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `15 photos`, `1 video`, `15 photos and 2 videos`.
pub fn kinds(n: Kinds) -> String {
    let (photos, videos) = (count(n.photos, "photo", "photos"), count(n.videos, "video", "videos"));
    match (n.photos, n.videos) {
        (_, 0) => photos,
        (0, _) => videos,
        _ => format!("{photos} and {videos}"),
    }
}

/// `1 photo is`, `1 photo and 1 video are`.
pub fn kinds_are(n: Kinds) -> String {
    format!("{} {}", kinds(n), if n.sum() == 1 { "is" } else { "are" })
}

/// Bytes in the decimal units that are printed on cards and disks.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if n < 1000 {
        return count(n, "byte", "bytes");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = 0;
    // 999.95 would be printed as 1000.0.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A share in per cent. Only all of it is 100 %, and something is never 0 %.
pub fn percent(part: u64, whole: u64) -> String {
    let floor = u128::from(part) * 100 / u128::from(whole.max(1));
    match floor {
        0 if part > 0 => "less than 1 %".to_owned(),
        _ => format!("{floor} %"),
    }
}

/// A time as a person would say it.
pub fn duration(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_decimal_in_the_unit_that_fits() {
        let table = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (31_914_983_424, "31.9 GB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (n, said) in table {
            assert_eq!(bytes(n), said);
        }
    }

    #[test]
    fn photos_and_videos_are_counted_apart() {
        let said = |photos, videos| kinds(Kinds { photos, videos });
        assert_eq!(said(0, 0), "0 photos");
        assert_eq!(said(1, 0), "1 photo");
        assert_eq!(said(0, 2), "2 videos");
        assert_eq!(said(15, 1), "15 photos and 1 video");
        assert_eq!(kinds_are(Kinds { photos: 1, videos: 0 }), "1 photo is");
        assert_eq!(kinds_are(Kinds { photos: 1, videos: 1 }), "1 photo and 1 video are");
    }

    #[test]
    fn only_all_of_it_is_all_of_it() {
        assert_eq!(percent(0, 10), "0 %");
        assert_eq!(percent(1, 1000), "less than 1 %");
        assert_eq!(percent(999, 1000), "99 %");
        assert_eq!(percent(1000, 1000), "100 %");
        assert_eq!(percent(0, 0), "0 %");
        assert_eq!(percent(u64::MAX, u64::MAX), "100 %");
    }

    #[test]
    fn times_are_rounded_to_what_matters() {
        assert_eq!(duration(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(duration(Duration::from_secs(72)), "1 min 12 s");
        assert_eq!(duration(Duration::from_secs(7380)), "2 h 3 min");
    }
}
