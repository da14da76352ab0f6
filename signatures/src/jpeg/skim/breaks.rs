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

use super::rows::Rows;
use crate::verdict::Continuity;

/// Fewer units beside a break tell nothing.
const LEAST_UNITS: usize = 4;

/// How far to look to each side of a break, in units.
const NEAR: usize = 8;
const FAR: usize = 32;

/// As far as a row of most pictures goes.
const ALL: usize = 128;

/// What a shift of DC must come to, from 0 for none to 1 for one that explains all.
const LEAST_SHIFT: f32 = 0.66;

/// The same together with half the logarithm of the ratio of steps, less that of eight.
const LEAST_SHIFT_AND_STEP: f32 = 0.45;

/// A shift found in so many units or more counts in full.
const FULL_UNITS: f32 = 16.0;

/// A smaller ratio of steps is not looked at twice.
const LEAST_RATIO: f32 = 1.8;

/// How many times as large as around it a step must be all around an interval.
const LEAST_ISLAND: f32 = 6.0;

/// The same of a row of units that is an interval.
const LEAST_ROW: f32 = 2.8;

/// The same where a run of intervals of a row or more begins or ends.
const LEAST_CORNER: f32 = 7.0;

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

/// Whether a picture may break in column `first`, as far as what is left of it tells: most do not.
pub fn may_break(rows: &Rows, first: usize) -> bool {
    let Some(below) = rows.below.as_deref() else { return false };
    [NEAR, FAR].into_iter().any(|most| {
        let left = first.saturating_sub(most)..first;
        rows.here
            .step(&left)
            .zip(below.step(&left))
            .is_some_and(|(even, odd)| odd + rows.floor >= LEAST_RATIO * (even + rows.floor))
    })
}

/// How far a picture breaks where foreign data begins in column `first`, in which it may, and is over in
/// column `end`.
pub fn cluster(rows: &Rows, first: usize, end: usize) -> Option<f32> {
    let [near, far] = [NEAR, FAR].map(|most| Sides::new(rows, first, end, most));
    let (near, far) = (near?, far?);
    let ratio = near.ratio(rows)?.max(far.ratio(rows)?);
    if ratio < LEAST_RATIO {
        return None;
    }
    let all = Sides::new(rows, first, end, ALL)?;
    let near = Sides::new(rows, first, end, NEAR + NEAR / 2)?;
    let near = near.shift(rows).filter(|&near| near > 0.0)?;
    let shift = (near + far.shift(rows)? + all.shift(rows)?) / 3.0;
    let units = all.left.len().min(all.right.len()) as f32;
    let shift = shift * (units / FULL_UNITS).min(1.0).sqrt();
    let both = shift + (ratio / NEAR as f32).ln() / 2.0;
    Some((shift / LEAST_SHIFT).max(both / LEAST_SHIFT_AND_STEP))
}

/// Whether intervals that stand out may begin with the one in `columns`: most do not.
pub fn may_begin(rows: &Rows, columns: &Range<usize>) -> bool {
    may_end(rows, columns.start)
        && rows.here.step(columns).is_some_and(|step| step >= LEAST_ISLAND * rows.floor / 2.0)
}

/// Whether an interval that stands out may begin or end in a column, as far as the units on both sides of
/// it tell.
fn may_end(rows: &Rows, column: usize) -> bool {
    let side = rows.here.side(column);
    side.is_none_or(|side| side + rows.floor >= LEAST_ISLAND * rows.floor)
}

/// How far an interval in `columns` of a row, which may begin there, stands out from what is around it.
pub fn interval(rows: &Rows, columns: &Range<usize>) -> Option<f32> {
    if columns.len() < LEAST_UNITS {
        return None;
    }
    let width = rows.here.width();
    let (here, below) = (rows.here.as_ref(), rows.below.as_deref()?);
    let floor = rows.floor;
    let inside = here.step(columns)?.min(below.step(columns)?);
    if inside + floor < LEAST_ISLAND * floor || !may_end(rows, columns.end) {
        return None;
    }
    let side = |column| here.side(column).unwrap_or(f32::MAX);
    let inside = inside.min(side(columns.start)).min(side(columns.end));
    if inside + floor < LEAST_ISLAND * floor {
        return None;
    }
    let reach = columns.len().max(LEAST_UNITS);
    let left = columns.start.saturating_sub(reach)..columns.start;
    let right = columns.end..(columns.end + reach).min(width);
    let mut around = None;
    for beside in [left, right] {
        if let (Some(here), Some(below), 3..) =
            (here.step(&beside), below.step(&beside), beside.len())
        {
            around = Some(here.max(below).max(around.unwrap_or(0.0)));
        }
    }
    let is_row = columns.len() == width;
    let least = if is_row { LEAST_ROW } else { LEAST_ISLAND };
    let around = if is_row { rows.above.step(columns) } else { around }?;
    if inside + floor < least * (around + floor) {
        return None;
    }
    // Without the interval, what is above goes on below.
    let across = below.step_from(&rows.above, columns, 0);
    Some((inside + floor) / (around.max(across) + floor) / least)
}

/// How far a picture breaks in column `first`, where a run of intervals of a row or more begins or
/// ends.
pub fn corner(rows: &Rows, first: usize) -> Option<f32> {
    let ratio = |most| Sides::new(rows, first, first, most)?.ratio(rows);
    Some((ratio(NEAR)? * ratio(FAR)?).sqrt() / LEAST_CORNER)
}

/// How the picture goes on in column `first`, where another run of the file begins.
pub fn joint(rows: &Rows, first: usize) -> Continuity {
    let width = rows.here.width();
    let right = first + 1..(first + 1 + FAR).min(width);
    let left = first.saturating_sub(FAR)..first;
    let (Some(before), true) = (rows.here.step(&left), left.len() >= LEAST_UNITS) else {
        return Continuity::Unproven;
    };
    // What follows the joint goes on below, left of it.
    let below = rows.below.as_deref().map(|below| (below, rows.here.as_ref(), &left));
    let pieces = [Some((rows.here.as_ref(), rows.above.as_ref(), &right)), below];
    let pieces = pieces.into_iter().flatten().filter(|piece| piece.2.len() >= LEAST_UNITS);
    let (mut units, mut step, mut others) = (0.0, 0.0, [0.0; 4]);
    for (row, above, columns) in pieces {
        let len = columns.len() as f32;
        units += len;
        step += row.step(columns).unwrap_or(0.0) * len;
        for (other, fifths) in others.iter_mut().zip(1..) {
            *other += row.step_from(above, columns, width * fifths / 5) * len;
        }
    }
    if units == 0.0 {
        return Continuity::Unproven;
    }
    let apart = others.into_iter().fold(f32::MAX, f32::min) / units + rows.floor;
    let (after, before) = (step / units + rows.floor, before + rows.floor);
    if after > LEAST_BROKEN * before && after > apart {
        Continuity::Broken
    } else if after <= MOST_JOINT * before && apart >= LEAST_APART * after {
        Continuity::Sound
    } else {
        Continuity::Unproven
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::jpeg::skim::rows::Row;

    const WIDTH: usize = 60;

    /// Three rows of a picture in grey, of which the first stands below one like it; `value` gives DC by
    /// row and column.
    fn rows(value: impl Fn(usize, usize) -> i32) -> Rows {
        let mut made: Vec<Arc<Row>> = Vec::new();
        for row in [0, 0, 1, 2] {
            let sums: Vec<_> = (0..WIDTH).map(|column| [value(row, column), 0, 0, 0]).collect();
            made.push(Arc::new(Row::new(&sums, &[256], made.last().map(Arc::as_ref))));
        }
        let [above, here, below] = [1, 2, 3].map(|row| Arc::clone(&made[row]));
        Rows { above, here, below: Some(below), floor: 8.0 }
    }

    fn texture(row: usize, column: usize) -> i32 {
        (10 * column + (37 * column + 11 * row) % 13) as i32
    }

    #[test]
    fn a_shift_of_dc_that_lasts_is_a_break_where_it_begins() {
        for (shift, at) in [(60, 20), (-60, 20), (60, 50)] {
            let shifted = rows(|row, column| {
                let is_after = row * WIDTH + column >= WIDTH + at;
                texture(row, column) + if is_after { shift } else { 0 }
            });
            assert!(cluster(&shifted, at, at + 1).is_some_and(|score| score > 1.0), "{shift}");
            for other in [34, if at == 20 { 46 } else { 20 }] {
                assert!(cluster(&shifted, other, other + 1).is_none_or(|score| score < 1.0));
            }
        }
        // The upper edge of something, and a horizon.
        for from in [0, 20] {
            let edge = rows(|row, column| {
                texture(row, column) + if row > 0 && column >= from { 200 } else { 0 }
            });
            assert!(cluster(&edge, 20, 21).is_none_or(|score| score < 1.0));
            assert!(corner(&edge, 20).is_none_or(|score| score < 1.0));
        }
    }

    #[test]
    fn an_interval_that_fits_nowhere_stands_out() {
        let island = rows(|row, column| {
            texture(row, column) + if row == 1 && (24..28).contains(&column) { 400 } else { 0 }
        });
        assert!(may_begin(&island, &(24..28)));
        assert!(interval(&island, &(24..28)).is_some_and(|score| score > 1.0));
        for columns in [20..24, 28..32, 22..26, 24..32] {
            assert!(interval(&island, &columns).is_none_or(|score| score < 1.0), "{columns:?}");
        }
        let row = rows(|row, column| texture(row, column) + if row == 1 { 400 } else { 0 });
        assert!(interval(&row, &(0..WIDTH)).is_some_and(|score| score > 1.0));
    }

    #[test]
    fn a_joint_is_sound_where_other_places_would_not_fit() {
        assert_eq!(joint(&rows(texture), 20), Continuity::Sound);
        assert_eq!(joint(&rows(|_, _| 100), 20), Continuity::Unproven);
        let other = rows(|row, column| match row * WIDTH + column {
            80.. => 800 - texture(row, column),
            _ => texture(row, column),
        });
        assert_eq!(joint(&other, 20), Continuity::Broken);
        // At the edge there is nothing to compare with.
        assert_eq!(joint(&rows(texture), 1), Continuity::Unproven);
    }
}
