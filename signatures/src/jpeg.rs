//! JPEG: the walk over segments and scans, and what follows the picture.
//!
//! Source: ITU-T T.81 (1992), annex B "Compressed data formats".

mod bridge;
mod decode;
mod entropy;
mod extraneous;
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
mod slip;
pub(crate) mod strip;
mod structure;
mod tables;
mod video;
mod walk;

pub use skim::JpegOracle;

use entropy::Surplus;
use walk::Walked;

use crate::format::{Effort, Magic};
use crate::verdict::{End, MOST_CHILDREN, Reject, Verdict};
use crate::view::View;

/// What every JPEG begins with: SOI and the first byte of the next marker.
pub(crate) static MAGIC: &[Magic] = &[Magic::new(0, b"\xff\xd8\xff")];

/// SOI alone, where something else than a marker follows that decoders pass over.
pub(crate) static ODD_MAGIC: &[Magic] = &[Magic::gated(0, b"\xff\xd8", extraneous::opens)];

/// SOI, one quantisation table, frame and scan header of one component, a byte of data, EOI.
pub(crate) const MIN_LEN: u64 = 2 + 69 + 13 + 10 + 1 + 2;

/// Measures the JPEG at the view's start with all that belongs to it.
pub(crate) fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let mut verdict = match effort {
        Effort::Structure => {
            let (walked, end) = walked(view)?;
            let gaps = walked.gaps.clone();
            let mut verdict = structure::structure(view, walked);
            verdict.end = end;
            decode::tell_gaps(view, &gaps, &mut verdict);
            verdict
        }
        Effort::Proof => prove::prove(view)?,
    };
    verdict.children.sort_by_key(|child| child.span);
    verdict.children.truncate(MOST_CHILDREN);
    Ok(verdict)
}

/// The JPEG at the view's start by its markers, over what is unreadable of it, and how its end is known.
fn walked(view: &mut View<'_>) -> Result<(Walked, End), Reject> {
    let walked = walk::walk(view, Surplus::InOrder);
    let stopped = match &walked {
        Ok(Walked { broken: None, .. }) => None,
        Ok(broken) => Some(broken.end.max(broken.broken.as_ref().map_or(0, |issue| issue.at))),
        Err(reject) => Some(reject.at().saturating_sub(view.base())),
    };
    match stopped.and_then(|stopped| bridge::walk(view, stopped)) {
        Some(bridged) => Ok(bridged),
        None => Ok((walked?, End::Exact)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Grade;
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
    fn what_lies_after_a_break_is_not_the_pictures_own() {
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
