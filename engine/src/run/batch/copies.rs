//! Photos that several images of a batch have, by their digests.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::one::folder_of;
use crate::control::error::Error;
use crate::model::hex;
use crate::output::report::{
    BatchCopies, BatchCopy, BatchImage, BatchStatus, ReportDisposition, ReportFile,
};
use crate::run::results::Results;

/// So many bytes of a digest tell a file from others while all are looked through; the rest is compared after that.
const PREFIX: usize = 16;

/// A file of one of the images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    prefix: [u8; PREFIX],
    image: u32,
    id: u32,
}

/// The photos and videos of their own that more than one image has, in the order of the first image and the number
/// there, and the images whose reports cannot be read back, which have failed. Memory grows by a few dozen bytes a file.
pub(super) fn copies(
    output: &Path,
    images: &mut [BatchImage],
) -> (Vec<BatchCopies>, Vec<(PathBuf, Error)>) {
    let mut seen = Vec::new();
    let mut unread = BTreeMap::new();
    each(output, images, &mut unread, |image, file| {
        let digest = hex::decode(&file.blake3).unwrap_or_default();
        if let (Some(prefix), Ok(id)) = (digest.first_chunk(), u32::try_from(file.id)) {
            seen.push(Seen { prefix: *prefix, image, id });
        }
    });
    seen.retain(|one: &Seen| !unread.contains_key(&one.image));
    seen.sort_unstable();
    let several = seen.chunk_by(|one, other| one.prefix == other.prefix);
    let several = several
        .filter(|same| same.first().map(|one| one.image) != same.last().map(|one| one.image));
    let wanted: HashSet<(u32, u32)> = several.flatten().map(|one| (one.image, one.id)).collect();
    drop(seen);
    if wanted.is_empty() {
        return (Vec::new(), failed(unread, images));
    }
    let mut groups = BTreeMap::<String, BatchCopies>::new();
    each(output, images, &mut unread, |image, file| {
        if !u32::try_from(file.id).is_ok_and(|id| wanted.contains(&(image, id))) {
            return;
        }
        let group = groups.entry(file.blake3.clone()).or_insert_with(|| BatchCopies {
            blake3: file.blake3,
            size: file.size,
            files: Vec::new(),
        });
        group.files.push(BatchCopy { image, id: file.id, name: file.name, path: file.path });
    });
    let is_of_several = |group: &BatchCopies| {
        group.files.first().map(|one| one.image) != group.files.last().map(|one| one.image)
    };
    let mut groups: Vec<_> = groups.into_values().filter(is_of_several).collect();
    groups.sort_by_key(|group| group.files.first().map(|one| (one.image, one.id)));
    (groups, failed(unread, images))
}

/// Calls `visit` with each file of its own that stands for its bytes in the report of an image, in order. Adds to `unread`
/// the images whose reports cannot be read, and passes over those that are in it.
fn each(
    output: &Path,
    images: &[BatchImage],
    unread: &mut BTreeMap<u32, Error>,
    mut visit: impl FnMut(u32, ReportFile),
) {
    for (number, image) in (0..).zip(images) {
        let Some(folder) = folder_of(output, image).filter(|_| !unread.contains_key(&number))
        else {
            continue;
        };
        let report = Results::open(&folder).and_then(|results| results.report());
        let read = report.and_then(|mut report| {
            report.files(|file| {
                let is_shown = file.disposition != ReportDisposition::Unseen;
                if file.parent.is_none() && file.duplicate_of.is_none() && is_shown {
                    visit(number, file);
                }
                Ok(())
            })
        });
        if let Err(error) = read {
            unread.insert(number, error);
        }
    }
}

/// Marks images as failed, and gives their paths.
fn failed(unread: BTreeMap<u32, Error>, images: &mut [BatchImage]) -> Vec<(PathBuf, Error)> {
    let mut failed = Vec::with_capacity(unread.len());
    for (number, error) in unread {
        let Some(image) = images.get_mut(number as usize) else { continue };
        (image.status, image.error) = (BatchStatus::Failed, Some(error.with_cause()));
        failed.push((PathBuf::from(&image.path), error));
    }
    failed
}
