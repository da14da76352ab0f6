//! Writing the segments of an E01 image, chunk by chunk.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use sha1::Sha1;

use super::format::{
    self, DESCRIPTOR, FILE_HEADER, LONGEST_SEGMENT, MOST_CHUNKS, Volume, descriptor, ending,
};
use crate::control::error::Error;
use crate::model::SpanSet;
use crate::system::folder::Owner;

/// Room that is kept at the end of a segment for what follows the chunks.
const KEPT: u64 = 1 << 20;

/// An E01 image being written.
pub(super) struct Writer {
    /// The name of the first segment, whose ending is replaced for the others.
    first: PathBuf,
    volume: Volume,
    headers: [Vec<u8>; 2],
    longest: u64,
    file: BufWriter<File>,
    path: PathBuf,
    segment: u32,
    /// Where the next byte goes in this segment.
    at: u64,
    /// Where the section of sectors being written has its descriptor.
    sectors: u64,
    /// Where each of its chunks begins, from that descriptor on, and whether it is compressed.
    entries: Vec<(u32, bool)>,
    md5: Md5,
    sha1: Sha1,
}

impl Writer {
    /// Begins the image whose first segment is `first`, of at most `longest` bytes a segment.
    pub(super) fn new(
        first: &Path,
        volume: Volume,
        headers: [Vec<u8>; 2],
        longest: Option<u64>,
    ) -> Result<Self, Error> {
        let (path, file) = created(first, 1)?;
        let mut writer = Writer {
            first: first.to_path_buf(),
            volume,
            headers,
            longest: longest.unwrap_or(LONGEST_SEGMENT).clamp(4 * KEPT, LONGEST_SEGMENT),
            file,
            path,
            segment: 1,
            at: 0,
            sectors: 0,
            entries: Vec::new(),
            md5: Md5::new(),
            sha1: Sha1::new(),
        };
        writer.begin_segment()?;
        Ok(writer)
    }

    /// Adds a chunk, compressed already; `bytes` are what is in it.
    pub(super) fn add(
        &mut self,
        bytes: &[u8],
        stored: &[u8],
        is_packed: bool,
    ) -> Result<(), Error> {
        self.md5.update(bytes);
        self.sha1.update(bytes);
        let is_full = self.at + stored.len() as u64 + KEPT > self.longest;
        if is_full || self.entries.len() == MOST_CHUNKS {
            self.end_sectors()?;
            if is_full {
                self.next_segment()?;
            }
            self.begin_sectors()?;
        }
        // Segments are shorter than 31 bits tell.
        self.entries.push(((self.at - self.sectors) as u32, is_packed));
        self.put(stored)
    }

    /// Ends the image; how many segments it has.
    pub(super) fn finish(mut self, unreadable: &SpanSet) -> Result<u32, Error> {
        self.end_sectors()?;
        let data = format::volume(&self.volume);
        self.section("data", &data)?;
        if !unreadable.is_empty() {
            self.section("error2", &format::errors(unreadable, u64::from(self.volume.sector)))?;
        }
        let md5: [u8; 16] = self.md5.clone().finalize().into();
        let sha1: [u8; 20] = self.sha1.clone().finalize().into();
        self.section("digest", &format::digest(&md5, &sha1))?;
        self.section("hash", &format::hash(&md5))?;
        self.end_segment("done")?;
        Ok(self.segment)
    }

    fn begin_segment(&mut self) -> Result<(), Error> {
        let number = self.segment as u16;
        self.at = 0;
        self.put(&format::file_header(number))?;
        debug_assert_eq!(self.at, FILE_HEADER);
        if number == 1 {
            let [wide, narrow] = self.headers.clone();
            self.section("header2", &wide)?;
            self.section("header2", &wide)?;
            self.section("header", &narrow)?;
            let data = format::volume(&self.volume);
            self.section("volume", &data)?;
            return self.begin_sectors();
        }
        let data = format::volume(&self.volume);
        self.section("data", &data)
    }

    fn next_segment(&mut self) -> Result<(), Error> {
        self.end_segment("next")?;
        self.segment += 1;
        (self.path, self.file) = created(&self.first, self.segment)?;
        self.begin_segment()
    }

    fn end_segment(&mut self, kind: &str) -> Result<(), Error> {
        let last = descriptor(kind, self.at, 0, true);
        self.put(&last)?;
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_data());
        synced.map_err(|error| self.failed(error))
    }

    fn begin_sectors(&mut self) -> Result<(), Error> {
        self.sectors = self.at;
        self.entries.clear();
        // Written again when its length is known.
        self.put(&[0; DESCRIPTOR as usize])
    }

    fn end_sectors(&mut self) -> Result<(), Error> {
        let (start, end) = (self.sectors, self.at);
        let first = descriptor("sectors", start, end - start - DESCRIPTOR, false);
        let written = self
            .file
            .seek(std::io::SeekFrom::Start(start))
            .and_then(|_| self.file.write_all(&first))
            .and_then(|()| self.file.seek(std::io::SeekFrom::Start(end)));
        written.map_err(|error| self.failed(error))?;
        let table = format::table(start, &self.entries);
        self.section("table", &table)?;
        self.section("table2", &table)
    }

    fn section(&mut self, kind: &str, data: &[u8]) -> Result<(), Error> {
        let descriptor = descriptor(kind, self.at, data.len() as u64, false);
        self.put(&descriptor)?;
        self.put(data)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.at += bytes.len() as u64;
        let written = self.file.write_all(bytes);
        written.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::output("write the image", &self.path, error)
    }
}

/// The path of a segment.
pub(super) fn segment_path(first: &Path, segment: u32) -> Option<PathBuf> {
    Some(first.with_extension(ending(segment)?))
}

fn created(first: &Path, segment: u32) -> Result<(PathBuf, BufWriter<File>), Error> {
    let path = segment_path(first, segment).ok_or_else(|| Error::Image {
        path: first.to_path_buf(),
        why: "there are no more names for its segments; make each of them longer with --split"
            .into(),
    })?;
    let failed = |error| Error::output("write the image", &path, error);
    // A segment that is there already is never written over.
    let file = File::options().write(true).create_new(true).open(&path).map_err(failed)?;
    Owner::from_environment().give_file(&file).map_err(failed)?;
    Ok((path.clone(), BufWriter::with_capacity(1 << 20, file)))
}
