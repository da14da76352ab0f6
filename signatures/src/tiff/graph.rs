//! The graph of directories, walked once, without recursion.

use super::directory::{Directory, Origin};
use super::header::Frame;
use super::note::{self, Note};
use super::tags;
use crate::verdict::{Issue, MOST_ISSUES, Span};
use crate::view::{Endian, View};
use std::collections::{HashSet, VecDeque};

/// Directories that one file may have; a long fax has one a page.
const MAX_DIRECTORIES: usize = 4096;

/// Entries that all directories of one file may have together; bounds time and memory.
const MAX_ALL_ENTRIES: usize = 1 << 17;

/// Directories that one tag may name.
const MAX_LINKS: u64 = 256;

/// Maker notes that one file may have; there is one.
const MAX_NOTES: usize = 4;

/// All directories of a file.
#[derive(Clone, Debug)]
pub struct Structure {
    /// The directories, the first one first.
    pub directories: Vec<Directory>,
    /// Maker notes that may point at pictures.
    pub notes: Vec<Note>,
    /// What was wrong with some of them.
    pub issues: Vec<Issue>,
}

/// A directory that another one names.
struct Link {
    frame: Frame,
    at: u64,
    origin: Origin,
}

impl Structure {
    /// Follows every directory from `first` on. Each is read once, wherever the links lead.
    pub fn walk(view: &mut View<'_>, first: Directory) -> Self {
        let mut all = Structure { directories: Vec::new(), notes: Vec::new(), issues: Vec::new() };
        let mut visited = HashSet::from([first.span.at]);
        let mut entries = first.entries.len();
        let mut waiting = VecDeque::new();
        all.links(view, &first, &mut waiting);
        all.directories.push(first);
        while let Some(Link { frame, at, origin }) = waiting.pop_front() {
            if !visited.insert(at) {
                continue;
            }
            if visited.len() > MAX_DIRECTORIES || entries > MAX_ALL_ENTRIES {
                all.note(at, "more directories than any file has");
                break;
            }
            match Directory::read(view, frame, at, origin) {
                Ok(directory) => {
                    entries += directory.entries.len();
                    all.links(view, &directory, &mut waiting);
                    all.directories.push(directory);
                }
                Err(_) => all.note(at, "no directory where one is declared"),
            }
        }
        all
    }

    /// The first directory.
    pub fn first(&self) -> &Directory {
        &self.directories[0]
    }

    /// The first directory reached so.
    pub fn by_origin(&self, origin: Origin) -> Option<&Directory> {
        self.directories.iter().find(|directory| directory.origin == origin)
    }

    fn note(&mut self, at: u64, what: &'static str) {
        if self.issues.len() < MOST_ISSUES {
            self.issues.push(Issue::new(at, what));
        }
    }

    /// Queues what `directory` names.
    fn links(&mut self, view: &mut View<'_>, directory: &Directory, waiting: &mut VecDeque<Link>) {
        let frame = directory.frame;
        let successor = match directory.origin {
            Origin::First => Some(Origin::Chained(1)),
            Origin::Chained(index) => Some(Origin::Chained(index + 1)),
            Origin::Sub => Some(Origin::Sub),
            _ => None,
        };
        if let Some(origin) = successor
            && directory.next > 0
        {
            waiting.push_back(Link {
                frame,
                at: frame.base.saturating_add(directory.next),
                origin,
            });
        }
        if directory.unreadable > 0 {
            self.note(directory.span.at, "directory entries of unknown type");
        }
        for entry in &directory.entries {
            if waiting.len() > MAX_DIRECTORIES {
                return;
            }
            let origin = match entry.tag {
                tags::SUB_IFDS => Origin::Sub,
                tags::EXIF_IFD => Origin::Exif,
                tags::GPS_IFD => Origin::Gps,
                tags::INTEROP_IFD if directory.origin == Origin::Exif => Origin::Interop,
                tags::KODAK_IFD | tags::KDC_IFD => Origin::Private,
                tags::DNG_PRIVATE_DATA if entry.value.len == 4 => {
                    let at = frame.pointer(view, entry.value.at).unwrap_or(0);
                    if at > 0 {
                        waiting.push_back(Link { frame, at, origin: Origin::Private });
                    }
                    continue;
                }
                tags::EXTRA_CAMERA_PROFILES => {
                    for at in entry.numbers(view, frame.endian, MAX_LINKS) {
                        waiting.extend(profile(view, at));
                    }
                    continue;
                }
                tags::MAKER_NOTE => {
                    if self.notes.len() < MAX_NOTES {
                        self.notes.extend(note::open(view, entry.value, frame));
                    }
                    continue;
                }
                _ => continue,
            };
            for at in entry.numbers(view, frame.endian, MAX_LINKS) {
                if at > 0 {
                    waiting.push_back(Link { frame, at: frame.base.saturating_add(at), origin });
                }
            }
        }
    }

    /// Ranges of encrypted data that private directories name.
    pub fn private_data(&self, view: &mut View<'_>) -> Vec<Span> {
        self.directories
            .iter()
            .filter(|directory| directory.origin == Origin::Private)
            .filter_map(|directory| directory.stretch(view, tags::SR2_OFFSET, tags::SR2_LENGTH))
            .collect()
    }
}

/// The directory of the camera profile at `at`, whose offsets count from there.
///
/// Source: Adobe DNG 1.7, tag `ExtraCameraProfiles`.
fn profile(view: &mut View<'_>, at: u64) -> Option<Link> {
    let endian = match &view.array(at).ok()? {
        b"IIRC" => Endian::Little,
        b"MMCR" => Endian::Big,
        _ => return None,
    };
    let frame = Frame { endian, big: false, base: at };
    let first = u64::from(view.u32(at + 4, endian).ok()?);
    Some(Link { frame, at: at + first, origin: Origin::Private })
}
