//! DC of neighbouring rows of units: how a picture goes on from one to the next.

use std::ops::Range;
use std::sync::Arc;

/// Components of a picture.
const MOST_COMPONENTS: usize = 4;

/// What one component may add to the difference of two units, in eighths of a grey level: what is
/// beyond says no more.
const MOST_DIFFERENCE: u16 = 512;

/// A row of units.
#[derive(Debug, Default)]
pub struct Row {
    /// How many there are.
    width: usize,
    /// DC of each unit, one component after the other: the mean of its blocks, eight to a grey level
    /// of eight bits.
    dc: Vec<i16>,
    /// How much the units before each column differ from those above them, in sum; one more entry
    /// than there are columns. Nothing in the first row.
    steps: Vec<u32>,
}

/// How much two values of DC differ.
#[inline(always)]
fn difference(one: i16, other: i16) -> u16 {
    one.abs_diff(other).min(MOST_DIFFERENCE)
}

impl Row {
    /// A row below `above`, with the sums of DC over the blocks of each unit. Of each component
    /// `scale` makes of these, in parts of 256, what is kept.
    pub fn new(sums: &[[i32; MOST_COMPONENTS]], scale: &[i32], above: Option<&Row>) -> Self {
        let width = sums.len();
        let mut dc = Vec::with_capacity(scale.len() * width);
        for (index, &scale) in scale.iter().enumerate().take(MOST_COMPONENTS) {
            // What is in range fits, and what is not is no picture.
            dc.extend(sums.iter().map(|sums| (sums[index].wrapping_mul(scale) >> 8) as i16));
        }
        let mut row = Row { width, dc, steps: Vec::new() };
        if let Some(above) = above.filter(|above| above.width == width) {
            row.find_steps(above);
        }
        row
    }

    fn find_steps(&mut self, above: &Row) {
        let mut steps = vec![0u16; self.width];
        for (here, above) in self.planes().zip(above.planes()) {
            for ((step, &here), &above) in steps.iter_mut().zip(here).zip(above) {
                *step += difference(here, above);
            }
        }
        let mut sum = 0;
        self.steps = Vec::with_capacity(self.width + 1);
        self.steps.push(0);
        self.steps.extend(steps.iter().map(|&step| {
            sum += u32::from(step);
            sum
        }));
    }

    /// DC of each component.
    fn planes(&self) -> std::slice::ChunksExact<'_, i16> {
        self.dc.chunks_exact(self.width.max(1))
    }

    /// The mean difference between these columns and those above; nothing of the first row.
    pub fn step(&self, columns: &Range<usize>) -> Option<f32> {
        let sum = self.steps.get(columns.end)?.checked_sub(*self.steps.get(columns.start)?)?;
        (!columns.is_empty()).then(|| sum as f32 / columns.len() as f32)
    }

    /// The mean difference between these columns and those of another row, so many further right
    /// in it, as if it went on from its end to its start.
    pub fn step_from(&self, other: &Row, columns: &Range<usize>, shift: usize) -> f32 {
        let width = self.width.max(1);
        let mut sum = 0;
        for (here, other) in self.planes().zip(other.planes()) {
            for column in columns.clone() {
                let pair = here.get(column).zip(other.get((column + shift) % width));
                sum += pair.map_or(0, |(&here, &other)| u32::from(difference(here, other)));
            }
        }
        sum as f32 / columns.len().max(1) as f32
    }

    /// How much a unit differs from the one before it in the row; nothing of the first.
    pub fn side(&self, column: usize) -> Option<f32> {
        let pair = column.checked_sub(1)?..column + 1;
        let mut sum = 0;
        for plane in self.planes() {
            let &[before, here] = plane.get(pair.clone())? else { return None };
            sum += u32::from(difference(here, before));
        }
        Some(sum as f32)
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.width
    }
}

/// A row with those beside it.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The row above.
    pub above: Arc<Row>,
    /// The row itself.
    pub here: Arc<Row>,
    /// The row below; nothing at the picture's end.
    pub below: Option<Arc<Row>>,
    /// Differences that mean nothing: noise and what quantisers lose.
    pub floor: f32,
}

impl Rows {
    /// By how much these columns of a row, here or below, are lighter than those above: the median
    /// for each component.
    pub fn rise(&self, is_below: bool, columns: &Range<usize>) -> [i32; MOST_COMPONENTS] {
        let mut medians = [0; MOST_COMPONENTS];
        for (median, steps) in medians.iter_mut().zip(self.steps(is_below, columns)) {
            let mut steps: Vec<i32> = steps.collect();
            let middle = steps.len() / 2;
            if !steps.is_empty() {
                *median = *steps.select_nth_unstable(middle).1;
            }
        }
        medians
    }

    /// Whether these columns of a row, here or below, are lighter by `rise` than those above (1) or
    /// not at all (-1), in the mean.
    pub fn lean(
        &self,
        is_below: bool,
        columns: &Range<usize>,
        rise: &[i32; MOST_COMPONENTS],
    ) -> f32 {
        let whole: i32 = rise.iter().map(|rise| rise.abs()).sum();
        let mut lean = 0;
        for (&rise, steps) in rise.iter().zip(self.steps(is_below, columns)) {
            lean += steps.map(|step| i64::from(step.abs() - (step - rise).abs())).sum::<i64>();
        }
        lean as f32 / whole.max(1) as f32 / columns.len().max(1) as f32
    }

    /// For each component by how much each of these columns, here or below, is lighter than the one
    /// above.
    fn steps(
        &self,
        is_below: bool,
        columns: &Range<usize>,
    ) -> impl Iterator<Item = impl Iterator<Item = i32>> {
        let pair = match &self.below {
            _ if !is_below => Some((&self.here, &self.above)),
            Some(below) => Some((below, &self.here)),
            None => None,
        };
        let columns = columns.clone();
        pair.into_iter().flat_map(|(row, above)| row.planes().zip(above.planes())).map(
            move |(row, above)| {
                let pairs = row.iter().zip(above).take(columns.end).skip(columns.start);
                pairs.map(|(&here, &above)| i32::from(here) - i32::from(above))
            },
        )
    }
}
