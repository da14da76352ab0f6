//! The ways to get a photo back, and what is to be said of each whatever was found.

use crate::model::Origin;

/// A way to get a photo back, the first to try first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// Recently deleted, trash and recycle bins.
    Trash,
    /// Synced copies, and what a service keeps.
    Cloud,
    /// Backups of phones and computers.
    Backup,
    /// Earlier versions and snapshots.
    Versions,
    /// Photo libraries and exports.
    Library,
    /// Previews and thumbnails.
    Previews,
    /// By what the file system still says of deleted files.
    Undelete,
    /// By what photos look like.
    Carve,
    /// A laboratory.
    Lab,
}

/// Whether single photos can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selective {
    /// They can.
    Yes,
    /// Only after all of it was read or restored.
    After,
    /// All or nothing.
    No,
}

impl Selective {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Selective::Yes => "yes",
            Selective::After => "afterwards",
            Selective::No => "no",
        }
    }
}

/// What is to be said of one way.
struct Row {
    name: &'static str,
    method: &'static str,
    best_for: &'static str,
    risk: &'static str,
    selective: Selective,
    time: &'static str,
    needs: &'static str,
}

impl Means {
    /// All of them, in the order to try them.
    pub const ALL: [Means; 9] = [
        Means::Trash,
        Means::Cloud,
        Means::Backup,
        Means::Versions,
        Means::Library,
        Means::Previews,
        Means::Undelete,
        Means::Carve,
        Means::Lab,
    ];

    /// The way by which a file of that origin comes back. File History, Time Machine and snapshots are
    /// [`Means::Versions`], whatever their files are called.
    pub fn of(origin: Origin) -> Self {
        match origin {
            Origin::Trash => Means::Trash,
            Origin::Backup => Means::Backup,
            Origin::Library | Origin::Export => Means::Library,
            Origin::Cache | Origin::Embedded => Means::Previews,
            Origin::Undeleted => Means::Undelete,
            Origin::Carved | Origin::Reassembled => Means::Carve,
        }
    }

    /// The word for programs.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What a person calls it.
    pub fn method(self) -> &'static str {
        self.row().method
    }

    /// When it is the best.
    pub fn best_for(self) -> &'static str {
        self.row().best_for
    }

    /// What can go wrong.
    pub fn risk(self) -> &'static str {
        self.row().risk
    }

    /// Whether single photos can be chosen.
    pub fn selective(self) -> Selective {
        self.row().selective
    }

    /// How long it takes.
    pub fn time(self) -> &'static str {
        self.row().time
    }

    /// What is needed.
    pub fn needs(self) -> &'static str {
        self.row().needs
    }

    fn row(self) -> Row {
        match self {
            Means::Trash => Row {
                name: "trash",
                method: "Recently deleted and trash folders",
                best_for: "photos deleted in the last 30 days; whole, with names and dates",
                risk: "none; but it is emptied by itself when its time is up",
                selective: Selective::Yes,
                time: "minutes",
                needs: "the phone, the computer or the card",
            },
            Means::Cloud => Row {
                name: "cloud",
                method: "Synced copies and the cloud",
                best_for: "phones and computers that sync; another device that was offline",
                risk: "a deletion is synced: take other devices offline before they follow",
                selective: Selective::Yes,
                time: "minutes, and the download",
                needs: "the account and its password",
            },
            Means::Backup => Row {
                name: "backup",
                method: "Backups of phones and computers",
                best_for: "photos that were there when the backup was made",
                risk: "restoring a phone replaces what is on it now: take the photos out of the backup instead",
                selective: Selective::Yes,
                time: "minutes to an hour",
                needs: "the folder or disk of the backup, and its password where it has one",
            },
            Means::Versions => Row {
                name: "versions",
                method: "Earlier versions and snapshots",
                best_for: "photos that were overwritten, edited or deleted on a computer",
                risk: "none as long as nothing is restored over newer files",
                selective: Selective::Yes,
                time: "minutes",
                needs: "the disk of File History or Time Machine, or an image of the Windows disk",
            },
            Means::Library => Row {
                name: "library",
                method: "Photo libraries and exports",
                best_for: "photos that an app, an import or Google Takeout copied",
                risk: "none; copies may be edited or smaller",
                selective: Selective::Yes,
                time: "minutes",
                needs: "the computer that the photos were last seen on",
            },
            Means::Previews => Row {
                name: "previews",
                method: "Previews and thumbnails",
                best_for: "photos of which nothing else is left",
                risk: "none; they are small",
                selective: Selective::Yes,
                time: "minutes",
                needs: "the computer or card on which the photos were looked at",
            },
            Means::Undelete => Row {
                name: "undelete",
                method: "Undelete by the file system",
                best_for: "photos deleted a short time ago from a card, stick or hard disk; with names",
                risk: "every write to the source destroys more: use another disk for what is recovered",
                selective: Selective::After,
                time: "as long as reading the source once",
                needs: "the card or disk itself, and room on another",
            },
            Means::Carve => Row {
                name: "carve",
                method: "Carve by what photos look like",
                best_for: "formatted or damaged cards, and files without a name",
                risk: "the same; names and folders are mostly lost",
                selective: Selective::After,
                time: "as long as reading the source once: about an hour for 256 GB at 80 MB/s",
                needs: "the card or disk itself, and room on another",
            },
            Means::Lab => Row {
                name: "lab",
                method: "A laboratory",
                best_for: "media that are broken or not recognised, and photos that cannot be replaced",
                risk: "it costs much and may fail; every try before it can make it worse",
                selective: Selective::No,
                time: "days to weeks",
                needs: "the medium, untouched since, and money",
            },
        }
    }
}
