//! A file, put together from its record and those that continue it.

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::Span;

use super::attribute::{self, Attribute, AttributeValue};
use super::geometry::NtfsGeometry;
use super::name::FileName;
use super::run_list::{self, DataRun};
use super::table::PlacedRecord;
use crate::volumes::fields;
use crate::volumes::filesystem::{Location, MOST_RUNS};

/// Names of one file that are kept; the hard links of a real one are few.
const MOST_NAMES: usize = 16;

/// Streams of one file that are kept.
const MOST_STREAMS: usize = 64;

/// Name of the index of the names in a folder, `$I30`.
const NAMES: &[u8] = b"$\0I\x003\x000\0";

/// What the records of a file say.
#[derive(Clone, Debug, Default)]
pub(crate) struct NtfsFile {
    /// When its data was last modified, in 100 ns since 1601.
    pub(crate) modified: Option<u64>,
    /// Its names, without those for old programs where it has others.
    pub(crate) names: Vec<FileName>,
    /// Its data, and what it may have beside it.
    pub(crate) streams: Vec<DataStream>,
    /// The blocks of the index of a folder.
    pub(crate) index: DataStream,
}

/// Data of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct DataStream {
    /// Its name in UTF-16: the data that everyone means has none.
    name: Vec<u8>,
    len: Option<u64>,
    /// Bytes of its clusters.
    allocated: u64,
    /// Bytes that were written.
    written: Option<u64>,
    compressed: bool,
    encrypted: bool,
    /// Where it stands in its record.
    resident: Option<Vec<Span>>,
    parts: Vec<Part>,
    /// Extents of all parts, also of those that were too many.
    listed: usize,
}

/// What one run list says of a stream.
#[derive(Clone, Debug)]
struct Part {
    first: u64,
    extents: Vec<DataRun>,
}

impl NtfsFile {
    /// Adds what a record of the file says.
    pub(crate) fn add(&mut self, placed: &PlacedRecord<'_>) {
        let removed = attribute::removed_name(&placed.record);
        if let Some((name, len)) =
            removed.and_then(|name| Some((FileName::parse(name)?, name.len())))
            && name.len == len
        {
            self.add_name(name);
        }
        for attribute in attribute::attributes(&placed.record) {
            match attribute.kind {
                attribute::STANDARD_INFORMATION => {
                    let moment = attribute.resident().and_then(|value| fields::le64(value, 8));
                    self.modified = self.modified.or(moment);
                }
                attribute::FILE_NAME => {
                    if let Some(name) = attribute.resident().and_then(FileName::parse) {
                        self.add_name(name);
                    }
                }
                attribute::DATA => self.add_data(&attribute, placed),
                attribute::INDEX_ALLOCATION if attribute.name == NAMES => {
                    self.index.add(&attribute, placed);
                }
                _ => {}
            }
        }
    }

    /// A file may have an 8.3 name alone, but beside another it says nothing.
    fn add_name(&mut self, name: FileName) {
        let same = |kept: &FileName| kept.parent == name.parent && kept.text == name.text;
        if self.names.len() >= MOST_NAMES || self.names.iter().any(same) {
            return;
        }
        if self.names.iter().all(|kept| kept.dos) {
            self.names.clear();
        } else if name.dos {
            return;
        }
        self.names.push(name);
    }

    fn add_data(&mut self, attribute: &Attribute<'_>, placed: &PlacedRecord<'_>) {
        let known = self.streams.iter().position(|stream| stream.name == attribute.name);
        let index = known.unwrap_or(self.streams.len());
        if index >= MOST_STREAMS {
            return;
        }
        if known.is_none() {
            self.streams
                .push(DataStream { name: attribute.name.to_vec(), ..DataStream::default() });
        }
        self.streams[index].add(attribute, placed);
    }
}

impl DataStream {
    fn add(&mut self, attribute: &Attribute<'_>, placed: &PlacedRecord<'_>) {
        self.compressed |= attribute.compressed();
        self.encrypted |= attribute.encrypted();
        match attribute.value {
            AttributeValue::Resident { at, bytes } => {
                self.len = self.len.or(Some(bytes.len() as u64));
                self.resident = Some(placed.inside(at, bytes.len()));
            }
            AttributeValue::Clusters { first, len, allocated, written, runs } => {
                if first == 0 {
                    self.len = self.len.or(Some(len));
                    self.written = self.written.or(Some(written));
                    self.allocated = self.allocated.max(allocated);
                }
                let extents = run_list::decode(runs);
                self.listed += extents.len();
                if self.listed <= MOST_RUNS {
                    self.parts.push(Part { first, extents });
                }
            }
        }
    }

    /// Its name, where it has one.
    pub(crate) fn name(&self) -> Option<String> {
        (!self.name.is_empty()).then(|| fields::utf16(&self.name))
    }

    /// Its size, if that is recorded.
    pub(crate) fn len(&self) -> Option<u64> {
        self.len
    }

    /// How many of its bytes were written, if that is recorded.
    pub(crate) fn written(&self) -> Option<u64> {
        self.written.or(self.len)
    }

    /// Why the bytes of its clusters are not its own.
    ///
    /// Of compressed data, sixteen clusters at a time that did not get smaller are stored as they
    /// are; those that did leave a sparse hole. So where there is none, nothing is compressed.
    pub(crate) fn coded(&self) -> Option<&'static str> {
        let has_hole = || self.extents().any(|extent| extent.lcn.is_none());
        if self.encrypted {
            return Some("encrypted by NTFS (EFS)");
        }
        has_hole().then_some(if self.compressed { "compressed by NTFS" } else { "sparse" })
    }

    /// Where its bytes lie, as far as that is recorded.
    pub(crate) fn place(&self, geometry: Option<&NtfsGeometry>) -> Option<Location> {
        let runs = match (self.coded(), &self.resident) {
            (Some(_), _) => return None,
            (None, Some(resident)) => resident.clone(),
            (None, None) => self.runs(geometry?),
        };
        (!runs.is_empty()).then_some(Location::Runs(runs))
    }

    /// The runs of its data, sparse holes left out, as far as they are recorded.
    pub(crate) fn runs(&self, geometry: &NtfsGeometry) -> Vec<Span> {
        let runs = self.allocated_runs(geometry);
        // A writer takes clusters ahead; those after the end are not of the file.
        if self.coded().is_none()
            && let Some(end) = self.len.unwrap_or(0).checked_next_multiple_of(geometry.cluster_len)
        {
            return Runs::new(runs).slice(0, end).as_slice().to_vec();
        }
        runs
    }

    /// Clusters that were taken for it and in which nothing of it was written.
    pub(crate) fn idle(&self, geometry: &NtfsGeometry) -> Vec<Span> {
        let written = self.written.unwrap_or(u64::MAX).min(self.len.unwrap_or(u64::MAX));
        match written.checked_next_multiple_of(geometry.cluster_len) {
            Some(held) if self.coded().is_none() => {
                let runs = Runs::new(self.allocated_runs(geometry));
                runs.slice(held, u64::MAX).as_slice().to_vec()
            }
            _ => Vec::new(),
        }
    }

    fn allocated_runs(&self, geometry: &NtfsGeometry) -> Vec<Span> {
        let mut runs: Vec<Span> = Vec::new();
        for extent in self.extents() {
            let Some(lcn) = extent.lcn else { continue };
            let Some(run) = geometry.run(lcn, extent.clusters) else { break };
            match runs.last_mut().filter(|last| last.at + last.len == run.at) {
                Some(last) => last.len += run.len,
                None => runs.push(run),
            }
        }
        runs
    }

    /// Bytes a cluster, as the size of all of them and their number tell.
    pub(crate) fn cluster_len(&self) -> Option<u64> {
        let clusters =
            self.extents().try_fold(0u64, |sum, extent| sum.checked_add(extent.clusters))?;
        let len = self.allocated.checked_div(clusters)?;
        let exact = len.checked_mul(clusters) == Some(self.allocated);
        (exact && self.coded().is_none() && len.is_power_of_two()).then_some(len)
    }

    /// The first cluster of its data.
    pub(crate) fn first_cluster(&self) -> Option<u64> {
        self.extents().next()?.lcn
    }

    /// Its extents in the order of its bytes, up to the first that no record tells.
    fn extents(&self) -> impl Iterator<Item = DataRun> + '_ {
        let mut order: Vec<&Part> = self.parts.iter().collect();
        order.sort_by_key(|part| part.first);
        let mut next = 0u64;
        order
            .into_iter()
            .filter_map(move |part| {
                if part.first != next {
                    return None;
                }
                let clusters = part.extents.iter().map(|extent| extent.clusters);
                next = clusters.fold(next, u64::saturating_add);
                Some(part.extents.iter().copied())
            })
            .flatten()
    }
}
