//! The order in which the files of one candidate stand in a log.

/// Which file of a candidate may come next.
#[derive(Debug, Default)]
pub(super) struct FamilyOrder {
    /// The `nth` that comes next; 0 may come at any time.
    next: u32,
}

impl FamilyOrder {
    /// Whether a file may stand after those before it; it counts from now on.
    pub(super) fn takes(&mut self, nth: u32, parent: Option<u32>) -> bool {
        if nth > 0 && nth != self.next {
            return false;
        }
        self.next = nth.saturating_add(1);
        let is_child = parent.is_some_and(|parent| parent < nth);
        is_child == (nth > 0)
    }
}
