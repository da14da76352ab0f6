//! What each photo and video of the challenges is an example of, in the organisers' numbering.

use super::published::Challenge;

/// File of 2006, and what became of it.
const OF_2006: [(&str, &str); 14] = [
    ("1b.jpg", "1b, whole, in the gap of an HTML file"),
    ("2d.jpg", "2d, whole, in the gap of a Word file"),
    ("3a.jpg", "3a, whole"),
    ("3b.jpg", "3b, whole, larger than usual limits"),
    ("3c.jpg", "3c, whole, after a sector that begins with ffd8"),
    ("3d.jpg", "3d, two pieces, text between"),
    ("3e.jpg", "3e, two pieces, a Word file between"),
    ("3f.jpg", "3f, two pieces, random data between"),
    ("3g1.jpg", "3g, two pieces, a JPEG between"),
    ("3g2.jpg", "3g, whole, in the gap of a JPEG"),
    ("3h1.jpg", "3h, two pieces, intertwined with another JPEG"),
    ("3h2.jpg", "3h, two pieces, intertwined with another JPEG"),
    ("3i.jpg", "3i, whole, very large"),
    ("3j.jpg", "3j, two pieces, a sector between that begins with ffd9"),
];

/// File of 2007, and what became of it.
const OF_2007: [(&str, &str); 33] = [
    ("1.jpg", "2, whole"),
    ("2.jpg", "15, two pieces in order, filler between"),
    ("3.jpg", "16, three JPEG intertwined"),
    ("4.jpg", "16, three JPEG intertwined"),
    ("5.jpg", "16, three JPEG intertwined"),
    ("6.jpg", "17, four JPEG intertwined"),
    ("7.jpg", "17, four JPEG intertwined"),
    ("8.jpg", "17, four JPEG intertwined"),
    ("9.jpg", "17, four JPEG intertwined"),
    ("10.jpg", "38, two pieces: 2, 1"),
    ("11.jpg", "39, three pieces: 3, 1, 2"),
    ("12.jpg", "40, three pieces: 3, 2, 1"),
    ("13.jpg", "41, three pieces: 1, 3, 2"),
    ("15.jpg", "42, four pieces: 1, 3, 2, 4"),
    ("14.jpg", "60, end missing"),
    ("16.jpg", "61, middle missing"),
    ("17.jpg", "62, two pieces, end missing"),
    ("18.jpg", "63, last piece before the first, middle missing"),
    ("1.mp4", "5, whole"),
    ("1.mov", "7, whole"),
    ("2.mp4", "22, two pieces in order, filler between"),
    ("3.mp4", "23, two MP4 intertwined"),
    ("4.mp4", "23, two MP4 intertwined"),
    ("2.mov", "25, two pieces in order, filler between"),
    ("3.mov", "26, three MOV intertwined"),
    ("4.mov", "26, three MOV intertwined"),
    ("5.mov", "26, three MOV intertwined"),
    ("6.mov", "55, two pieces: 2, 1"),
    ("5.mp4", "73, end missing"),
    ("7.mov", "86, end missing"),
    ("6.mp4", "87, end missing"),
    ("8.mp4", "87, two pieces, filler between"),
    ("7.mp4", "88, end missing"),
];

/// What a photo or a video is an example of; nothing for other files, and for those without a
/// beginning, of which no carver can tell what they were.
pub fn of(challenge: Challenge, file: &str) -> Option<&'static str> {
    let known: &[(&str, &str)] = match challenge {
        Challenge::Dfrws2006 => &OF_2006,
        Challenge::Dfrws2007 => &OF_2007,
    };
    known.iter().find(|(name, _)| *name == file).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::super::published::{beginning, by_file};
    use super::*;

    #[test]
    fn every_photo_and_video_with_a_beginning_has_a_scenario() {
        for challenge in Challenge::ALL {
            for (file, pieces) in by_file(&challenge.pieces()) {
                let is_picture = [".jpg", ".mov", ".mp4"].iter().any(|end| file.ends_with(end));
                let expected = is_picture && beginning(&pieces) > 0;
                assert_eq!(of(challenge, file).is_some(), expected, "{file}");
            }
        }
    }
}
