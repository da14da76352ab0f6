//! The geometry of a volume of which only file records are left.

use std::collections::BTreeMap;

use afterimage_signatures::{Bytes, Runs};

use crate::volumes::filesystem::Contents;
use crate::volumes::filesystem::ntfs::file::{DataStream, NtfsFile};
use crate::volumes::filesystem::ntfs::geometry::{MOST_CLUSTER, NtfsGeometry};
use crate::volumes::filesystem::ntfs::table::{PlacedRecord, RecordTable};

/// Copies of the first records that are looked at; a source has two for each volume.
const MOST_ANCHORS: usize = 64;

/// Records that are asked where they should be.
const MOST_ASKED: usize = 4096;

/// Records of which there is a copy.
const MIRRORED: u64 = 4;

/// Number of the record of the copy of the first records.
const MIRROR: u64 = 1;

/// What stray records say of where they lie.
#[derive(Debug, Default)]
pub(crate) struct OrphanedRecords {
    /// How many say that a cluster has so many bytes.
    cluster_lens: BTreeMap<u64, u64>,
    /// Where the first record of a table lies, or a copy of it, with where the table and the copy
    /// should be.
    anchors: Vec<TableAnchor>,
    /// Where each record lies that knows its number, in order.
    numbered: Vec<(u64, u64)>,
    record_len: u64,
}

#[derive(Debug)]
struct TableAnchor {
    at: u64,
    table: DataStream,
    mirror: Option<u64>,
}

impl OrphanedRecords {
    /// What the records of `table` say.
    pub(crate) fn of(bytes: &dyn Bytes, table: &RecordTable) -> Self {
        let mut strays =
            OrphanedRecords { record_len: table.record_len as u64, ..OrphanedRecords::default() };
        let mut slot = 0;
        while slot < table.len() {
            let mut batch = table.batch(bytes, slot);
            for here in 0..batch.len() {
                if let Some(placed) = batch.take(here) {
                    strays.add(&placed);
                }
            }
            slot += batch.len().max(1) as u64;
        }
        strays
    }

    fn add(&mut self, placed: &PlacedRecord<'_>) {
        let (at, number) = (placed.at(), placed.number);
        self.numbered.push((at, number));
        let mut file = NtfsFile::default();
        file.add(placed);
        for len in file.streams.iter().filter_map(|stream| stream.cluster_len()) {
            if (512..=MOST_CLUSTER).contains(&len) {
                *self.cluster_lens.entry(len).or_default() += 1;
            }
        }
        let named = |name: &str| file.names.iter().any(|own| own.text == name);
        let table = number == 0 && named("$MFT") && self.anchors.len() < MOST_ANCHORS;
        let mirror = number == MIRROR && named("$MFTMirr");
        let Some(data) = file.streams.into_iter().find(|stream| stream.name().is_none()) else {
            return;
        };
        let last = self.anchors.last_mut().filter(|last| last.at + self.record_len == at);
        match last {
            Some(last) if mirror => last.mirror = data.first_cluster(),
            _ if table => self.anchors.push(TableAnchor { at, table: data, mirror: None }),
            _ => {}
        }
    }

    /// Where their volume begins, in a source of `len` bytes, when the volume `known` lies there now:
    /// a format keeps the place of a volume, and the size of clusters as a rule.
    pub(crate) fn geometry(&self, len: u64, known: Option<&Contents>) -> Option<NtfsGeometry> {
        let usual = known.map_or(4096, |known| known.cluster_len);
        let likeliest =
            self.cluster_lens.iter().max_by_key(|&(&len, &count)| (count, len == usual));
        let cluster_len = likeliest.map(|(&len, _)| len).or(known.map(|known| known.cluster_len))?;
        let geometry = |at: u64, end: u64| {
            let len = end.checked_sub(at)?;
            Some(NtfsGeometry { at, len, cluster_len }).filter(|geometry| geometry.clusters() > 0)
        };
        let starts = self.anchors.iter().flat_map(|anchor| {
            let starts = anchor.starts(cluster_len).filter_map(|at| geometry(at, len));
            starts.map(|geometry| (self.agreeing(anchor, &geometry), geometry))
        });
        let best = starts.max_by_key(|(agreeing, geometry)| (*agreeing, u64::MAX - geometry.at));
        let Some(known) = known else { return best.map(|(_, geometry)| geometry) };
        // Unless most of the records say that theirs began elsewhere.
        let elsewhere = best.filter(|(agreeing, _)| agreeing * 2 > self.asked().count());
        let there = || geometry(known.clusters_at, known.span.end().min(len));
        elsewhere.map(|(_, geometry)| geometry).or_else(there)
    }

    /// The records that are asked where they should be: some of all.
    fn asked(&self) -> impl Iterator<Item = &(u64, u64)> {
        self.numbered.iter().step_by(self.numbered.len() / MOST_ASKED + 1)
    }

    /// How many records lie where they should in a volume of that geometry, if the anchor is of it.
    /// Those that lie with the anchor say nothing: the copy has them in the same order.
    fn agreeing(&self, anchor: &TableAnchor, geometry: &NtfsGeometry) -> usize {
        let table = Runs::new(anchor.table.runs(geometry));
        let own = anchor.at..anchor.at.saturating_add(MIRRORED * self.record_len);
        let agrees = |&&(at, number): &&(u64, u64)| {
            let expected = table.slice(number.saturating_mul(self.record_len), 1);
            !own.contains(&at) && expected.as_slice().first().is_some_and(|run| run.at == at)
        };
        self.asked().filter(agrees).count()
    }
}

impl TableAnchor {
    /// Where the volume begins if this is the first record, and if it is the copy.
    fn starts(&self, cluster_len: u64) -> impl Iterator<Item = u64> + use<> {
        let (at, clusters) = (self.at, [self.table.first_cluster(), self.mirror]);
        let start = move |cluster: u64| at.checked_sub(cluster.checked_mul(cluster_len)?);
        clusters.into_iter().flatten().filter_map(start)
    }
}
