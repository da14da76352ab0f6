//! What is known of photos that existed, and which of the files that were found they are.

use std::cmp::Reverse;

use super::environment::Environment;
use super::job::{Job, Settled};
use super::source_job::SourceJob;
use crate::control::error::Error;
use crate::model::{Lost, LostState, Moment};
use crate::output::report::{Fidelity, Grade, ReportFile, Status};
use crate::settle::{Disposition, LostRow, Survivor, lost_rows};

/// What is said of a photo that was not lost.
const STILL_THERE: &str = "it is still there";

impl Job<'_, Settled> {
    /// The ledger of the lost: one row for every photo that lists, directory entries and numberings tell of.
    pub(super) fn lost_rows(&self) -> Result<Vec<LostRow>, Error> {
        let Environment { options, told, .. } = &self.environment;
        let lists = options.lost_hashes.as_deref();
        let mut lost = lists.map(|lists| lists.lost()).unwrap_or_default();
        lost.extend(told.iter().cloned());
        lost.extend(self.sources.iter().flat_map(name_only));
        lost.extend(self.sources.iter().flat_map(|source| source.gaps.iter().cloned()));
        if lists.is_none() && told.is_empty() || lost.is_empty() {
            // Whatever directory entries and numberings tell of here, nothing was found of it.
            return Ok(lost_rows(lost, &[]));
        }
        let mut found = Vec::new();
        for listed in self.listed() {
            let (file, disposition) = listed?;
            if disposition != Disposition::Unseen {
                let state = survivor_state(&file);
                let (is_copy, is_inner) = (file.duplicate_of.is_some(), file.parent.is_some());
                let rank = (Reverse(state), is_copy, is_inner, file.id);
                let is_in_place = file.place.as_ref().is_some_and(|place| place.name.is_some());
                let is_live = file.status == Status::Live && !is_in_place;
                found.push((rank, is_live && state == LostState::Whole, survivor(file)));
            }
        }
        found.sort_unstable_by_key(|(rank, ..)| *rank);
        let live: std::collections::HashSet<u64> =
            found.iter().filter(|(_, is_live, _)| *is_live).map(|(.., one)| one.id).collect();
        let survivors: Vec<Survivor> = found.into_iter().map(|(.., one)| one).collect();
        let mut rows = lost_rows(lost, &survivors);
        for row in rows.iter_mut().filter(|row| row.file.is_some_and(|file| live.contains(&file))) {
            row.note = Some(match row.note.take() {
                Some(note) => format!("{note}; {STILL_THERE}"),
                None => STILL_THERE.to_owned(),
            });
        }
        Ok(rows)
    }
}

/// The photos of which directory entries alone are left.
fn name_only(source: &SourceJob) -> Vec<Lost> {
    let volumes = source.survey.volumes.iter().zip(&source.name_only);
    let lost = volumes.flat_map(|(volume, entries)| {
        let by = format!("directory entries of the {} volume", volume.contents.kind);
        entries.iter().map(move |entry| Lost {
            size: Some(entry.size),
            note: entry.modified.map(|moment| format!("last modified {moment}")),
            ..Lost::named(by.clone(), entry.path.clone())
        })
    });
    lost.collect()
}

/// What a file is of its photo.
fn survivor_state(file: &ReportFile) -> LostState {
    let is_small = file.place.as_ref().is_some_and(|place| place.fidelity <= Fidelity::Preview);
    match (file.grade, file.kinship.as_deref()) {
        (_, Some("thumbnail" | "preview")) => LostState::PreviewOnly,
        _ if is_small => LostState::PreviewOnly,
        (Grade::Partial | Grade::Damaged, _) => LostState::Partial,
        _ => LostState::Whole,
    }
}

/// A file of the report, as the ledger of the lost asks of it.
fn survivor(file: ReportFile) -> Survivor {
    let taken = file
        .exif
        .as_ref()
        .and_then(|exif| Moment::parse(exif.taken.as_deref()?, exif.utc_offset.as_deref()));
    let state = survivor_state(&file);
    let others = [("sha256", file.sha256), ("sha1", file.sha1), ("md5", file.md5)];
    let others = others.into_iter().filter_map(|(name, digest)| Some((name, digest?)));
    let mut digests: Vec<_> = [("blake3", file.blake3)].into_iter().chain(others).collect();
    if let Some(listed) = file.listed {
        digests.push((listed.algorithm.name(), listed.digest));
    }
    Survivor { id: file.id, path: file.original_path, size: file.size, taken, digests, state }
}
