//! Segments and prediction modes of macroblocks, which the first partition holds.

use super::bits::Bits;
use super::probabilities::BLOCK_MODES;
use crate::view::View;

/// What is known of the segments. Source: RFC 6386, 9.3 "Segment-Based Adjustments".
#[derive(Clone, Copy)]
pub(super) struct Segments {
    /// Probabilities of the tree of segments, where macroblocks say which is theirs.
    tree: Option<[u8; 3]>,
}

impl Segments {
    pub(super) fn read(view: &mut View<'_>, bits: &mut Bits) -> Self {
        if !bits.flag(view) {
            return Segments { tree: None };
        }
        let (map, data) = (bits.flag(view), bits.flag(view));
        if data {
            bits.flag(view);
            (0..4).for_each(|_| bits.optional(view, 7));
            (0..4).for_each(|_| bits.optional(view, 6));
        }
        let mut chance = || if bits.flag(view) { bits.literal(view, 8) as u8 } else { 255 };
        Segments { tree: map.then(|| [chance(), chance(), chance()]) }
    }
}

/// What the coefficients of a macroblock depend on.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    /// Whether it has no coefficients.
    pub(super) skipped: bool,
    /// Whether each of its blocks is predicted by itself, so that there is no block of means.
    pub(super) by_blocks: bool,
}

/// Modes of blocks by their number in RFC 6386, 8.1: mean, gradient, vertical, horizontal, ...
const MEAN: u8 = 0;
const GRADIENT: u8 = 1;
const VERTICAL: u8 = 2;
const HORIZONTAL: u8 = 3;

/// The tree of modes of a block: the nodes after a false and a true branch; modes are negative,
/// counted from -1. Source: RFC 6386, 8.1, `bmode_tree`.
const TREE: [[i8; 2]; 9] =
    [[-1, 1], [-2, 2], [-3, 3], [4, 6], [-4, 5], [-6, -7], [-5, 7], [-8, 8], [-9, -10]];

/// Reads macroblock by macroblock.
pub(super) struct Modes {
    segments: Segments,
    skip: Option<u8>,
    above: Vec<[u8; 4]>,
    left: [u8; 4],
}

impl Modes {
    pub(super) fn new(segments: Segments, skip: Option<u8>, columns: usize) -> Self {
        Modes { segments, skip, above: vec![[MEAN; 4]; columns], left: [MEAN; 4] }
    }

    pub(super) fn begin_row(&mut self) {
        self.left = [MEAN; 4];
    }

    /// Source: RFC 6386, 19.3 "Macroblock Header".
    pub(super) fn read(&mut self, view: &mut View<'_>, bits: &mut Bits, column: usize) -> Mode {
        if let Some([root, low, high]) = self.segments.tree {
            let next = if bits.bool(view, root) { high } else { low };
            bits.bool(view, next);
        }
        let skipped = self.skip.is_some_and(|chance| bits.bool(view, chance));
        let by_blocks = !bits.bool(view, 145);
        if by_blocks {
            self.blocks(view, bits, column);
        } else {
            let mode = match (bits.bool(view, 156), ()) {
                (false, ()) if bits.bool(view, 163) => VERTICAL,
                (false, ()) => MEAN,
                (true, ()) if bits.bool(view, 128) => GRADIENT,
                (true, ()) => HORIZONTAL,
            };
            self.above[column] = [mode; 4];
            self.left = [mode; 4];
        }
        if bits.bool(view, 142) && bits.bool(view, 114) {
            bits.bool(view, 183);
        }
        Mode { skipped, by_blocks }
    }

    fn blocks(&mut self, view: &mut View<'_>, bits: &mut Bits, column: usize) {
        let above = &mut self.above[column];
        for left in &mut self.left {
            for above in above.iter_mut() {
                let chances = &BLOCK_MODES[usize::from(*above) * 10 + usize::from(*left)];
                let mut node = 0i8;
                while node >= 0 {
                    let branch = bits.bool(view, chances[node as usize]);
                    node = TREE[node as usize][usize::from(branch)];
                }
                let mode = node.unsigned_abs() - 1;
                (*above, *left) = (mode, mode);
            }
        }
    }
}
