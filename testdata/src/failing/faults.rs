//! What is wrong with a device.

use std::time::Duration;

/// What happens to requests that touch a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// They fail.
    Bad,
    /// They fail so many times, and then succeed.
    Heals(u32),
    /// They take so long.
    Slow(Duration),
}

/// Faults of a device, by ranges of sectors. A later one counts where two overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// First sector, sector after the last, and what happens there.
    ranges: Vec<(u64, u64, Fault)>,
    /// After so many requests the device is gone.
    pub(super) last_request: Option<u64>,
}

impl Faults {
    /// Adds a fault of the `count` sectors from `first` on.
    #[must_use]
    pub fn with(mut self, first: u64, count: u64, fault: Fault) -> Self {
        self.ranges.push((first, first.saturating_add(count), fault));
        self
    }

    /// A device that is pulled out after `requests` requests.
    #[must_use]
    pub fn gone_after(mut self, requests: u64) -> Self {
        self.last_request = Some(requests);
        self
    }

    /// The fault of each sector of a device of `sectors` sectors.
    pub(super) fn by_sector(&self, sectors: usize) -> Vec<Option<Fault>> {
        let mut by_sector = vec![None; sectors];
        for &(first, end, fault) in &self.ranges {
            let (first, end) = (first.min(sectors as u64), end.min(sectors as u64));
            by_sector[first as usize..end as usize].fill(Some(fault));
        }
        by_sector
    }
}
