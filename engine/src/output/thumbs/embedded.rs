//! Small pictures from those that lie in the files of a run, at its end.
//!
//! Only pictures are taken that were measured and graded themselves, and only bytes that have the digest of then.
//! They are read from the file that was written, where there is one: a slow or failing source is left in peace.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use afterimage_signatures::verdict::Kinship;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::choice::{Inside, LONGEST, best, is_shown_itself};
use super::offset::offset_in;
use super::shelf::Shelf;
use super::upright::upright;
use crate::control::error::Error;
use crate::control::progress::Stop;
use crate::formats::Registry;
use crate::ledger::{Content, IndexEntry, Ledger, LogPosition, NONE};
use crate::model::{Grade, Record};
use crate::settle::ReportOrder;
use crate::source::Source;
use crate::system::folder::Folder;

/// The format of pictures that every browser shows and that stand in files of nearly every other format.
const FORMAT: &str = "jpeg";

/// Pictures lie in pictures, but not deeper than that.
const MOST_DEPTH: usize = 4;

/// Files that are looked at side by side: those after them lie further on in their source.
const BATCH: usize = 256;

/// What small pictures are made of.
#[derive(Clone, Copy)]
pub struct Embedded<'a> {
    /// The output folder.
    pub output: &'a Folder,
    /// Records and entries.
    pub ledger: &'a Ledger,
    /// The files of the report, in its order.
    pub listing: &'a ReportOrder,
    /// For each file that was written, by position in that order: the line with its name.
    pub names: &'a [Option<LogPosition>],
    /// The formats.
    pub registry: &'a Registry,
    /// The sources that could be opened, by position on the command line.
    pub sources: &'a [Option<&'a dyn Source>],
    /// Whether they are not read any more.
    pub stop: &'a Stop,
    /// Reads and writes.
    pub pool: &'a ThreadPool,
}

/// A picture that may be shown for a file: the position of that file in the order of the report, and its own.
type InFile = (u32, u32);

impl Embedded<'_> {
    /// Puts a picture on the `shelf` for each file of its own that has one; tells by position in the order of the
    /// report which have.
    ///
    /// # Errors
    ///
    /// When the disk is full.
    pub fn put(&self, shelf: &Shelf) -> Result<Vec<bool>, Error> {
        let inside = self.inside();
        let mut has = vec![false; self.listing.order.len()];
        for (batch, first) in has.chunks_mut(BATCH).zip((0..).step_by(BATCH)) {
            let put = |(position, has): (usize, &mut bool)| {
                *has = self.put_one(first + position, &inside, shelf)?;
                Ok(())
            };
            let put = || batch.par_iter_mut().enumerate().try_for_each(put);
            self.pool.install(put).map_err(|error| {
                Error::output("write", &self.output.path().join(super::path(0)), error)
            })?;
        }
        Ok(has)
    }

    /// The pictures that may be shown for the files they lie in, by file.
    fn inside(&self) -> Vec<InFile> {
        let format = self.registry.names().position(|name| name == FORMAT);
        let is_shown =
            |entry: &IndexEntry| Some(usize::from(entry.format)) == format && is_whole(entry);
        let positions = (0..self.listing.order.len()).filter(|&position| {
            self.listing.parent[position] != NONE && is_shown(self.entry(position))
        });
        let in_file = |position| Some((*self.around(position)?.last()?, position as u32));
        let mut inside: Vec<InFile> = positions.filter_map(in_file).collect();
        inside.sort_unstable();
        inside
    }

    /// The files that the one at `position` lies in, the innermost first, as positions in the order of the report;
    /// nothing where it lies too deep.
    fn around(&self, position: usize) -> Option<Vec<u32>> {
        let (mut around, mut position) = (Vec::new(), position);
        loop {
            let parent = self.listing.parent[position];
            if parent == NONE {
                return Some(around);
            }
            let outer = *self.listing.position.get(parent as usize)?;
            if outer == NONE || around.len() == MOST_DEPTH {
                return None;
            }
            around.push(outer);
            position = outer as usize;
        }
    }

    fn entry(&self, position: usize) -> &IndexEntry {
        &self.ledger.entries[self.listing.order[position] as usize]
    }

    fn record(&self, position: usize) -> Option<Record> {
        self.ledger.record(self.entry(position)).ok()
    }

    /// Puts the picture of the file at `position` on the shelf, if it has one.
    fn put_one(&self, position: usize, inside: &[InFile], shelf: &Shelf) -> io::Result<bool> {
        let entry = self.entry(position);
        let format = self.registry.name(usize::from(entry.format));
        let is_written = self.names.get(position).is_some_and(Option::is_some);
        let len = entry.size();
        let is_own = self.listing.parent[position] == NONE;
        if !is_own || is_written && is_shown_itself(format, len) || self.stop.is_over() {
            return Ok(false);
        }
        let picture = self.inside_of(position, inside).or_else(|| {
            let is_small = format == FORMAT && is_whole(entry);
            if is_small {
                upright(&self.bytes(position, &self.record(position)?)?, None)
            } else {
                None
            }
        });
        let Some(picture) = picture else { return Ok(false) };
        match shelf.add(position as u64 + 1, &picture) {
            Ok(()) => Ok(true),
            Err(error) if is_full(&error) => Err(error),
            // Something of somebody else has its name, or this disk does not like it: it has no picture.
            Err(_) => Ok(false),
        }
    }

    /// The best picture in the file at `position`.
    fn inside_of(&self, position: usize, inside: &[InFile]) -> Option<Vec<u8>> {
        let first = inside.partition_point(|(outer, _)| (*outer as usize) < position);
        let own = inside[first..].iter().take_while(|(outer, _)| *outer as usize == position);
        let own = own.filter_map(|(_, inner)| {
            let record = self.record(*inner as usize)?;
            self.shows_it(*inner as usize, &record).then_some((*inner as usize, record))
        });
        let own: Vec<(usize, Record)> = own.collect();
        let facts = own.iter().map(|(_, record)| Inside {
            len: record.size(),
            side: record.pixels.map_or(0, |(width, height)| width.max(height)),
        });
        let (inner, record) = &own[best(&facts.collect::<Vec<_>>())?];
        let outer = self.record(position)?;
        let bytes = self.bytes_in(position, &outer, *inner, record)?;
        let turned = |record: &Record| record.exif.as_ref().and_then(|exif| exif.orientation);
        upright(&bytes, turned(&outer).filter(|_| turned(record).is_none()))
    }

    /// Whether a picture shows what the file shows that it lies in.
    fn shows_it(&self, position: usize, record: &Record) -> bool {
        let shows = |kinship: Option<Kinship>| {
            matches!(kinship, Some(Kinship::Thumbnail | Kinship::Preview))
        };
        let Some(around) = self.around(position) else { return false };
        let between = &around[..around.len().saturating_sub(1)];
        let outer =
            |outer: &u32| self.record(*outer as usize).is_some_and(|one| shows(one.kinship));
        shows(record.kinship) && between.iter().all(outer)
    }

    /// The bytes of a picture in the file at `position`: from that file, if it was written, or from its source.
    fn bytes_in(
        &self,
        position: usize,
        outer: &Record,
        inner: usize,
        record: &Record,
    ) -> Option<Vec<u8>> {
        self.of_written(position, outer, inner, record).or_else(|| self.bytes(inner, record))
    }

    fn of_written(
        &self,
        position: usize,
        outer: &Record,
        inner: usize,
        record: &Record,
    ) -> Option<Vec<u8>> {
        let name = (*self.names.get(position)?)?;
        let [run] = record.runs.as_slice() else { return None };
        if !record.fill.is_empty() {
            return None;
        }
        let (at, len) = match (record.inflated, outer.inflated) {
            (Some(inner), Some(outer)) => (inner.start.checked_sub(outer.start)?, inner.len),
            _ => (offset_in(outer.runs.as_slice(), *run)?, run.len),
        };
        let path = self.ledger.named(name).ok()?.path;
        let mut file = self.output.read_below(&path).ok()?;
        let mut bytes = vec![0; usize::try_from(len).ok()?];
        file.seek(SeekFrom::Start(at)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        self.is_as_then(inner, &bytes).then_some(bytes)
    }

    /// The bytes of a short file, from its source.
    fn bytes(&self, position: usize, record: &Record) -> Option<Vec<u8>> {
        let source = self.sources.get(record.source as usize).copied().flatten()?;
        let mut bytes = Vec::new();
        let read = Content::of(record).each(source, |piece| {
            bytes.extend_from_slice(piece);
            if bytes.len() as u64 > LONGEST { Err(()) } else { Ok(()) }
        });
        (read.is_ok() && self.is_as_then(position, &bytes)).then_some(bytes)
    }

    /// Whether bytes are those that were measured.
    fn is_as_then(&self, position: usize, bytes: &[u8]) -> bool {
        self.entry(position).hash == Some(blake3::hash(bytes))
    }
}

/// Whether a file is short enough to be shown as it is, and whole.
fn is_whole(entry: &IndexEntry) -> bool {
    entry.grade >= Grade::Structural && (1..=LONGEST).contains(&entry.own_len)
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}
