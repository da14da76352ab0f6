//! Which coefficients of a progressive picture are not zero: all that its later scans hang on.
//!
//! Source: ITU-T T.81 (1992), G.1.2.3 "Coding model for subsequent scans of successive
//! approximation".

use std::sync::Arc;

/// Blocks of 64 coefficients that are remembered: those of a picture of 400 million pixels with
/// colour at half resolution. Of larger ones the later scans are not decoded.
pub const MOST_BLOCKS: u64 = 400_000_000 / 64 * 3 / 2;

/// Blocks that are kept together.
const GROUP: usize = 512;

/// Blocks that may be visited for each byte that comes, beyond [`FREE_VISITS`]: a run of blocks
/// costs a hostile file almost nothing, and a true one has few of them.
const VISITS_A_BYTE: u64 = 16;

/// Blocks that may be visited in any picture.
const FREE_VISITS: u64 = 1 << 22;

/// One bit for each coefficient that is not zero; groups of blocks without any are not there.
///
/// Copies share what has not changed since.
#[derive(Clone, Debug)]
pub struct History {
    components: [Vec<Option<Arc<[u64; GROUP]>>>; 4],
    visits_left: u64,
}

impl Default for History {
    fn default() -> Self {
        History { components: Default::default(), visits_left: FREE_VISITS }
    }
}

impl History {
    /// Notes that so many bytes have come.
    pub fn earn(&mut self, bytes: usize) {
        self.visits_left = self.visits_left.saturating_add(bytes as u64 * VISITS_A_BYTE);
    }

    /// The blocks of a component, to be looked at and added to in order; [`Window::close`] keeps what was added.
    pub fn window(&mut self, component: usize) -> Window<'_> {
        Window {
            groups: &mut self.components[component & 3],
            visits_left: &mut self.visits_left,
            index: usize::MAX,
            blocks: [0; GROUP],
            is_empty: true,
            is_changed: false,
        }
    }
}

/// The blocks of one component, of which a group is at hand at a time: apart from the others, since whoever
/// writes to what is shared must ask first whether it is.
pub struct Window<'h> {
    groups: &'h mut Vec<Option<Arc<[u64; GROUP]>>>,
    visits_left: &'h mut u64,
    /// Which group is at hand; none at first.
    index: usize,
    blocks: [u64; GROUP],
    /// Whether nothing is known of the group's blocks.
    is_empty: bool,
    is_changed: bool,
}

impl Window<'_> {
    /// Counts a visit; tells whether there may be more.
    #[inline(always)]
    pub fn visit(&mut self) -> bool {
        *self.visits_left = self.visits_left.saturating_sub(1);
        *self.visits_left > 0
    }

    /// The coefficients of a block that are not zero: bit k for coefficient k.
    #[inline(always)]
    pub fn get(&mut self, block: u64) -> u64 {
        self.seek(block);
        self.blocks[block as usize % GROUP]
    }

    /// How many blocks from `block` on, up to the end of its group, are known to be empty.
    #[inline(always)]
    pub fn empty(&mut self, block: u64) -> u64 {
        self.seek(block);
        if self.is_empty { GROUP as u64 - block % GROUP as u64 } else { 0 }
    }

    /// Adds coefficients that are not zero to a block.
    #[inline(always)]
    pub fn add(&mut self, block: u64, coefficients: u64) {
        if coefficients != 0 {
            self.seek(block);
            self.blocks[block as usize % GROUP] |= coefficients;
            (self.is_empty, self.is_changed) = (false, true);
        }
    }

    #[inline(always)]
    fn seek(&mut self, block: u64) {
        let index = block as usize / GROUP;
        if index != self.index {
            self.open(index);
        }
    }

    #[inline(never)]
    fn open(&mut self, index: usize) {
        self.keep();
        let group = self.groups.get(index).and_then(Option::as_deref);
        self.is_empty = group.is_none();
        self.blocks = group.copied().unwrap_or([0; GROUP]);
        self.index = index;
    }

    /// Keeps what was added to the group at hand, unless it lies beyond [`MOST_BLOCKS`].
    fn keep(&mut self) {
        if !std::mem::take(&mut self.is_changed) || self.index > MOST_BLOCKS as usize / GROUP {
            return;
        }
        if self.groups.len() <= self.index {
            self.groups.resize(self.index + 1, None);
        }
        if let Some(group) = &mut self.groups[self.index] {
            *Arc::make_mut(group) = self.blocks;
        } else {
            self.groups[self.index] = Some(Arc::new(self.blocks));
        }
    }

    /// Ends the work on the component.
    pub fn close(mut self) {
        self.keep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_there_and_copies_do_not_see_it() {
        let mut history = History::default();
        let mut window = history.window(2);
        assert_eq!((window.empty(5), window.get(5)), (507, 0));
        window.add(5, 0);
        assert_eq!(window.empty(6), 506);
        window.add(5, 0b10);
        assert_eq!((window.empty(6), window.get(5)), (0, 0b10));
        window.add(3000, 1 << 63);
        window.add(MOST_BLOCKS + 2 * GROUP as u64, 1);
        window.close();
        let before = history.clone();
        let mut window = history.window(2);
        window.add(5, 0b100);
        window.add(600, 0b1000);
        window.close();
        let told = |mut history: History| {
            let mut window = history.window(2);
            [5, 600, 3000, MOST_BLOCKS + 2 * GROUP as u64].map(|block| window.get(block))
        };
        assert_eq!(told(before), [0b10, 0, 1 << 63, 0]);
        assert_eq!(told(history.clone()), [0b110, 0b1000, 1 << 63, 0]);
        assert_eq!(history.window(1).get(5), 0);
    }

    #[test]
    fn visits_run_out_and_bytes_earn_more() {
        let mut history = History::default();
        let mut window = history.window(0);
        let visits = (0..).take_while(|_| window.visit()).count() as u64;
        assert_eq!(visits, FREE_VISITS - 1);
        history.earn(1);
        let mut window = history.window(0);
        assert_eq!((0..).take_while(|_| window.visit()).count() as u64, VISITS_A_BYTE - 1);
    }
}
