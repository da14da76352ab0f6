//! From a place where a file may begin to a record of the file that is there.

use afterimage_signatures::verdict::{Child, Issue, Kinship, MOST_CHILDREN, Verdict};
use afterimage_signatures::{Buffer, Bytes, Effort, Runs, View, exif};

use super::enclosure;
use super::found::Found;
use super::unreadable::{Measured, Place};
use crate::formats::Registry;
use crate::model::{End, FileSystemFacts, Grade, Origin, Record, Status};
use crate::scan::{Hit, Matcher};

/// A child of a child of a child is as deep as cameras go.
const MOST_DEPTH: u32 = 3;

/// Measures candidates.
pub struct Carver<'a> {
    /// Tells the formats of children.
    pub matcher: &'a Matcher,
    /// The formats.
    pub registry: &'a Registry,
    /// How hard to look.
    pub effort: Effort,
}

/// Takes note of the archive or document that a file lies in, which is the first of `found`: most files that are found among
/// false headers are not kept, and nobody need know.
pub fn enclose(bytes: &dyn Bytes, found: &mut [Found]) {
    if let Some(Found { record, .. }) = found.first_mut() {
        record.enclosure = enclosure::around(bytes, record.offset(), record.source_len());
    }
}

/// Where a file was looked for.
struct Spot<'r> {
    index: u32,
    bytes: &'r dyn Bytes,
}

impl Carver<'_> {
    /// The formats that a file may be of which begins at `offset` of a source, as far as `hits` and a
    /// glance at its first bytes tell. `bytes` are the source's, perhaps through a window.
    pub fn glance(
        &self,
        bytes: &dyn Bytes,
        offset: u64,
        hits: &[Hit],
        buffer: &mut Buffer,
    ) -> Vec<usize> {
        let rest = Runs::whole(offset, bytes.len().saturating_sub(offset));
        self.matcher.candidates(hits, &mut View::new(bytes, &rest, buffer))
    }

    /// The file that begins at `offset` of a source, and the pictures inside it; nothing when none
    /// of `formats` accepts it. What it lies in is not [looked for](enclose).
    pub fn carve(
        &self,
        index: u32,
        bytes: &dyn Bytes,
        offset: u64,
        formats: &[usize],
        buffer: &mut Buffer,
    ) -> Vec<Found> {
        let spot = Spot { index, bytes };
        let rest = Runs::whole(offset, bytes.len().saturating_sub(offset));
        self.family(&spot, rest, formats, buffer)
    }

    /// The file that lies in `runs` of a source, and the pictures inside it; nothing when no format
    /// accepts it.
    pub fn carve_runs(
        &self,
        index: u32,
        bytes: &dyn Bytes,
        runs: &Runs,
        buffer: &mut Buffer,
    ) -> Vec<Found> {
        let candidates = self.matcher.formats_of(&mut View::new(bytes, runs, buffer));
        self.family(&Spot { index, bytes }, runs.clone(), &candidates, buffer)
    }

    /// The file of one of some formats that lies in runs of `bytes`, and the pictures inside it.
    pub(super) fn carve_formats(
        &self,
        index: u32,
        bytes: &[u8],
        (runs, formats): (Runs, &[usize]),
        buffer: &mut Buffer,
    ) -> Vec<Found> {
        self.family(&Spot { index, bytes: &bytes }, runs, formats, buffer)
    }

    /// The file that begins where `rest` does, and the pictures inside it.
    fn family(
        &self,
        spot: &Spot<'_>,
        rest: Runs,
        candidates: &[usize],
        buffer: &mut Buffer,
    ) -> Vec<Found> {
        let Some((format, verdict)) = self.measure(spot, &rest, candidates, buffer) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut waiting = vec![(format, verdict, rest, None, 0)];
        while let Some((format, verdict, rest, kin, depth)) = waiting.pop() {
            let runs = rest.slice(0, verdict.len);
            let mut file = self.record(spot, format, &verdict, &runs, buffer);
            let parent = found.len();
            if depth < MOST_DEPTH {
                for (at, child) in verdict.children.iter().enumerate() {
                    let is_known = |other: &Child| other.span.at == child.span.at;
                    if verdict.children[..at].iter().any(is_known) {
                        continue;
                    }
                    if waiting.len() + found.len() > MOST_CHILDREN {
                        break;
                    }
                    match self.child(spot, &runs, child, buffer) {
                        Some((format, verdict, rest)) => {
                            let kin = Some((parent, child.kinship));
                            waiting.push((format, verdict, rest, kin, depth + 1));
                        }
                        // Not every video and inner stream is of a format that is known.
                        None if matches!(child.kinship, Kinship::Inner | Kinship::Motion) => {}
                        None => {
                            let what = format!("no readable {} here", child.kinship.name());
                            file.issues.push(Issue::new(child.span.at, what));
                        }
                    }
                }
            }
            if let Some((_, kin)) = kin {
                file.origin = Origin::Embedded;
                file.kinship = Some(kin);
            }
            let parent = kin.map(|(parent, _)| parent);
            found.push(Found { record: file, joints: verdict.joints, parent });
        }
        found
    }

    /// The first of `candidates` that accepts what lies in `runs`.
    fn measure(
        &self,
        spot: &Spot<'_>,
        runs: &Runs,
        candidates: &[usize],
        buffer: &mut Buffer,
    ) -> Option<(usize, Verdict)> {
        let mut reach = 0;
        let found = candidates.iter().find_map(|&format| {
            let mut view = View::new(spot.bytes, runs, buffer);
            match self.registry.formats()[format].measure(&mut view, self.effort) {
                Ok(verdict) => {
                    let is_file = verdict.len > 0 && verdict.len <= runs.len();
                    is_file.then_some((format, verdict))
                }
                Err(reject) => {
                    reach = reach.max(reject.at());
                    None
                }
            }
        });
        let place = Place { bytes: spot.bytes, runs };
        Measured { found, reach }.honest(place, (self.registry, candidates), buffer)
    }

    /// The picture that a parent's structure points at, if there is one.
    fn child(
        &self,
        spot: &Spot<'_>,
        parent: &Runs,
        child: &Child,
        buffer: &mut Buffer,
    ) -> Option<(usize, Verdict, Runs)> {
        let len = if child.span.len > 0 { child.span.len } else { u64::MAX };
        let runs = parent.slice(child.span.at, len);
        let candidates = self.matcher.formats_of(&mut View::new(spot.bytes, &runs, buffer));
        let (format, verdict) = self.measure(spot, &runs, &candidates, buffer)?;
        Some((format, verdict, runs))
    }

    /// The record of a file, without its digests.
    fn record(
        &self,
        spot: &Spot<'_>,
        format: usize,
        verdict: &Verdict,
        runs: &Runs,
        buffer: &mut Buffer,
    ) -> Record {
        let mut view = View::new(spot.bytes, runs, buffer);
        let (mut exif, exif_issues) = exif::read(&mut view, &verdict.exif, verdict.pixels);
        let noted = exif.as_mut().and_then(|exif| exif.content_identifier.take());
        let grade = Grade::from(verdict.grade);
        let is_partial = grade == Grade::Partial;
        Record {
            source: spot.index,
            format: format as u16,
            origin: Origin::Carved,
            status: Status::Unknown,
            mime: verdict.mime.into(),
            extension: verdict.extension.into(),
            runs: runs.clone(),
            inflated: None,
            fill: verdict.terminator.to_vec(),
            // A partial file went on, or it would not be one.
            end: if is_partial { End::Minimum } else { verdict.end.into() },
            grade,
            proof: verdict.proof.into(),
            unchecked: verdict.unchecked.clone(),
            kept: is_partial.then_some(verdict.len),
            share: verdict.share,
            issues: verdict.issues.iter().cloned().chain(exif_issues).collect(),
            pixels: verdict.pixels,
            exif: exif.filter(|exif| *exif != exif::Exif::default()),
            content_identifier: verdict.content_identifier.clone().or(noted),
            enclosure: None,
            kinship: None,
            facts: FileSystemFacts::default(),
            place: None,
            digests: None,
            listed: None,
            known: None,
        }
    }
}
