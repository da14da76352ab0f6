//! The map itself: blocks in order, each with what is known of it.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use afterimage_signatures::verdict::Span;

use crate::model::SpanSet;

/// How far the trying of some bytes went, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockStatus {
    /// Nobody asked for them yet: `?`.
    NonTried,
    /// A large read failed somewhere in them: `*`.
    NonTrimmed,
    /// They lie between bad sectors, untried as sectors: `/`.
    NonScraped,
    /// Sectors that failed one by one: `-`.
    BadSector,
    /// They were read: `+`.
    Finished,
}

impl BlockStatus {
    /// All of them, from the least to the most.
    pub const ALL: [BlockStatus; 5] = [
        BlockStatus::NonTried,
        BlockStatus::NonTrimmed,
        BlockStatus::NonScraped,
        BlockStatus::BadSector,
        BlockStatus::Finished,
    ];

    /// The character for it in the file.
    pub fn symbol(self) -> char {
        match self {
            BlockStatus::NonTried => '?',
            BlockStatus::NonTrimmed => '*',
            BlockStatus::NonScraped => '/',
            BlockStatus::BadSector => '-',
            BlockStatus::Finished => '+',
        }
    }

    /// The status of a character.
    pub fn of(symbol: char) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.symbol() == symbol)
    }
}

/// What a rescue was doing when the map was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Reading what nobody asked for yet, in large pieces: `?`.
    Copying,
    /// Reading the edges of failed pieces by sectors: `*`.
    Trimming,
    /// Reading what lies between the edges by sectors: `/`.
    Scraping,
    /// Reading bad sectors again: `-`.
    Retrying,
    /// Writing into chosen blocks of an image, which ddrescue can do: `F`.
    Filling,
    /// Guessing a map from an image, which ddrescue can do: `G`.
    Generating,
    /// Nothing any more: `+`.
    Finished,
}

impl Phase {
    /// The character for it in the file.
    pub fn symbol(self) -> char {
        match self {
            Phase::Copying => '?',
            Phase::Trimming => '*',
            Phase::Scraping => '/',
            Phase::Retrying => '-',
            Phase::Filling => 'F',
            Phase::Generating => 'G',
            Phase::Finished => '+',
        }
    }

    /// The phase of a character.
    pub fn of(symbol: char) -> Option<Self> {
        [
            Phase::Copying,
            Phase::Trimming,
            Phase::Scraping,
            Phase::Retrying,
            Phase::Filling,
            Phase::Generating,
            Phase::Finished,
        ]
        .into_iter()
        .find(|phase| phase.symbol() == symbol)
    }
}

/// Where a rescue stood when the map was written: the file's status line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The byte being tried: the first of a block on the way forward, the first after it on the way back.
    pub at: u64,
    /// What was being done.
    pub phase: Phase,
    /// Which pass of the phase it was, from 1.
    pub pass: u32,
}

impl Default for Standing {
    fn default() -> Self {
        Standing { at: 0, phase: Phase::Copying, pass: 1 }
    }
}

/// Bytes of one status that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where they lie.
    pub span: Span,
    /// Their status.
    pub status: BlockStatus,
}

/// What is known of each byte of a device. Neighbours of one status are one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RescueMap {
    /// Where each block begins; it ends where the next one begins.
    starts: BTreeMap<u64, BlockStatus>,
    /// Bytes of the device.
    len: u64,
    /// Where the rescue stood.
    pub standing: Standing,
}

impl RescueMap {
    /// A device of `len` bytes that nobody has tried yet.
    pub fn new(len: u64) -> Self {
        let starts = (len > 0).then_some((0, BlockStatus::NonTried)).into_iter().collect();
        RescueMap { starts, len, standing: Standing::default() }
    }

    /// Bytes of the device.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the device has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many blocks there are.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The blocks in order. They follow one another from 0 to the end.
    pub fn blocks(&self) -> impl Iterator<Item = Block> + '_ {
        let ends = self.starts.keys().copied().skip(1).chain([self.len]);
        let between = |((&at, &status), end)| Block { span: Span::between(at, end), status };
        self.starts.iter().zip(ends).map(between)
    }

    /// The block that holds the byte at `at`.
    pub fn block_at(&self, at: u64) -> Option<Block> {
        let (&start, &status) = self.starts.range(..=at).next_back().filter(|_| at < self.len)?;
        let end =
            self.starts.range((Excluded(at), Unbounded)).next().map_or(self.len, |(&at, _)| at);
        Some(Block { span: Span::between(start, end), status })
    }

    /// The first range of a status that ends after `at`, from `at` on.
    pub fn next(&self, status: BlockStatus, at: u64) -> Option<Span> {
        let mut block = self.block_at(at)?;
        while block.status != status {
            block = self.block_at(block.span.end())?;
        }
        Some(Span::between(block.span.at.max(at), block.span.end()))
    }

    /// The last range of a status that begins before `end`, up to `end`.
    pub fn last_before(&self, status: BlockStatus, end: u64) -> Option<Span> {
        let mut block = self.block_at(end.min(self.len).checked_sub(1)?)?;
        while block.status != status {
            block = self.block_at(block.span.at.checked_sub(1)?)?;
        }
        Some(Span::between(block.span.at, block.span.end().min(end)))
    }

    /// Gives the bytes of `span` that lie on the device a status.
    pub fn set(&mut self, span: Span, status: BlockStatus) {
        let (at, end) = (span.at, span.end().min(self.len));
        if at >= end {
            return;
        }
        let follows = self.block_at(end).map(|block| block.status);
        let precedes = at.checked_sub(1).and_then(|before| self.block_at(before));
        let inside: Vec<u64> = self.starts.range(at..end).map(|(&at, _)| at).collect();
        for inside in inside {
            self.starts.remove(&inside);
        }
        self.starts.remove(&end);
        if precedes.is_none_or(|block| block.status != status) {
            self.starts.insert(at, status);
        }
        if let Some(follows) = follows.filter(|follows| *follows != status) {
            self.starts.insert(end, follows);
        }
    }

    /// The bytes of a status.
    pub fn with(&self, status: BlockStatus) -> SpanSet {
        self.chosen(|one| one == status)
    }

    /// The bytes that were read.
    pub fn finished(&self) -> SpanSet {
        self.with(BlockStatus::Finished)
    }

    /// The bytes that an image with this map lacks: all that were not read, whatever was tried.
    pub fn unfinished(&self) -> SpanSet {
        self.chosen(|one| one != BlockStatus::Finished)
    }

    /// The bytes whose status is wanted.
    pub fn chosen(&self, is_wanted: impl Fn(BlockStatus) -> bool) -> SpanSet {
        self.blocks().filter(|block| is_wanted(block.status)).map(|block| block.span).collect()
    }

    /// Bytes of each status, in the order of [`BlockStatus::ALL`].
    pub fn totals(&self) -> [u64; 5] {
        let mut totals = [0u64; 5];
        for block in self.blocks() {
            totals[block.status as usize] += block.span.len;
        }
        totals
    }
}
