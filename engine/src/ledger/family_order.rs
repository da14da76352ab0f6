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
        match parent {
            None => nth == 0,
            // Also no file is its own parent.
            Some(parent) => parent < nth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stands_after_its_parent_and_is_none_of_its_own() {
        let mut order = FamilyOrder::default();
        let family = [(0, None), (1, Some(0)), (2, Some(1)), (3, Some(0)), (0, None), (1, Some(0))];
        assert!(family.iter().all(|&(nth, parent)| order.takes(nth, parent)));
        for (nth, parent) in [(0, Some(0)), (1, None), (1, Some(1)), (1, Some(2)), (3, Some(0))] {
            let mut order = FamilyOrder::default();
            assert!(order.takes(0, None) && !order.takes(nth, parent), "{nth} of {parent:?}");
        }
    }
}
