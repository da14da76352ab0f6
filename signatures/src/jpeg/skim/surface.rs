//! DC of a scan as it comes, looked at wherever foreign data may begin.

use std::sync::Arc;

use super::breaks;
use super::plan::{Kind, Plan};
use super::rows::{Row, Rows};
use crate::format;
use crate::verdict::{Continuity, Joint};

/// Clusters begin at multiples of so many bytes of a file.
pub const SECTOR: u64 = format::SECTOR as u64;

/// Foreign data that is over within a row may have so many sectors.
const LENGTHS: [usize; 7] = [0, 1, 2, 4, 8, 16, 32];

/// Units of the longest run of several intervals that is looked at as one.
const LONGEST_RUN: usize = 64;

/// Breaks that are told of one scan.
const MOST_BREAKS: usize = 8;

/// Joints that are told of one scan.
const MOST_JOINTS: usize = 4096;

/// Where a unit lies in its row, and what begins in it.
#[derive(Clone, Copy, Debug)]
struct Mark {
    column: usize,
    at: u64,
}

/// What begins in a row. Joints are apart, so that how a file lies changes nothing else that is said.
#[derive(Clone, Debug, Default)]
struct Marks {
    sectors: Vec<Mark>,
    intervals: Vec<Mark>,
    joints: Vec<Mark>,
}

/// The worst breaks: where, and how far the limit is passed.
#[derive(Clone, Debug, Default)]
struct Worst(Vec<(u64, f32)>);

impl Worst {
    fn add(&mut self, at: u64, score: Option<f32>) {
        let Some(score) = score.filter(|&score| score > 1.0) else { return };
        if let Some(known) = self.0.iter_mut().find(|known| known.0 == at) {
            known.1 = known.1.max(score);
        } else if self.0.len() < MOST_BREAKS {
            self.0.push((at, score));
        } else if let Some(least) = self.0.iter_mut().min_by(|a, b| a.1.total_cmp(&b.1))
            && least.1 < score
        {
            *least = (at, score);
        }
    }
}

/// The rows of units of a scan, of which the last ones are kept.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// Units in a row; none where nothing is kept.
    columns: usize,
    /// What makes of the sum of DC of a unit its mean, in parts of 256, for each component up to the last
    /// of the scan.
    scale: Vec<i32>,
    floor: f32,
    /// Units between restart markers.
    interval: usize,
    /// The row that comes.
    row: Vec<[i32; 4]>,
    marks: Marks,
    /// The row before, and what begins in it.
    last: Option<(Arc<Row>, Marks)>,
    above: Option<Arc<Row>>,
    worst: Worst,
    joints: Vec<Joint>,
}

impl Surface {
    /// What the data of a scan shows.
    pub fn new(plan: &Plan) -> Self {
        if !matches!(plan.kind, Kind::Sequential | Kind::DcFirst) {
            return Surface::default();
        }
        let (mut scale, mut most) = (Vec::new(), 0.0f32);
        for block in &plan.blocks {
            let count = plan.blocks.iter().filter(|other| other.component == block.component);
            let step = plan.dc_steps[block.component & 3];
            let component = block.component & 3;
            if scale.len() <= component {
                scale.resize(component + 1, 0);
            }
            scale[component] = (256.0 * step / count.count() as f32) as i32;
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
        if self.columns == 0 {
            return;
        }
        self.row.push(sums);
        if self.row.len() == self.columns {
            self.end_row();
        }
    }

    /// Takes note that a cluster may begin in the next unit, at byte `at` of the file, and whether a run
    /// does.
    pub fn mark(&mut self, at: u64, is_joint: bool) {
        if self.columns == 0 {
            return;
        }
        let mark = Mark { column: self.row.len(), at };
        if at.is_multiple_of(SECTOR) {
            self.marks.sectors.push(mark);
        }
        if is_joint {
            self.marks.joints.push(mark);
        }
    }

    /// Takes note that the next unit begins an interval, at byte `at` of the file.
    pub fn restart(&mut self, at: u64) {
        if self.columns == 0 {
            return;
        }
        self.marks.intervals.push(Mark { column: self.row.len(), at });
    }

    /// Where the picture breaks, in bytes of the file and in order.
    pub fn breaks(&self) -> Vec<u64> {
        let mut all: Vec<u64> = self.worst.0.iter().map(|&(at, _)| at).collect();
        all.sort_unstable();
        all
    }

    /// How the picture goes on at the joints in rows after which another came whole, in order.
    pub fn told(&self) -> &[Joint] {
        &self.joints
    }

    /// How the picture goes on at the joints in rows that came whole, in order. Those of the last row are looked
    /// at without one below.
    pub fn joints(&self) -> Vec<Joint> {
        let mut joints = self.joints.clone();
        if let Some((here, marks)) = &self.last {
            let rows = self.above.as_ref().map(|above| self.rows(above, here, None));
            joints.extend(told(rows.as_ref(), &marks.joints));
        }
        joints.truncate(MOST_JOINTS);
        joints
    }

    fn rows(&self, above: &Arc<Row>, here: &Arc<Row>, below: Option<&Arc<Row>>) -> Rows {
        let [above, here] = [above, here].map(Arc::clone);
        Rows { above, here, below: below.map(Arc::clone), floor: self.floor }
    }

    #[inline(never)]
    fn end_row(&mut self) {
        let last = self.last.take();
        let above = last.as_ref().map(|(row, _)| row.as_ref());
        let row = Arc::new(Row::new(&self.row, &self.scale, above));
        self.row.clear();
        let marks = std::mem::take(&mut self.marks);
        if let Some((here, marks)) = last {
            let above = self.above.replace(Arc::clone(&here));
            let rows = above.map(|above| self.rows(&above, &here, Some(&row)));
            if self.joints.len() < MOST_JOINTS {
                self.joints.extend(told(rows.as_ref(), &marks.joints));
            }
            if let Some(rows) = rows {
                self.look_at_clusters(&rows, &marks.sectors);
                self.look_at_intervals(&rows, &marks.intervals);
            }
        }
        self.last = Some((row, marks));
    }

    /// Looks at the clusters that may begin in a row. Where decoding finds its way again, and what is
    /// shown right, comes up to half a sector later.
    fn look_at_clusters(&mut self, rows: &Rows, marks: &[Mark]) {
        for (index, mark) in marks.iter().enumerate() {
            let next = marks.get(index + 1).map_or(self.columns, |next| next.column);
            let half = next.saturating_sub(mark.column) / 2;
            let both = if half > 0 { [Some(0), Some(half)] } else { [Some(0), None] };
            for later in both.into_iter().flatten() {
                let first = mark.column + later;
                if !breaks::may_break(rows, first) {
                    continue;
                }
                for end in LENGTHS.iter().map_while(|sectors| marks.get(index + sectors)) {
                    let end = end.column + 1 + later;
                    self.worst.add(mark.at, breaks::cluster(rows, first, end));
                }
            }
        }
    }

    /// Looks at the intervals that begin in a row.
    fn look_at_intervals(&mut self, rows: &Rows, restarts: &[Mark]) {
        for &Mark { column, at, .. } in restarts {
            if breaks::may_break(rows, column) {
                self.worst.add(at, breaks::corner(rows, column));
            }
            let first = column..(column + self.interval).min(self.columns);
            if !breaks::may_begin(rows, &first) {
                continue;
            }
            let (mut count, mut step) = (1, 1);
            while let end = column + count * self.interval
                && end <= self.columns
                && (count == 1 || end - column <= LONGEST_RUN)
            {
                self.worst.add(at, breaks::interval(rows, &(column..end)));
                (count, step) = (count + step, if count >= 4 * step { 2 * step } else { step });
            }
        }
    }
}

/// What is said of joints; of those in a row that lacks one above, nothing is known.
fn told(rows: Option<&Rows>, joints: &[Mark]) -> impl Iterator<Item = Joint> {
    joints.iter().map(move |mark| {
        let unknown = Continuity::Unproven;
        let continuity = rows.map_or(unknown, |rows| breaks::joint(rows, mark.column));
        Joint { at: mark.at, continuity }
    })
}
