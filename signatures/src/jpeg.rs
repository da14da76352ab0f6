//! JPEG: the walk over segments and scans, and what follows the picture.
//!
//! Source: ITU-T T.81 (1992), annex B "Compressed data formats".

mod entropy;
mod followers;
mod frame;
mod gcontainer;
mod headers;
mod marker;
mod mpf;
mod prove;
#[cfg(test)]
mod sample;
mod segments;
mod skim;
pub(crate) mod strip;
mod tables;
mod video;
mod walk;

pub use skim::JpegOracle;

use walk::{Walked, walk};

use crate::format::{Effort, Magic};
use crate::verdict::{Grade, MOST_CHILDREN, MOST_ISSUES, Reject, Verdict};
use crate::view::View;

/// What every JPEG begins with: SOI and the first byte of the next marker.
pub static MAGIC: &[Magic] = &[Magic::new(0, b"\xff\xd8\xff")];

/// SOI, one quantisation table, frame and scan header of one component, a byte of data, EOI.
pub const MIN_LEN: u64 = 2 + 69 + 13 + 10 + 1 + 2;

/// What makes viewers open a JPEG that breaks off.
const TERMINATOR: &[u8] = b"\xff\xd9";

/// Measures the JPEG at the view's start with all that belongs to it.
pub fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let mut verdict = match effort {
        Effort::Structure => {
            let walked = walk(view)?;
            structure(view, walked)
        }
        Effort::Proof => prove::prove(view)?,
    };
    verdict.children.sort_by_key(|child| child.span);
    verdict.children.truncate(MOST_CHILDREN);
    Ok(verdict)
}

/// What the segments and markers of a JPEG tell without its data.
fn structure(view: &mut View<'_>, walked: Walked) -> Verdict {
    let mut verdict = Verdict::structural(walked.end, "jpg", "image/jpeg");
    verdict.pixels = walked.pixels;
    verdict.unchecked = walked.parts;
    verdict.issues = walked.issues;
    verdict.issues.truncate(MOST_ISSUES);
    segments::look_into(view, &walked.segments, &mut verdict);
    match walked.broken {
        Some(issue) => {
            verdict.grade = Grade::Partial;
            verdict.proof = "segments, and markers in the data up to the break";
            verdict.share = walked.share;
            verdict.terminator = TERMINATOR.into();
            verdict.note(issue.at, issue.what);
        }
        None => {
            verdict.proof = "segments and scans up to EOI";
            if walked.short {
                verdict.grade = Grade::Damaged;
            }
            followers::add(view, &walked.segments, Effort::Structure, &mut verdict);
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};
    use proptest::prelude::*;

    /// A picture with an index, a directory, Exif data with a thumbnail, and what they point at.
    fn rich() -> Vec<u8> {
        let exif = b"Exif\0\0II*\0\x08\0\0\0\0\0\x0e\0\0\0\x02\0\x01\x02\x04\0\x01\0\0\0\x2c\0\0\0\
            \x02\x02\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0\xff\xd8\xff\xd9....";
        let photoshop = b"Photoshop 3.0\08BIM\x04\x0c\0\0\0\0\0\x24............................\
            \xff\xd8\xff\xd9....";
        let xmp = "MicroVideo hdrgm:Version <Container:Item Item:Semantic='Primary'/>
            <Container:Item Item:Semantic='GainMap' Item:Length='700'/>";
        let extra = [
            sample::mpf(2, 2000, 700),
            sample::segment(0xe1, exif),
            sample::segment(0xed, photoshop),
            sample::xmp(xmp),
        ];
        let first = sample::picture(&extra.concat(), 600);
        [first, sample::picture(&sample::xmp("hdrgm:Version"), 500)].concat()
    }

    fn with<T>(bytes: &[u8], see: impl FnOnce(&mut View<'_>) -> T) -> T {
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        see(&mut View::new(&bytes, &runs, &mut buffer))
    }

    #[test]
    fn children_in_segments_are_found() {
        let file = rich();
        let verdict = with(&file, |view| measure(view, Effort::Structure)).unwrap();
        assert_eq!(verdict.len, file.len() as u64);
        assert_eq!(verdict.exif.len(), 1);
        let starts: Vec<_> = verdict.children.iter().map(|child| child.span.at as usize).collect();
        assert_eq!(starts.len(), 3, "{:?}", verdict.children);
        assert!(starts.iter().all(|&at| file[at..].starts_with(b"\xff\xd8\xff")));
    }

    #[test]
    fn what_lies_behind_a_break_is_not_the_pictures_own() {
        let exif = b"Exif\0\0II*\0\x08\0\0\0\0\0\x0e\0\0\0\x02\0\x01\x02\x04\0\x01\0\0\0\x2c\0\0\0\
            \x02\x02\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0\xff\xd8\xff\xd9....";
        let mut file = sample::picture(&[], 2000);
        file.truncate(file.len() - 2);
        let end = file.len() as u64;
        file.extend([&[0; 5000][..], &sample::segment(0xe1, exif), b"\xff\xd8"].concat());
        let verdict = with(&file, |view| measure(view, Effort::Structure)).unwrap();
        assert_eq!((verdict.len, verdict.grade), (end, Grade::Partial));
        assert_eq!((verdict.exif, verdict.children), (Vec::new(), Vec::new()));
    }

    proptest! {
        /// Whatever the bytes are, a verdict stays inside them and its parts cover it.
        #[test]
        fn damage_leads_to_a_verdict(
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut file = rich();
            for (at, byte) in flips {
                let at = at.index(file.len());
                file[at] = byte;
            }
            file.truncate(cut.index(2 * file.len()).max(4));
            for effort in [Effort::Structure, Effort::Proof] {
                let Ok(verdict) = with(&file, |view| measure(view, effort)) else { continue };
                let parts: u64 = verdict.unchecked.iter().map(|part| part.span.len).sum();
                prop_assert!(parts == verdict.len || effort == Effort::Proof);
                prop_assert!(parts <= verdict.len && verdict.len <= file.len() as u64);
                let spans = verdict.children.iter().map(|child| child.span);
                let mut spans = spans.chain(verdict.exif.iter().map(|exif| exif.span));
                prop_assert!(spans.all(|span| span.end() <= verdict.len));
            }
        }
    }
}
