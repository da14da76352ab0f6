//! Coefficients of macroblocks, read and thrown away.
//!
//! Source: RFC 6386, 13 "DCT Coefficient Decoding".

use super::bits::Bits;
use super::modes::Mode;
use super::probabilities::{BANDS, COEFFICIENT_UPDATES, COEFFICIENTS, CONTEXTS, Coefficients};
use crate::view::View;

/// The band of each coefficient, and of the index after the last. Source: RFC 6386, 13.3.
const BAND: [usize; 17] = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0];

/// Probabilities of the extra bits of large values. Source: RFC 6386, 13.2 "DCT Tokens".
const LARGE: [&[u8]; 4] = [
    &[173, 148, 140],
    &[176, 155, 140, 135],
    &[180, 157, 141, 134, 130],
    &[254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129],
];

/// Kinds of blocks, by which probabilities are chosen.
const LUMA_BUT_MEAN: usize = 0;
const MEANS: usize = 1;
const CHROMA: usize = 2;
const LUMA: usize = 3;

/// Which blocks beside a macroblock have coefficients.
#[derive(Clone, Copy, Default)]
struct Edge {
    luma: [bool; 4],
    chroma: [[bool; 2]; 2],
    means: bool,
}

/// Reads macroblock by macroblock.
pub(super) struct Tokens {
    chances: Box<Coefficients>,
    above: Vec<Edge>,
    left: Edge,
}

impl Tokens {
    /// The probabilities in the frame's header. Source: RFC 6386, 13.4.
    pub(super) fn read_header(view: &mut View<'_>, bits: &mut Bits, columns: usize) -> Self {
        let mut chances = Box::new(COEFFICIENTS);
        let updates = COEFFICIENT_UPDATES.as_flattened();
        for (chance, &update) in chances.as_flattened_mut().iter_mut().zip(updates) {
            if bits.bool(view, update) {
                *chance = bits.literal(view, 8) as u8;
            }
        }
        Tokens { chances, above: vec![Edge::default(); columns], left: Edge::default() }
    }

    pub(super) fn begin_row(&mut self) {
        self.left = Edge::default();
    }

    /// The coefficients of one macroblock.
    pub(super) fn read(&mut self, view: &mut View<'_>, bits: &mut Bits, column: usize, mode: Mode) {
        let (mut above, mut left) = (self.above[column], self.left);
        if mode.skipped {
            let emptied =
                |edge: Edge| Edge { means: mode.by_blocks && edge.means, ..Edge::default() };
            (self.above[column], self.left) = (emptied(above), emptied(left));
            return;
        }
        let (kind, first) = if mode.by_blocks {
            (LUMA, 0)
        } else {
            let context = usize::from(above.means) + usize::from(left.means);
            let some = self.block(view, bits, MEANS, context, 0);
            (above.means, left.means) = (some, some);
            (LUMA_BUT_MEAN, 1)
        };
        let mut square = |above: &mut [bool], left: &mut [bool], kind, first| {
            for left in left {
                for above in above.iter_mut() {
                    let context = usize::from(*above) + usize::from(*left);
                    let some = self.block(view, bits, kind, context, first);
                    (*above, *left) = (some, some);
                }
            }
        };
        square(&mut above.luma, &mut left.luma, kind, first);
        for plane in 0..2 {
            square(&mut above.chroma[plane], &mut left.chroma[plane], CHROMA, 0);
        }
        (self.above[column], self.left) = (above, left);
    }

    /// The coefficients of one block from `first` on; whether there are any.
    fn block(
        &self,
        view: &mut View<'_>,
        bits: &mut Bits,
        kind: usize,
        context: usize,
        first: usize,
    ) -> bool {
        let chances = |at: usize, context: usize| {
            &self.chances[(kind * BANDS + BAND[at]) * CONTEXTS + context]
        };
        let mut at = first;
        let mut chance = chances(at, context);
        while at < 16 {
            if !bits.bool(view, chance[0]) {
                break;
            }
            while !bits.bool(view, chance[1]) {
                at += 1;
                if at == 16 {
                    return true;
                }
                chance = chances(at, 0);
            }
            let one = !bits.bool(view, chance[2]);
            if !one {
                large(view, bits, chance);
            }
            bits.flag(view);
            at += 1;
            chance = chances(at, if one { 1 } else { 2 });
        }
        at > first
    }
}

/// The rest of a value above one. Source: RFC 6386, 13.2, `coeff_tree`.
fn large(view: &mut View<'_>, bits: &mut Bits, chance: &[u8; 11]) {
    if !bits.bool(view, chance[3]) {
        if bits.bool(view, chance[4]) {
            bits.bool(view, chance[5]);
        }
    } else if !bits.bool(view, chance[6]) {
        if bits.bool(view, chance[7]) {
            bits.bool(view, 165);
            bits.bool(view, 145);
        } else {
            bits.bool(view, 159);
        }
    } else {
        let high = usize::from(bits.bool(view, chance[8]));
        let low = usize::from(bits.bool(view, chance[9 + high]));
        for &extra in LARGE[2 * high + low] {
            bits.bool(view, extra);
        }
    }
}
