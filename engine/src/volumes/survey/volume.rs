//! A volume of a source, and how far what it says is to be relied on.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::model::SpanSet;
use crate::volumes::filesystem::{self, Contents, Entry};

/// A volume, or what is left of one.
#[derive(Clone, Debug)]
pub struct Volume {
    /// What it says.
    pub contents: Contents,
    /// Number of its partition, where a table names it.
    pub partition: Option<u32>,
    /// Whether it is no longer: another volume lies there now, or its records alone are left.
    pub lost: bool,
    /// Which of [`filesystem::ALL`] it is of.
    pub(super) system: usize,
}

impl Volume {
    /// The volume that begins where `span` does.
    pub(super) fn read(bytes: &dyn Bytes, span: Span, partition: Option<u32>) -> Option<Self> {
        (0..).zip(filesystem::ALL).find_map(|(system, filesystem)| {
            let contents = filesystem.read(bytes, span.at, span.len)?;
            Some(Volume { contents, partition, lost: false, system })
        })
    }

    /// Whether what it says of live files and free clusters can be relied on.
    pub fn is_trusted(&self) -> bool {
        !self.lost && self.is_sound() && self.contents.encrypted.is_none()
    }

    /// Its free clusters, where that can be relied on.
    pub fn trusted_free(&self) -> Option<&SpanSet> {
        self.contents.free.as_ref().filter(|_| self.is_trusted())
    }

    /// Whether a file of it could begin at `at`; what begins elsewhere is part of one.
    pub fn begins_cluster(&self, at: u64) -> bool {
        let Contents { clusters_at, cluster_len, .. } = self.contents;
        at.abs_diff(clusters_at).is_multiple_of(cluster_len.max(1))
    }

    /// Whether nothing in it contradicts itself.
    pub(super) fn is_sound(&self) -> bool {
        self.contents.faults.is_empty()
    }

    /// Whether a file that it lists as there lies at `at`.
    pub(super) fn owns(&self, at: u64) -> bool {
        let mut live = self.contents.entries.iter().filter(|entry| !entry.deleted);
        live.any(|entry| entry.holds(at))
    }

    /// Whether a file of it is still there, as far as that can be relied on.
    pub fn has_live(&self, entry: &Entry) -> bool {
        !entry.deleted && self.is_trusted()
    }
}
