//! DC of neighbouring rows of units: how a picture goes on from one to the next.

use std::ops::Range;
use std::sync::Arc;

/// Components of a picture.
const MOST_COMPONENTS: usize = 4;

/// What one component may add to the difference of two units, in eighths of a grey level: what is
/// beyond says no more.
const MOST_DIFFERENCE: u16 = 512;

/// DC of one unit: of each component the mean of its blocks, eight to a grey level of eight bits.
pub type Dc = [i16; MOST_COMPONENTS];

/// A row of units.
#[derive(Debug, Default)]
pub struct Row {
    /// DC of each unit.
    dc: Vec<Dc>,
    /// How much the units before each column differ from those above them, in sum; one more entry
    /// than there are columns. Nothing in the first row.
    steps: Vec<u32>,
}

/// How much two units differ.
#[inline(always)]
fn difference(one: Dc, other: Dc) -> u32 {
    (0..MOST_COMPONENTS)
        .map(|index| u32::from(one[index].abs_diff(other[index]).min(MOST_DIFFERENCE)))
        .sum()
}

impl Row {
    /// A row below `above`.
    pub fn new(dc: Vec<Dc>, above: Option<&Row>) -> Self {
        let mut steps = Vec::new();
        if let Some(above) = above {
            let mut sum = 0;
            steps.reserve_exact(dc.len() + 1);
            steps.push(0);
            steps.extend(dc.iter().zip(&above.dc).map(|(&unit, &above)| {
                sum += difference(unit, above);
                sum
            }));
        }
        Row { dc, steps }
    }

    /// The mean difference between these columns and those above; nothing of the first row.
    pub fn step(&self, columns: &Range<usize>) -> Option<f32> {
        let sum = self.steps.get(columns.end)?.checked_sub(*self.steps.get(columns.start)?)?;
        (!columns.is_empty()).then(|| sum as f32 / columns.len() as f32)
    }

    /// The mean difference between these columns and those of another row, so many further right
    /// in it, as if it went on from its end to its start.
    pub fn step_from(&self, other: &Row, columns: &Range<usize>, shift: usize) -> f32 {
        let width = other.dc.len().max(1);
        let sum: u32 = columns
            .clone()
            .filter_map(|column| {
                Some(difference(*self.dc.get(column)?, *other.dc.get((column + shift) % width)?))
            })
            .sum();
        sum as f32 / columns.len().max(1) as f32
    }

    /// How much a unit differs from the one before it in the row; nothing of the first.
    pub fn side(&self, column: usize) -> Option<f32> {
        let before = *self.dc.get(column.checked_sub(1)?)?;
        Some(difference(*self.dc.get(column)?, before) as f32)
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.dc.len()
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
        let Some((row, above)) = self.pair(is_below) else { return [0; MOST_COMPONENTS] };
        std::array::from_fn(|index| {
            let pairs = row.dc.iter().zip(&above.dc).take(columns.end).skip(columns.start);
            let mut rises: Vec<i32> = pairs
                .map(|(unit, above)| i32::from(unit[index]) - i32::from(above[index]))
                .collect();
            let middle = rises.len() / 2;
            if rises.is_empty() { 0 } else { *rises.select_nth_unstable(middle).1 }
        })
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
        let Some((row, above)) = self.pair(is_below).filter(|_| whole > 0) else { return 0.0 };
        let pairs = row.dc.iter().zip(&above.dc).take(columns.end).skip(columns.start);
        let lean: i64 = pairs
            .map(|(unit, above)| {
                let lean = |index: usize| {
                    let step = i32::from(unit[index]) - i32::from(above[index]);
                    i64::from(step.abs() - (step - rise[index]).abs())
                };
                (0..MOST_COMPONENTS).map(lean).sum::<i64>()
            })
            .sum();
        lean as f32 / whole as f32 / columns.len().max(1) as f32
    }

    fn pair(&self, is_below: bool) -> Option<(&Row, &Row)> {
        match &self.below {
            _ if !is_below => Some((&self.here, &self.above)),
            Some(below) => Some((below, &self.here)),
            None => None,
        }
    }
}
