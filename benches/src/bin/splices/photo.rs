//! Sound JPEGs, and what tells which of them can lend data to which.

use std::ops::Range;
use std::path::Path;
use std::{fs, io};

use afterimage_signatures::jpeg::JpegOracle;
use afterimage_signatures::{Buffer, Effort, Grade, Oracle, Runs, Said, View, formats};

/// A JPEG that decodes to its end.
#[derive(Debug)]
pub struct Photo {
    pub name: String,
    pub bytes: Vec<u8>,
    /// From the first byte of picture data to the last.
    pub data: Range<usize>,
    /// The data of each restart interval; one where there are no restart markers.
    pub intervals: Vec<Range<usize>>,
    /// Breaks that are seen in it.
    pub breaks: usize,
    pub is_progressive: bool,
    pub is_lossless: bool,
    /// Huffman tables and the kind of frame.
    tables: Vec<u8>,
    /// Sampling and the restart interval.
    layout: Vec<u8>,
}

impl Photo {
    /// The photo in these bytes, if it decodes.
    pub fn new(name: String, bytes: Vec<u8>) -> Option<Self> {
        let mut oracle = JpegOracle::new();
        let done = matches!(oracle.feed(&bytes), Said::Done { .. });
        if !done || oracle.flaw().is_some() {
            return None;
        }
        let (first, last) = (oracle.data().first()?, oracle.data().last()?);
        let data = first.span.at as usize..last.span.end() as usize;
        let mut photo = Photo {
            name,
            data,
            breaks: oracle.breaks().len(),
            intervals: Vec::new(),
            is_progressive: false,
            is_lossless: false,
            tables: Vec::new(),
            layout: Vec::new(),
            bytes,
        };
        photo.read_headers();
        photo.find_intervals();
        Some(photo)
    }

    fn read_headers(&mut self) {
        let mut at = 2;
        while let Some(&[0xff, code, high, low]) = self.bytes.get(at..at + 4) {
            let end = (at + 2 + usize::from(u16::from_be_bytes([high, low]))).min(self.data.start);
            let content = self.bytes.get(at + 4..end).unwrap_or(&[]);
            match code {
                0xc4 => self.tables.extend_from_slice(content),
                0xc0..=0xc3 => {
                    self.tables.push(code);
                    self.layout.extend_from_slice(content.get(5..).unwrap_or(&[]));
                    self.is_progressive = code == 0xc2;
                    self.is_lossless = code == 0xc3;
                }
                0xdd => self.layout.extend_from_slice(content),
                _ => {}
            }
            if end >= self.data.start {
                break;
            }
            at = end;
        }
    }

    fn find_intervals(&mut self) {
        let mut start = self.data.start;
        for at in self.data.clone() {
            if matches!(self.bytes[at..], [0xff, 0xd0..=0xd7, ..]) {
                self.intervals.push(start..at);
                start = at + 2;
            }
        }
        self.intervals.push(start..self.data.end);
    }

    /// Whether its data is coded as that of another.
    pub fn has_tables_of(&self, other: &Photo) -> bool {
        self.tables == other.tables
    }

    /// Whether its intervals could stand in another.
    pub fn is_sibling_of(&self, other: &Photo) -> bool {
        self.has_tables_of(other) && self.layout == other.layout
    }
}

/// The sound photos in folders, and how many files are none.
///
/// # Errors
///
/// When a folder or a file cannot be read.
pub fn in_folders(folders: &[impl AsRef<Path>]) -> io::Result<(Vec<Photo>, usize)> {
    let mut paths = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(folder)? {
            paths.push(entry?.path());
        }
    }
    paths.sort();
    let (mut photos, mut others) = (Vec::new(), 0);
    for path in paths.iter().filter(|path| path.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match Photo::new(name, fs::read(path)?) {
            Some(photo) => photos.push(photo),
            None => others += 1,
        }
    }
    Ok((photos, others))
}

/// Whether a file is said to be verified.
pub fn is_verified(bytes: &[u8]) -> bool {
    let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
    let mut view = View::new(&bytes, &runs, &mut buffer);
    let jpeg = formats::by_name("jpeg").map(|jpeg| jpeg.measure(&mut view, Effort::Proof));
    matches!(jpeg, Some(Ok(verdict)) if verdict.grade == Grade::Verified)
}
