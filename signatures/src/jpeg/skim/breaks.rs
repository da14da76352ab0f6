//! Whether a picture breaks where a cluster or a restart interval begins.
//!
//! Foreign data that decodes leaves two traces. Its own units do not fit those above, below and
//! beside them. And where DC goes on from what it left behind, all that follows is lighter or
//! darker by the same amount, up to the end of the picture: which shows against the row above for
//! exactly one row of units, from the right of the break to the left of it in the next row. Pictures
//! have edges of their own, but these hardly ever begin and end there.
//!
//! Each test gives 1 where its limit lies. The limits were chosen on 330 sound pictures, with the
//! breaks looked for at a dozen other places in each besides those where a cluster begins.

use std::ops::Range;

use super::rows::{Row, Rows};
use crate::verdict::Continuity;

/// Fewer units beside a break tell nothing.
const LEAST_UNITS: usize = 4;

/// How far to look to each side of a break, in units.
const NEAR: usize = 8;
const FAR: usize = 32;

/// As far as a row of most pictures goes.
const ALL: usize = 128;

/// What a shift of DC must come to, from 0 for none to 1 for one that explains all.
const LEAST_SHIFT: f32 = 0.68;

/// The same together with half the logarithm of the ratio of steps, less that of eight.
const LEAST_SHIFT_AND_STEP: f32 = 0.45;

/// A shift found in so many units or more counts in full.
const FULL_UNITS: f32 = 16.0;

/// A smaller ratio of steps is not looked at twice.
const LEAST_RATIO: f32 = 1.8;

/// How many times as large as around it a step must be all around an interval.
const LEAST_ISLAND: f32 = 5.4;

/// The same of a row of units that is an interval.
const LEAST_ROW: f32 = 5.0;

/// The same where a run of intervals of a row or more begins or ends.
const LEAST_CORNER: f32 = 10.0;

/// How many times as large as before a joint steps may be after it at most.
const MOST_JOINT: f32 = 2.2;

/// How many times as large steps against other columns of the row above must be at a joint.
const LEAST_APART: f32 = 1.5;

/// How many times as large as before a joint steps are where it is broken.
const LEAST_BROKEN: f32 = 5.0;

/// The columns beside a break, of which at most `most` on each side are looked at.
#[derive(Clone, Debug)]
struct Sides {
    left: Range<usize>,
    right: Range<usize>,
}

impl Sides {
    /// Foreign data begins in column `first` and is over in column `end`.
    fn new(rows: &Rows, first: usize, end: usize, most: usize) -> Option<Self> {
        let width = rows.here.width();
        let left = first.saturating_sub(most)..first;
        let right = end.min(width)..end.saturating_add(most).min(width);
        (left.len() >= LEAST_UNITS && right.len() >= LEAST_UNITS).then_some(Sides { left, right })
    }

    /// How much larger steps are to the right here and to the left below than to the left here and
    /// to the right below.
    fn ratio(&self, rows: &Rows) -> Option<f32> {
        let below = rows.below.as_deref()?;
        let odd = rows.here.step(&self.right)?.min(below.step(&self.left)?);
        let even = rows.here.step(&self.left)?.max(below.step(&self.right)?);
        Some((odd + rows.floor) / (even + rows.floor))
    }

    /// How well one shift of DC explains the steps to the right here and to the left below, while
    /// there is none to the left here and to the right below: at most 1.
    fn shift(&self, rows: &Rows) -> Option<f32> {
        let [right, left] = [rows.rise(false, &self.right), rows.rise(true, &self.left)];
        let common: [i32; 4] = std::array::from_fn(|index| {
            let (one, other) = (right[index], left[index]);
            let same = one.signum() == other.signum();
            if same { one.signum() * one.abs().min(other.abs()) } else { 0 }
        });
        let size = |rise: &[i32; 4]| rise.iter().map(|rise| rise.abs()).sum::<i32>() as f32;
        if size(&common) < 1.5 * rows.floor {
            return None;
        }
        let agreement = size(&common) / size(&right).max(size(&left)).max(1.0);
        let shifted = rows.lean(false, &self.right, &left).min(rows.lean(true, &self.left, &right));
        let rest =
            -rows.lean(false, &self.left, &common).max(rows.lean(true, &self.right, &common));
        Some(shifted.min(rest) * agreement)
    }
}

/// How far a picture breaks where foreign data begins in column `first` and is over in column `end`.
pub fn cluster(rows: &Rows, first: usize, end: usize) -> Option<f32> {
    let [near, far] = [NEAR, FAR].map(|most| Sides::new(rows, first, end, most));
    let (near, far) = (near?, far?);
    let ratio = near.ratio(rows)?.max(far.ratio(rows)?);
    if ratio < LEAST_RATIO {
        return None;
    }
    let all = Sides::new(rows, first, end, ALL)?;
    let near = Sides::new(rows, first, end, NEAR + NEAR / 2)?;
    let shift = (near.shift(rows)? + far.shift(rows)? + all.shift(rows)?) / 3.0;
    let units = all.left.len().min(all.right.len()) as f32;
    let shift = shift * (units / FULL_UNITS).min(1.0).sqrt();
    let both = shift + (ratio / NEAR as f32).ln() / 2.0;
    Some((shift / LEAST_SHIFT).max(both / LEAST_SHIFT_AND_STEP))
}

/// How far an interval in `columns` of a row stands out from what is around it.
pub fn interval(rows: &Rows, columns: &Range<usize>) -> Option<f32> {
    let width = rows.here.width();
    let (here, below) = (rows.here.as_ref(), rows.below.as_deref()?);
    let sides = [columns.start, columns.end].map(|column| match column {
        0 => None,
        column => here.side(column),
    });
    let side = sides.into_iter().flatten().fold(f32::MAX, f32::min);
    let floor = rows.floor;
    if side + floor < LEAST_ISLAND * floor {
        return None;
    }
    let inside = here.step(columns)?.min(below.step(columns)?).min(side);
    if inside + floor < LEAST_ISLAND * floor {
        return None;
    }
    let reach = columns.len().max(LEAST_UNITS);
    let left = columns.start.saturating_sub(reach)..columns.start;
    let right = columns.end..(columns.end + reach).min(width);
    let beside = [left, right].into_iter().filter(|beside| beside.len() > 2);
    let steps = beside.clone().flat_map(|beside| [here.step(&beside), below.step(&beside)]);
    let is_row = beside.count() == 0;
    let around = steps.flatten().fold(0.0, f32::max);
    let around = if is_row { rows.above.step(columns)? } else { around };
    // Without the interval, what is above goes on below.
    let across = below.step_from(&rows.above, columns, 0);
    let least = if is_row { LEAST_ROW } else { LEAST_ISLAND };
    Some((inside + floor) / (around.max(across) + floor) / least)
}

/// How far a picture breaks in column `first`, where a run of intervals of a row or more begins or
/// ends.
pub fn corner(rows: &Rows, first: usize) -> Option<f32> {
    let ratios = [NEAR, FAR].map(|most| Sides::new(rows, first, first, most)?.ratio(rows));
    let ratio = ratios.into_iter().flatten().fold(0.0, f32::max);
    (ratio > 0.0).then_some(ratio / LEAST_CORNER)
}

/// How the picture goes on in column `first`, where another run of the file begins.
pub fn joint(rows: &Rows, first: usize) -> Continuity {
    let width = rows.here.width();
    let after = first + 1..(first + 1 + FAR).min(width);
    let before = first.saturating_sub(FAR)..first;
    let steps = (rows.here.step(&after), rows.here.step(&before));
    let (Some(after_step), Some(before_step)) = steps else { return Continuity::Unproven };
    if after.len() < LEAST_UNITS || before.len() < LEAST_UNITS {
        return Continuity::Unproven;
    }
    let (after_step, before_step) = (after_step + rows.floor, before_step + rows.floor);
    let apart = apart(&rows.here, &rows.above, &after) + rows.floor;
    if after_step > LEAST_BROKEN * before_step && after_step > apart {
        Continuity::Broken
    } else if after_step <= MOST_JOINT * before_step && apart >= LEAST_APART * after_step {
        Continuity::Sound
    } else {
        Continuity::Unproven
    }
}

/// The least of the mean steps between `columns` of a row and others of the row above.
fn apart(here: &Row, above: &Row, columns: &Range<usize>) -> f32 {
    let width = here.width();
    let shifts = (1..5).map(|fifths| width * fifths / 5).filter(|&shift| shift > 0);
    shifts.map(|shift| here.step_from(above, columns, shift)).fold(f32::MAX, f32::min)
}
