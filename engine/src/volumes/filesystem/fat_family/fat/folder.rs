//! A folder's records, with their names.

use jiff::civil::DateTime;

use crate::volumes::filesystem::fat_family::fat::name::{self, Long};
use crate::volumes::filesystem::fat_family::fat::slot::{LEN, Role};
use crate::volumes::filesystem::fat_family::records::Listing;

/// Bytes of one folder that are read: the specification allows 65,536 records.
pub const MOST_LEN: u64 = 65_536 * LEN as u64;

/// How far a folder's records can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// What is not marked as deleted is there.
    Live,
    /// The folder was deleted, and all that is in it.
    Lost,
}

/// A file or a folder as its record has it.
#[derive(Clone, Debug)]
pub struct Record {
    /// The name. While its first letter is not known, that is a `_`.
    pub name: String,
    /// The short name; its first byte is zero while it is not known.
    pub short: [u8; 11],
    /// Its lower-case flags.
    pub case: u8,
    /// Whether all of the name is recorded.
    pub certain: bool,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Whether its own record says so.
    pub erased: bool,
    /// Whether it is a folder.
    pub folder: bool,
    /// Its first cluster; zero when it has none.
    pub cluster: u32,
    /// Its size in bytes.
    pub size: u32,
    /// When it was last modified.
    pub modified: Option<DateTime>,
    /// Where the record lies.
    pub at: u64,
}

/// What a folder holds.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Files and folders.
    pub records: Vec<Record>,
    /// The label of a volume, in its root.
    pub label: Option<String>,
    /// Records in use that make no sense.
    pub senseless: usize,
}

/// The records of a folder; `most` is the highest cluster there can be.
///
/// What lies behind the end mark, and all of a lost folder, is believed only if nothing in it is
/// wrong: it may be what another file left there.
pub fn records(listing: &Listing, state: State, most: u32) -> Found {
    let (mut found, mut ended) = (Found::default(), false);
    for index in 0..listing.slots().len() / LEN {
        let Some(slot) = name::slot(listing.slots(), index) else { break };
        let live = state == State::Live && !ended && !slot.deleted();
        match slot.role() {
            Role::End => ended = true,
            Role::Label if live => {
                found.label.get_or_insert_with(|| name::label(slot.name()));
            }
            Role::Name if slot.dots(1) || slot.dots(2) => {}
            Role::Name if if live { slot.usable(most) } else { slot.sane(most) } => {
                found.records.push(record(listing, index, live));
            }
            Role::Name if live => found.senseless += 1,
            _ => {}
        }
    }
    found
}

/// The record at `index`, which is one.
fn record(listing: &Listing, index: usize, live: bool) -> Record {
    let slot = name::slot(listing.slots(), index).expect("the caller has seen it");
    let long = name::long(listing.slots(), index);
    let mut short = *slot.name();
    if slot.deleted() {
        short[0] = long.as_ref().map_or(0, |long| long.first);
    }
    let certain = short[0] != 0;
    let name = match long {
        Some(Long { name: Some(name), .. }) => name,
        _ => name::short(&short, slot.case()),
    };
    Record {
        name,
        short,
        case: slot.case(),
        certain,
        deleted: !live,
        erased: slot.deleted(),
        folder: slot.folder(),
        cluster: slot.cluster(),
        size: slot.size(),
        modified: slot.modified(),
        at: listing.offset(index),
    }
}
