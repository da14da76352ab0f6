//! The pages of a database, the newest version of each.

use std::borrow::Cow;
use std::collections::HashMap;

use super::wal::Wal;

/// The pages of a database.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    main: Cow<'a, [u8]>,
    log: &'a [u8],
    page_size: usize,
    /// Bytes of a page without those reserved at its end.
    pub(super) usable: usize,
    /// Where in the log the newest version of a page is.
    newest: HashMap<u32, usize>,
    /// Older versions of pages, by number and where they are.
    older: Vec<(u32, Version)>,
    /// Pages that the last commit left.
    count: u32,
}

/// Where a version of a page is.
#[derive(Clone, Copy, Debug)]
enum Version {
    Main,
    Log(usize),
}

impl<'a> Pages<'a> {
    pub(super) fn new(main: Cow<'a, [u8]>, log: &'a [u8], size: (usize, usize), wal: &Wal) -> Self {
        let (page_size, usable) = size;
        let in_main = u32::try_from(main.len() / page_size).unwrap_or(u32::MAX - 1);
        // Every page of a database was written once, to the one file or the other.
        let frames = u32::try_from(wal.committed.len()).unwrap_or(u32::MAX);
        let count = wal.pages.map_or(in_main, |count| count.min(in_main.saturating_add(frames)));
        let mut newest = HashMap::new();
        let mut older: Vec<_> =
            wal.others.iter().map(|frame| (frame.page, Version::Log(frame.at))).collect();
        for frame in wal.committed.iter().filter(|frame| frame.page <= count) {
            match newest.insert(frame.page, frame.at) {
                Some(before) => older.push((frame.page, Version::Log(before))),
                None if frame.page <= in_main => older.push((frame.page, Version::Main)),
                None => {}
            }
        }
        older.extend((count..in_main).map(|page| (page + 1, Version::Main)));
        Pages { main, log, page_size, usable, newest, older, count }
    }

    /// How many there are; the first is number 1.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// A page, without the bytes reserved at its end.
    pub(super) fn page(&self, number: u32) -> Option<&[u8]> {
        let known = (1..=self.count).contains(&number);
        let at = self.newest.get(&number).map_or(Version::Main, |at| Version::Log(*at));
        self.version(number, at).filter(|_| known)
    }

    /// Older versions of pages, by number.
    pub(super) fn older(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.older.iter().filter_map(|(number, at)| Some((*number, self.version(*number, *at)?)))
    }

    fn version(&self, number: u32, version: Version) -> Option<&[u8]> {
        match version {
            Version::Log(at) => self.log.get(at..)?.get(..self.usable),
            Version::Main => {
                let at =
                    usize::try_from(number.checked_sub(1)?).ok()?.checked_mul(self.page_size)?;
                self.main.get(at..)?.get(..self.usable)
            }
        }
    }
}
