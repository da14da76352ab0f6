//! The geometry of a volume of which only file records are left.

use std::collections::BTreeMap;

use afterimage_signatures::Bytes;

use crate::filesystem::Contents;
use crate::filesystem::ntfs::boot::{Geometry, MOST_CLUSTER};
use crate::filesystem::ntfs::file::File;
use crate::filesystem::ntfs::table::{Placed, Table};

/// Copies of the first records that are looked at; a source has two for each volume.
const MOST_ANCHORS: usize = 256;

/// Number of the record of the copy of the first records.
const MIRROR: u64 = 1;

/// What stray records say of where they lie.
#[derive(Debug, Default)]
pub struct Strays {
    /// How many say that a cluster has so many bytes.
    cluster_lens: BTreeMap<u64, u64>,
    /// Where the first record of a table lies, or a copy of it, and the cluster that it, and the copy,
    /// should be at.
    anchors: Vec<Anchor>,
    /// Where each record lies that knows its number, in order.
    numbered: Vec<(u64, u64)>,
    record_len: u64,
}

#[derive(Debug)]
struct Anchor {
    at: u64,
    table: u64,
    mirror: Option<u64>,
}

impl Strays {
    /// What the records of `table` say.
    pub fn of(bytes: &dyn Bytes, table: &Table) -> Self {
        let mut strays = Strays { record_len: table.record_len as u64, ..Strays::default() };
        let mut slot = 0;
        while slot < table.len() {
            let mut piece = table.piece(bytes, slot);
            for here in 0..piece.len() {
                if let Some(placed) = piece.take(here) {
                    strays.add(&placed);
                }
            }
            slot += piece.len().max(1) as u64;
        }
        strays
    }

    fn add(&mut self, placed: &Placed<'_>) {
        let (at, number) = (placed.at(), placed.number);
        self.numbered.push((at, number));
        let mut file = File::default();
        file.add(placed);
        for len in file.streams.iter().filter_map(|stream| stream.cluster_len()) {
            if (512..=MOST_CLUSTER).contains(&len) {
                *self.cluster_lens.entry(len).or_default() += 1;
            }
        }
        let data = file.streams.iter().find(|stream| stream.name().is_none());
        let Some(first) = data.and_then(|data| data.first_cluster()) else { return };
        let named = |name: &str| file.names.iter().any(|own| own.text == name);
        if number == 0 && named("$MFT") && self.anchors.len() < MOST_ANCHORS {
            self.anchors.push(Anchor { at, table: first, mirror: None });
        }
        let last = self.anchors.last_mut().filter(|last| last.at + self.record_len == at);
        if let Some(last) = last.filter(|_| number == MIRROR && named("$MFTMirr")) {
            last.mirror = Some(first);
        }
    }

    /// Where their volume begins, when there is a source of `len` bytes and the volume `known` lies
    /// there now: a format keeps the place of a volume, and the size of clusters as a rule.
    pub fn geometry(&self, len: u64, known: Option<&Contents>) -> Option<Geometry> {
        let usual = known.map_or(4096, |known| known.cluster_len);
        let likeliest =
            self.cluster_lens.iter().max_by_key(|&(&len, &count)| (count, len == usual));
        let cluster_len = likeliest.map(|(&len, _)| len).or(known.map(|known| known.cluster_len))?;
        let geometry = |at: u64, end: u64| {
            let len = end.checked_sub(at)?;
            Some(Geometry { at, len, cluster_len }).filter(|geometry| geometry.clusters() > 0)
        };
        if let Some(known) = known {
            return geometry(known.clusters_at, known.span.end().min(len));
        }
        let starts = self.anchors.iter().flat_map(|anchor| anchor.starts(cluster_len));
        let best = starts.max_by_key(|&(at, table)| (self.agreeing(at, table), u64::MAX - at))?;
        geometry(best.0, len)
    }

    /// How many records lie where their numbers say when the table begins at `table`, in a volume
    /// from `at` on.
    fn agreeing(&self, at: u64, table: u64) -> usize {
        let agrees = |&&(record, number): &&(u64, u64)| {
            let expected =
                number.checked_mul(self.record_len).and_then(|len| len.checked_add(table));
            record >= at && expected == Some(record)
        };
        self.numbered.iter().filter(agrees).count()
    }
}

impl Anchor {
    /// Where the volume and its table begin if this is the first record, and if it is the copy.
    fn starts(&self, cluster_len: u64) -> impl Iterator<Item = (u64, u64)> + use<> {
        let (at, table) = (self.at, self.table);
        let clusters = [Some(table), self.mirror];
        clusters.into_iter().flatten().filter_map(move |cluster| {
            let start = at.checked_sub(cluster.checked_mul(cluster_len)?)?;
            Some((start, start.checked_add(table.checked_mul(cluster_len)?)?))
        })
    }
}
