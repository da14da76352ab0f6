//! The numbers by which the system knows a block device.

use std::fmt;

/// The numbers of a block device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockDevice {
    /// Of its driver.
    pub major: u32,
    /// Among those of the driver.
    pub minor: u32,
}

impl fmt::Display for BlockDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.major, self.minor)
    }
}

impl BlockDevice {
    /// From the number of a device file, or of the file system that a file lies on.
    #[cfg(unix)]
    pub fn of(number: u64) -> Self {
        // Systems differ in the type of such numbers; all of them fit 64 bits.
        let number = number as rustix::fs::Dev;
        BlockDevice { major: rustix::fs::major(number), minor: rustix::fs::minor(number) }
    }

    /// From `8:17`, as files named `dev` in `/sys` have it.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim_end().split_once(':')?;
        Some(BlockDevice { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }

    /// Whether this is the number of a file system without a device of its own.
    pub fn is_anonymous(self) -> bool {
        self.major == 0
    }
}
