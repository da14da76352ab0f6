//! What a check of a size comes to.

/// A sign of a false size, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Everything shows again after that many bytes: this is the likely true size.
    Wraps {
        /// After so many bytes.
        size: u64,
        /// So many of the blocks that were compared showed again.
        same: u64,
        /// Blocks that were compared.
        compared: u64,
    },
    /// Files that are still there have their bytes before one place, and none of them beyond.
    Ends {
        /// The last place where a file has its bytes.
        from: u64,
        /// The first from which on none has.
        to: u64,
        /// Files whose bytes are there, before it.
        there: u64,
        /// Files whose bytes are not, beyond it.
        missing: u64,
    },
    /// What it holds shows nowhere again, and files are where they should be.
    NoSign,
    /// It holds too little to tell.
    CannotTell,
}
