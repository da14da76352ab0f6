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

    /// Counts a visit; tells whether there may be more.
    pub fn visit(&mut self) -> bool {
        self.visits_left = self.visits_left.saturating_sub(1);
        self.visits_left > 0
    }

    /// The coefficients of a block that are not zero: bit k for coefficient k.
    pub fn get(&self, component: usize, block: u64) -> u64 {
        self.group(component, block).map_or(0, |group| group[block as usize % GROUP])
    }

    /// How many blocks from `block` on, up to the end of its group, are known to be empty.
    pub fn empty(&self, component: usize, block: u64) -> u64 {
        match self.group(component, block) {
            Some(_) => 0,
            None => GROUP as u64 - block % GROUP as u64,
        }
    }

    fn group(&self, component: usize, block: u64) -> Option<&Arc<[u64; GROUP]>> {
        self.components[component].get(block as usize / GROUP)?.as_ref()
    }

    /// Adds coefficients that are not zero to a block, which is below [`MOST_BLOCKS`].
    #[inline]
    pub fn add(&mut self, component: usize, block: u64, coefficients: u64) {
        if coefficients != 0 && block < MOST_BLOCKS {
            *self.block(component, block as usize) |= coefficients;
        }
    }

    fn block(&mut self, component: usize, block: usize) -> &mut u64 {
        let groups = &mut self.components[component];
        let index = block / GROUP;
        if groups.len() <= index {
            groups.resize(index + 1, None);
        }
        let group = groups[index].get_or_insert_with(|| Arc::new([0; GROUP]));
        &mut Arc::make_mut(group)[block % GROUP]
    }
}
