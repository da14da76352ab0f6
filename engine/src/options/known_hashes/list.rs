//! The files of one folder, one list or one report, by their digests.

use std::collections::BTreeMap;

use crate::model::{DigestKind, KnownDigest};

/// So many bytes of a digest are kept: no two files agree in them by chance.
const KEPT: usize = 16;

/// Digests of one list that are kept, twenty bytes each: all that NSRL knows of today's systems.
const MOST: usize = 50_000_000;

/// What is kept of a digest, and its entry.
type Row = ([u8; KEPT], u32);

/// The files of a folder, a list or a report, by their digests.
#[derive(Clone, Debug, Default)]
pub struct KnownList {
    /// What it is called: as it was named.
    title: String,
    /// By kind of digest; in order once all are added.
    rows: BTreeMap<DigestKind, Vec<Row>>,
    /// Of a folder the paths below it, by entry from 1.
    paths: Vec<String>,
    /// How many digests are kept.
    len: usize,
    /// Whether there were more.
    is_cut: bool,
    /// Files, lines or entries that gave no digest.
    pub(super) passed_over: u64,
}

impl KnownList {
    /// A list without digests.
    pub fn new(title: String) -> Self {
        KnownList { title, ..KnownList::default() }
    }

    /// Adds the digest of a file with its number in the list, from 1.
    pub fn add(&mut self, digest: &KnownDigest, entry: u64) {
        if self.len >= MOST && !self.makes_room() {
            self.is_cut = true;
            return;
        }
        let mut kept = [0; KEPT];
        kept.copy_from_slice(&digest.bytes()[..KEPT]);
        let entry = u32::try_from(entry).unwrap_or(u32::MAX);
        self.rows.entry(digest.kind()).or_default().push((kept, entry));
        self.len += 1;
    }

    /// Adds a file of a folder.
    pub fn add_file(&mut self, digest: &KnownDigest, path: String) {
        self.paths.push(path);
        self.add(digest, self.paths.len() as u64);
    }

    /// Counts what gave no digest.
    pub fn pass_over(&mut self, count: u64) {
        self.passed_over += count;
    }

    /// Leaves out digests that are there twice, as NSRL has one for each product: whether that made room.
    fn makes_room(&mut self) -> bool {
        if !self.is_cut {
            self.finish();
        }
        self.len < MOST - MOST / 8
    }

    /// Puts the digests in order: only now they can be asked for.
    pub fn finish(&mut self) {
        for rows in self.rows.values_mut() {
            rows.sort_unstable();
            rows.dedup_by_key(|row| row.0);
        }
        self.len = self.rows.values().map(Vec::len).sum();
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How many digests it gives.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it gives none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether it gave more than are kept.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The kinds of its digests.
    pub(super) fn kinds(&self) -> impl Iterator<Item = DigestKind> + '_ {
        self.rows.keys().copied()
    }

    /// The number of the file with that digest.
    pub(super) fn find(&self, digest: &KnownDigest) -> Option<u32> {
        let rows = self.rows.get(&digest.kind())?;
        let kept = &digest.bytes()[..KEPT];
        let at = rows.binary_search_by(|row| row.0[..].cmp(kept)).ok()?;
        rows.get(at).map(|row| row.1)
    }

    /// The path of a file of a folder.
    pub(super) fn path(&self, entry: u32) -> Option<&str> {
        let at = usize::try_from(entry).ok()?.checked_sub(1)?;
        self.paths.get(at).map(String::as_str)
    }

    /// Feeds all that decides what it knows.
    pub(super) fn feed(&self, hasher: &mut blake3::Hasher) {
        for (kind, rows) in &self.rows {
            hasher.update(kind.name().as_bytes()).update(&(rows.len() as u64).to_le_bytes());
            for (kept, _) in rows {
                hasher.update(kept);
            }
        }
    }
}
