//! DC of a scan as it comes, looked at wherever foreign data may begin.

use std::sync::Arc;

use super::breaks;
use super::plan::{Kind, Plan};
use super::rows::{Dc, Row, Rows};
use crate::verdict::{Continuity, Joint};

/// Clusters begin at multiples of so many bytes of a file.
pub const SECTOR: u64 = 512;

/// Foreign data that is over within a row may have so many sectors; in files it begins at a
/// multiple of its own length.
const LENGTHS: [usize; 7] = [0, 1, 2, 4, 8, 16, 32];

/// Units of the longest run of several intervals that is looked at as one.
const LONGEST_RUN: usize = 64;

/// Breaks that are told of one scan.
const MOST_BREAKS: usize = 8;

/// Joints that are told of one scan.
const MOST_JOINTS: usize = 4096;

/// Where the picture seems broken at a place of no importance by so much, its own edges look like
/// breaks.
const MOST_ELSEWHERE: f32 = 0.75;

/// Where a unit lies in its row, and what begins in it.
#[derive(Clone, Copy, Debug)]
struct Mark {
    column: usize,
    at: u64,
    is_joint: bool,
}

/// The worst breaks of one kind.
#[derive(Clone, Debug, Default)]
struct Worst {
    /// Where, and how far the limit is passed.
    breaks: Vec<(u64, f32)>,
    /// How far the picture seems broken where nothing begins.
    elsewhere: f32,
}

impl Worst {
    fn add(&mut self, at: u64, score: Option<f32>) {
        let Some(score) = score.filter(|&score| score > 1.0) else { return };
        if self.breaks.len() < MOST_BREAKS {
            self.breaks.push((at, score));
        } else if let Some(least) = self.breaks.iter_mut().min_by(|a, b| a.1.total_cmp(&b.1))
            && least.1 < score
        {
            *least = (at, score);
        }
    }

    fn add_elsewhere(&mut self, score: Option<f32>) {
        self.elsewhere = self.elsewhere.max(score.unwrap_or(0.0));
    }

    fn found(&self) -> impl Iterator<Item = u64> + '_ {
        let is_clear = self.elsewhere <= MOST_ELSEWHERE;
        self.breaks.iter().filter(move |_| is_clear).map(|&(at, _)| at)
    }
}

/// The rows of units of a scan, of which the last ones are kept.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// Units in a row; none where nothing is kept.
    columns: usize,
    /// What makes of the sum of DC of a unit its mean.
    scale: [f32; 4],
    floor: f32,
    /// Units between restart markers.
    interval: usize,
    /// The row that comes.
    row: Vec<[i32; 4]>,
    marks: Vec<Mark>,
    /// Where intervals begin in it.
    restarts: Vec<Mark>,
    /// The row before, and what begins in it.
    last: Option<(Arc<Row>, Vec<Mark>, Vec<Mark>)>,
    above: Option<Arc<Row>>,
    clusters: Worst,
    intervals: Worst,
    joints: Vec<Joint>,
}

impl Surface {
    /// What the data of a scan shows.
    pub fn new(plan: &Plan) -> Self {
        if !matches!(plan.kind, Kind::Sequential | Kind::DcFirst) {
            return Surface::default();
        }
        let (mut scale, mut most) = ([0.0; 4], 0.0f32);
        for block in &plan.blocks {
            let count = plan.blocks.iter().filter(|other| other.component == block.component);
            let step = plan.dc_steps[block.component & 3];
            scale[block.component & 3] = step / count.count() as f32;
            most = most.max(step);
        }
        Surface {
            columns: usize::try_from(plan.columns).unwrap_or(0),
            scale,
            floor: 8.0 + most / 2.0,
            interval: usize::try_from(plan.interval).unwrap_or(0),
            ..Surface::default()
        }
    }

    /// Takes the sums of DC over the blocks of the next unit.
    #[inline(always)]
    pub fn push(&mut self, sums: [i32; 4]) {
        self.row.push(sums);
        if self.row.len() == self.columns {
            self.end_row();
        }
    }

    /// Takes note that a cluster may begin in the next unit, at byte `at` of the file.
    pub fn mark(&mut self, at: u64, is_joint: bool) {
        self.marks.push(Mark { column: self.row.len(), at, is_joint });
    }

    /// Takes note that the next unit begins an interval, at byte `at` of the file.
    pub fn restart(&mut self, at: u64) {
        self.restarts.push(Mark { column: self.row.len(), at, is_joint: false });
    }

    /// Where the picture breaks, in bytes of the file and in order.
    pub fn breaks(&self) -> Vec<u64> {
        let mut all: Vec<u64> = self.clusters.found().chain(self.intervals.found()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// How the picture goes on at the joints that came, in order. Those of the last row are looked at
    /// without one below.
    pub fn joints(&self) -> Vec<Joint> {
        let mut joints = self.joints.clone();
        if let Some((here, marks, _)) = &self.last {
            let rows = self.above.as_ref().map(|above| self.rows(above, here, None));
            joints.extend(told(rows.as_ref(), marks));
        }
        let open = self.marks.iter().filter(|mark| mark.is_joint);
        joints.extend(open.map(|mark| Joint { at: mark.at, continuity: Continuity::Unproven }));
        joints.truncate(MOST_JOINTS);
        joints
    }

    fn rows(&self, above: &Arc<Row>, here: &Arc<Row>, below: Option<&Arc<Row>>) -> Rows {
        let [above, here] = [above, here].map(Arc::clone);
        Rows { above, here, below: below.map(Arc::clone), floor: self.floor }
    }

    #[inline(never)]
    fn end_row(&mut self) {
        let scale = self.scale;
        let unit = |sums: &[i32; 4]| -> Dc {
            std::array::from_fn(|index| (sums[index] as f32 * scale[index]) as i16)
        };
        let dc = self.row.iter().map(unit).collect();
        self.row.clear();
        let last = self.last.take();
        let row = Arc::new(Row::new(dc, last.as_ref().map(|(row, _, _)| row.as_ref())));
        let marks = std::mem::take(&mut self.marks);
        let restarts = std::mem::take(&mut self.restarts);
        if let Some((here, marks, restarts)) = last {
            let above = self.above.replace(Arc::clone(&here));
            let rows = above.map(|above| self.rows(&above, &here, Some(&row)));
            if self.joints.len() < MOST_JOINTS {
                self.joints.extend(told(rows.as_ref(), &marks));
            }
            if let Some(rows) = rows {
                self.look_at_clusters(&rows, &marks);
                self.look_at_intervals(&rows, &restarts);
            }
        }
        self.last = Some((row, marks, restarts));
    }

    /// Looks at the clusters that may begin in a row, and at places halfway between them.
    fn look_at_clusters(&mut self, rows: &Rows, marks: &[Mark]) {
        for (index, mark) in marks.iter().enumerate() {
            let next = marks.get(index + 1).map_or(self.columns, |next| next.column);
            let half = next.saturating_sub(mark.column) / 2;
            for sectors in LENGTHS {
                if sectors > 0 && !(mark.at / SECTOR).is_multiple_of(sectors as u64) {
                    break;
                }
                let Some(end) = marks.get(index + sectors) else { break };
                let (first, end) = (mark.column, end.column + 1);
                self.clusters.add(mark.at, breaks::cluster(rows, first, end));
                if half > 0 {
                    let elsewhere = breaks::cluster(rows, first + half, end + half);
                    self.clusters.add_elsewhere(elsewhere);
                }
            }
        }
    }

    /// Looks at the intervals that begin in a row, and at places halfway between them.
    fn look_at_intervals(&mut self, rows: &Rows, restarts: &[Mark]) {
        let half = self.interval / 2;
        for &Mark { column, at, .. } in restarts {
            self.intervals.add(at, breaks::corner(rows, column));
            if half > 0 {
                self.intervals.add_elsewhere(breaks::corner(rows, column + half));
            }
            let (mut count, mut step) = (1, 1);
            while let end = column + count * self.interval
                && end <= self.columns
                && (count == 1 || end - column <= LONGEST_RUN)
            {
                self.intervals.add(at, breaks::interval(rows, &(column..end)));
                if half > 0 && end + half <= self.columns {
                    let elsewhere = column + half..end + half;
                    self.intervals.add_elsewhere(breaks::interval(rows, &elsewhere));
                }
                (count, step) = (count + step, if count >= 4 * step { 2 * step } else { step });
            }
        }
    }
}

/// What is said of the joints among `marks`.
fn told(rows: Option<&Rows>, marks: &[Mark]) -> impl Iterator<Item = Joint> {
    marks.iter().filter(|mark| mark.is_joint).map(move |mark| {
        let unknown = Continuity::Unproven;
        let continuity = rows.map_or(unknown, |rows| breaks::joint(rows, mark.column));
        Joint { at: mark.at, continuity }
    })
}
