//! Which of the pictures in a file is shown for it.

/// The longest picture that is shown as it is, in bytes: a page of them is to open at once.
pub const LONGEST: u64 = 200 << 10;

/// The longer side of a picture that is large enough to be looked at, in pixels: what Exif thumbnails have.
pub const SIDE: u32 = 160;

/// What browsers show as it is.
const SHOWN: [&str; 4] = ["jpeg", "png", "gif", "webp"];

/// A picture in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    /// Its length in bytes.
    pub len: u64,
    /// Its longer side in pixels; 0 where that is not known.
    pub side: u32,
}

/// The position of the picture that is shown: the shortest of those that are large enough, else the largest; none
/// that is longer than [`LONGEST`].
pub fn best(pictures: &[Inside]) -> Option<usize> {
    let short = || pictures.iter().enumerate().filter(|(_, one)| (1..=LONGEST).contains(&one.len));
    let enough = short().filter(|(_, one)| one.side >= SIDE).min_by_key(|(_, one)| one.len);
    // The first of equals, whatever `max_by_key` takes.
    let largest = || short().rev().max_by_key(|(_, one)| (one.side, one.len));
    enough.or_else(largest).map(|(position, _)| position)
}

/// Whether a file of that format and length that was written is shown itself, so that it needs no small picture.
pub fn is_shown_itself(format: &str, len: u64) -> bool {
    len <= LONGEST && SHOWN.contains(&format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pictures: &[(u64, u32)], expected: Option<usize>) {
        let pictures: Vec<Inside> =
            pictures.iter().map(|&(len, side)| Inside { len, side }).collect();
        assert_eq!(best(&pictures), expected, "{pictures:?}");
    }

    #[test]
    fn the_shortest_that_is_large_enough_is_shown() {
        check(&[], None);
        check(&[(5_000, 160), (90_000, 640), (900_000, 6000)], Some(0));
        check(&[(3_000, 120), (90_000, 640), (60_000, 570)], Some(2));
        check(&[(3_000, 120), (2_000, 64)], Some(0));
        check(&[(3_000, 120), (900_000, 1616)], Some(0));
        check(&[(900_000, 1616)], None);
        check(&[(LONGEST, 1), (LONGEST + 1, 2)], Some(0));
        check(&[(0, 160)], None);
        check(&[(3_000, 0), (3_000, 0)], Some(0));
    }

    #[test]
    fn what_a_browser_opens_in_no_time_is_shown_itself() {
        assert!(is_shown_itself("jpeg", LONGEST) && is_shown_itself("webp", 1));
        assert!(!is_shown_itself("jpeg", LONGEST + 1) && !is_shown_itself("heic", 1));
    }
}
