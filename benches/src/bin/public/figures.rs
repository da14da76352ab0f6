//! What is kept of the runs.

use std::collections::BTreeMap;

use afterimage_benches::calibration::Calibration;
use afterimage_benches::judge::{Kind, Tally};
use afterimage_benches::machine::Machine;
use afterimage_benches::process::Span;
use afterimage_benches::session::Present;
use afterimage_benches::truth::Lost;
use serde::{Serialize, Serializer};

/// All of it.
#[derive(Serialize)]
pub struct Figures<'a> {
    pub machine: Machine,
    /// Load average when it began: how much else ran.
    pub load: f64,
    /// What the program was built from, where it is not of this tree.
    pub built_from: Option<String>,
    /// Where the photos come from.
    pub photos: &'static str,
    pub seeds: u64,
    pub more_seeds: u64,
    /// Seconds after which a run is ended.
    pub timeout: u64,
    pub tools: &'a [Present],
    pub absent: &'a [&'static str],
    pub layouts: Vec<Layout>,
    pub calibration: Calibration,
}

/// One layout, over all seeds.
#[derive(Clone, Debug, Serialize)]
pub struct Layout {
    pub name: String,
    /// Whether its rows are scenarios of their own.
    pub is_challenge: bool,
    /// Length of the largest of its images, in bytes.
    pub bytes: u64,
    /// What can be recovered, by what it is an example of.
    #[serde(serialize_with = "listed")]
    pub rows: BTreeMap<What, Row>,
    /// What each tool wrote in all, in the order of the tools.
    pub totals: Vec<Totals>,
}

/// What a lost file is an example of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct What {
    /// Whether all of it is there, or a beginning.
    pub broken: bool,
    pub format: String,
    pub state: String,
}

/// How many of them there are, and came back.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    pub of: usize,
    /// To the byte, or nearly all that was left, by tool.
    pub back: Vec<usize>,
}

/// What one tool wrote.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Totals {
    pub files: usize,
    pub kinds: BTreeMap<Kind, usize>,
    pub copies: usize,
    pub seconds: f64,
    /// Runs that had to be ended.
    pub late: usize,
}

/// Rows as a list: JSON has no keys of several parts.
fn listed<S: Serializer>(rows: &BTreeMap<What, Row>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Line<'a> {
        #[serde(flatten)]
        what: &'a What,
        #[serde(flatten)]
        row: &'a Row,
    }
    serializer.collect_seq(rows.iter().map(|(what, row)| Line { what, row }))
}

impl Layout {
    /// A layout of which nothing was run yet.
    pub fn new(name: &str, is_challenge: bool, tools: usize) -> Self {
        Layout {
            name: name.to_owned(),
            is_challenge,
            bytes: 0,
            rows: BTreeMap::new(),
            totals: vec![Totals::default(); tools],
        }
    }

    /// Adds what there is to recover in one image.
    pub fn lose(&mut self, lost: &[&Lost], bytes: u64) {
        let tools = self.totals.len();
        self.bytes = self.bytes.max(bytes);
        for one in lost {
            let row = self.rows.entry(self.what(one)).or_default();
            row.of += 1;
            row.back.resize(tools, 0);
        }
    }

    /// Adds what one tool got back from that image.
    pub fn add(&mut self, tool: usize, lost: &[&Lost], run: &Span, tally: &Tally) {
        for one in lost {
            let back =
                if one.is_whole() { tally.is_exact(&one.sha256) } else { tally.is_kept(one) };
            let what = self.what(one);
            if let Some(figure) = self.rows.get_mut(&what).and_then(|row| row.back.get_mut(tool)) {
                *figure += usize::from(back);
            }
        }
        let totals = &mut self.totals[tool];
        totals.files += tally.files();
        totals.copies += tally.copies;
        totals.seconds += run.wall;
        totals.late += usize::from(run.late);
        for (&kind, count) in &tally.kinds {
            *totals.kinds.entry(kind).or_default() += count;
        }
    }

    /// The row of a lost file: in a challenge its scenario, else what is left of it.
    fn what(&self, lost: &Lost) -> What {
        let state = if self.is_challenge { lost.state.clone() } else { String::new() };
        What { broken: !lost.is_whole(), format: lost.format.clone(), state }
    }

    /// The sum of the rows that fit: how many there are, and what each tool got back of them.
    pub fn sum(&self, fits: impl Fn(&What) -> bool) -> Row {
        let mut sum = Row { of: 0, back: vec![0; self.totals.len()] };
        for row in self.rows.iter().filter(|(what, _)| fits(what)).map(|(_, row)| row) {
            sum.of += row.of;
            sum.back.iter_mut().zip(&row.back).for_each(|(sum, back)| *sum += back);
        }
        sum
    }
}
