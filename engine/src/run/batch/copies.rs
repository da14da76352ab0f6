//! Photos that several images of a batch have, by their digests.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::one::folder_of;
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
/// there. Memory grows by a few dozen bytes a file. An image whose report cannot be read back has failed.
pub(super) fn copies(output: &Path, images: &mut [BatchImage]) -> Vec<BatchCopies> {
    let mut seen = Vec::new();
    each(output, images, |image, file| {
        let digest = hex::decode(&file.blake3).unwrap_or_default();
        if let (Some(prefix), Ok(id)) = (digest.first_chunk(), u32::try_from(file.id)) {
            seen.push(Seen { prefix: *prefix, image, id });
        }
    });
    seen.sort_unstable();
    let several = seen.chunk_by(|one, other| one.prefix == other.prefix);
    let several = several
        .filter(|same| same.first().map(|one| one.image) != same.last().map(|one| one.image));
    let wanted: HashSet<(u32, u32)> = several.flatten().map(|one| (one.image, one.id)).collect();
    drop(seen);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut groups = BTreeMap::<String, BatchCopies>::new();
    each(output, images, |image, file| {
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
    groups
}

/// Calls `visit` with each file of its own that stands for its bytes in the report of an image, in order.
fn each(output: &Path, images: &mut [BatchImage], mut visit: impl FnMut(u32, ReportFile)) {
    for (number, image) in (0..).zip(images) {
        let Some(folder) = folder_of(output, image) else { continue };
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
            (image.status, image.error) = (BatchStatus::Failed, Some(error.with_cause()));
        }
    }
}
