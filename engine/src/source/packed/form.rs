//! What is said of a file in another form than a raw image.

/// A file in another form than a raw image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// What it is, after "it is".
    pub what: String,
    /// Whether photos can be found in it as it is.
    pub is_scannable: bool,
    /// Whether photos can be found in it as it is when archives are looked into.
    pub shows_in_archives: bool,
    /// Whether it is an archive of files.
    pub archive: ArchiveList,
    /// What to do, in one sentence without its full stop.
    pub advice: String,
}

/// What is known of the files that an archive holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveList {
    /// It is no archive of files.
    None,
    /// As far as that is read here all are known, and there is not one disk image among them.
    Whole,
    /// There are several disk images among them, or one that cannot be opened.
    HoldsDisks,
    /// What tells of them is damaged, cut short or too long to be read: a disk image may be among them.
    NotWhole,
}

impl Packed {
    /// The same of an archive with so many disk images among its files, by their names.
    pub(super) fn with_disks(self, disks: usize) -> Self {
        match disks {
            0 => self,
            1 => Packed {
                what: format!("{}, with a disk image in it", self.what),
                archive: ArchiveList::HoldsDisks,
                ..self
            },
            _ => Packed {
                what: format!("{}, with {disks} disk images in it", self.what),
                archive: ArchiveList::HoldsDisks,
                ..self
            },
        }
    }
}

/// What cannot be scanned as it is.
pub(super) fn refused(what: impl Into<String>, advice: String) -> Packed {
    Packed {
        what: what.into(),
        is_scannable: false,
        shows_in_archives: false,
        archive: ArchiveList::None,
        advice,
    }
}
