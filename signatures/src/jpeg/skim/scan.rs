//! The data of one scan, unit by unit, in pieces of any size.

use std::sync::Arc;

use super::ac_first::AcFirst;
use super::ac_refine::AcRefine;
use super::band::{Band, Stretch};
use super::bits::Bits;
use super::block::Ac;
use super::clean::{Clean, Ended};
use super::coder::{Coder, State};
use super::history::History;
use super::plan::{Kind, Plan};
use super::sequential::{Lossless, Sequential};
use super::surface::{SECTOR, Surface};
use super::wide::Wide;
use super::zeros::Zeros;
use crate::jpeg::entropy::UNDEFINED_RESTART;
use crate::jpeg::marker::{EOI, is_known};

/// The first byte that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it lies in the file.
    pub at: u64,
    /// What is wrong with it.
    pub what: &'static str,
}

/// What is wrong with a marker that ends a scan too early.
const FOREIGN: &str = "marker in the data";

/// Data that is taken at once: together with the tables it stays in the nearest cache.
const PIECE: usize = 16 << 10;

/// Data of a scan after which larger tables pay, in bytes.
const LONG: u64 = 4 << 10;

/// The same for those of a band, which tell more.
const LONG_BAND: u64 = 16 << 10;

/// The data of a scan.
#[derive(Clone, Debug)]
pub struct Scan {
    plan: Arc<Plan>,
    /// Where the data begins in the file.
    start: u64,
    clean: Clean,
    /// The first bit of the next unit in the data.
    bit: usize,
    /// Units that have come.
    units: u64,
    /// Units up to the next restart marker or the end.
    left: u64,
    /// Restart markers passed.
    restarts: u64,
    state: State,
    /// Blocks to come that have no further coefficients in the band.
    run: u32,
    zeros: Zeros,
    /// Bytes taken.
    taken: u64,
    surface: Surface,
    /// Where the runs of the file join.
    joints: Arc<[u64]>,
    /// The byte of the file at which the next cluster may begin, and the bit of the data.
    mark_at: u64,
    mark: usize,
    is_hasty: bool,
}

impl Scan {
    /// A scan whose data begins at byte `at` of the file, which has `joints` of runs.
    pub fn new(plan: Arc<Plan>, at: u64, joints: Arc<[u64]>) -> Self {
        let mut scan = Scan {
            surface: Surface::new(&plan),
            plan,
            start: at,
            clean: Clean::new(at),
            bit: 0,
            units: 0,
            left: 0,
            restarts: 0,
            state: State::default(),
            run: 0,
            zeros: Zeros::default(),
            taken: 0,
            joints,
            mark_at: 0,
            mark: 0,
            is_hasty: false,
        };
        scan.left = scan.interval();
        scan
    }

    /// The same scan, which is not decoded where something foreign ends it before a row of units can have come.
    pub fn hasty(self) -> Self {
        Scan { is_hasty: true, ..self }
    }

    /// What the scan is about.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Where the data begins in the file.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// How the picture goes on where clusters and intervals begin.
    pub fn surface(&self) -> &Surface {
        &self.surface
    }

    /// Takes note of the joints of runs by now.
    pub fn join(&mut self, joints: &Arc<[u64]>) {
        self.joints = Arc::clone(joints);
    }

    /// Units that have come whole.
    pub fn units(&self) -> u64 {
        self.units
    }

    /// The first byte of the file that holds nothing of the units that have come.
    pub fn units_end(&self) -> u64 {
        self.clean.offset(self.bit.div_ceil(8))
    }

    /// Where the data ends in the file, as far as it has come.
    pub fn end(&self) -> u64 {
        self.clean.end()
    }

    /// Units from here to the next restart marker or the end.
    fn interval(&self) -> u64 {
        let rest = self.plan.units.map_or(u64::MAX, |units| units.saturating_sub(self.units));
        match self.plan.interval {
            0 => rest,
            interval => rest.min(interval),
        }
    }

    /// Takes the bytes of the file from `at` on; tells how many, and the marker after the scan
    /// when it has come.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        at: u64,
        history: &mut History,
    ) -> Result<(usize, Option<u8>), Fault> {
        let mut taken = 0;
        while taken < bytes.len() {
            let piece = &bytes[taken..bytes.len().min(taken + PIECE)];
            let (count, ended) = self.clean.take(piece);
            let at = at + taken as u64;
            if self.is_hasty && self.shows_nothing(count as u64, ended) {
                return Err(Fault { at: at + count as u64 - 1, what: FOREIGN });
            }
            self.piece(&piece[..count], at, ended, history)?;
            taken += count;
            if let Some(Ended::Marker(code)) = ended
                && !self.restart(code, at + count as u64)
            {
                return Ok((taken, Some(code)));
            }
        }
        Ok((taken, None))
    }

    /// Whether so many more bytes and what ends them leave less than a row of units, by the least that a code can have, before
    /// a marker that no picture goes on with.
    fn shows_nothing(&self, more: u64, ended: Option<Ended>) -> bool {
        let Some(Ended::Marker(code)) = ended else { return false };
        let is_foreign = !is_known(code) && !matches!(code, EOI | 0xd0..=0xd7);
        let has_rows = matches!(self.plan.kind, Kind::Sequential | Kind::DcFirst);
        let bits = self.taken.saturating_add(more).saturating_mul(8);
        is_foreign
            && has_rows
            && self.plan.units.is_some()
            && bits < self.plan.columns.saturating_mul(self.plan.least_bits())
    }

    /// Decodes a piece that has been taken; the first fault of all counts.
    fn piece(
        &mut self,
        piece: &[u8],
        at: u64,
        ended: Option<Ended>,
        history: &mut History,
    ) -> Result<(), Fault> {
        history.earn(piece.len());
        self.taken += piece.len() as u64;
        let zeros = if self.plan.zeros_wrong { self.zeros.take(piece) } else { None };
        let zeros = zeros.map(|index| at + index as u64);
        let decoded = self.decode(history).and_then(|()| self.check_end(ended, piece, at));
        match (zeros, decoded) {
            (Some(zeros), Ok(())) => Err(Fault { at: zeros, what: "run of zeros" }),
            (Some(zeros), Err(fault)) if zeros < fault.at => {
                Err(Fault { at: zeros, what: "run of zeros" })
            }
            (_, decoded) => decoded,
        }
    }

    /// Decodes as many units as have come.
    fn decode(&mut self, history: &mut History) -> Result<(), Fault> {
        let plan = Arc::clone(&self.plan);
        let ac = plan.blocks.first().and_then(|block| block.ac.as_deref());
        let done = match (plan.kind, ac) {
            (Kind::Sequential | Kind::DcFirst, _) => {
                let (blocks, most_dc_size) = (plan.blocks.as_slice(), plan.most_dc_size);
                let mut taken = std::mem::take(&mut self.surface);
                let surface = &mut taken;
                let done = if self.taken >= LONG {
                    self.drive(&mut Wide { blocks, looks: plan.looks(), most_dc_size, surface })
                } else {
                    self.drive(&mut Sequential { blocks, most_dc_size, surface })
                };
                self.surface = taken;
                done
            }
            (Kind::DcRefine, _) => {
                self.pass_bits(plan.blocks.len());
                Ok(())
            }
            (Kind::AcFirst | Kind::AcRefine, Some(ac)) => self.read_band(&plan, ac, history),
            (Kind::Lossless, _) => self.drive(&mut Lossless::new(&plan)),
            (Kind::Opaque | Kind::AcFirst | Kind::AcRefine, _) => {
                self.bit = self.clean.bytes().len() * 8;
                Ok(())
            }
        };
        if done.is_ok() {
            self.clean.forget(self.bit / 8);
            self.bit %= 8;
        }
        done
    }

    /// Passes as many units as have come, which have so many bits each.
    fn pass_bits(&mut self, bits: usize) {
        let available = (self.clean.bytes().len() * 8).saturating_sub(self.bit);
        let units = self.left.min((available / bits.max(1)) as u64);
        self.bit += units as usize * bits;
        self.units += units;
        self.left -= units;
    }

    /// Reads as many blocks of a band as have come.
    fn read_band(&mut self, plan: &Plan, ac: &Ac, history: &mut History) -> Result<(), Fault> {
        let (data, available) = (self.clean.padded(), self.clean.bytes().len() * 8);
        let looks = (self.taken >= LONG_BAND).then(|| plan.band_looks(ac));
        let band = Band::new(plan);
        let mut stretch =
            Stretch { bit: self.bit, units: self.units, left: self.left, run: self.run };
        let mut window = history.window(plan.blocks.first().map_or(0, |block| block.component));
        let done = if plan.kind == Kind::AcFirst {
            AcFirst { ac, looks, band }.read(data, available, &mut stretch, &mut window)
        } else {
            let mut coder = AcRefine::new(ac, plan.steps(ac), looks, band);
            coder.read(data, available, &mut stretch, &mut window)
        };
        window.close();
        Stretch { bit: self.bit, units: self.units, left: self.left, run: self.run } = stretch;
        done.map_err(|wrong| {
            let at = self.clean.told(wrong.position.saturating_sub(1) / 8);
            Fault { at, what: wrong.what }
        })
    }

    #[inline(never)]
    fn drive(&mut self, coder: &mut impl Coder) -> Result<(), Fault> {
        let available = self.clean.bytes().len() * 8;
        self.find_mark();
        let mut bits = Bits::new(self.clean.padded(), self.bit);
        while self.left > 0 {
            let mut state = self.state;
            let outcome = coder.unit(&mut bits, &mut state, self.left);
            let position = bits.position();
            if position > available {
                break;
            }
            if let Err(what) = outcome {
                let at = self.clean.told(position.saturating_sub(1) / 8);
                return Err(Fault { at, what });
            }
            while position > self.mark {
                coder.mark(self.mark_at, self.joints.binary_search(&self.mark_at).is_ok());
                self.mark_at = next_mark(self.mark_at, &self.joints);
                self.mark = self.clean.index_at(self.mark_at).map_or(usize::MAX, |index| index * 8);
            }
            let passed = coder.passed(&mut state, self.units);
            self.state = state;
            self.bit = position;
            self.units += passed;
            self.left = self.left.saturating_sub(passed);
        }
        Ok(())
    }

    /// Finds where the next cluster may begin after the next unit does.
    fn find_mark(&mut self) {
        let start = self.clean.offset(self.bit / 8);
        // What begins in the midst of a byte has been looked at where that byte began.
        let whole = u64::from(self.bit.is_multiple_of(8));
        self.mark_at = next_mark(start.saturating_sub(whole), &self.joints);
        self.mark = self.clean.index_at(self.mark_at).map_or(usize::MAX, |index| index * 8);
    }

    /// Checks what came after the units that were due, or instead of them.
    fn check_end(&self, ended: Option<Ended>, piece: &[u8], at: u64) -> Result<(), Fault> {
        let unread = self.clean.bytes().len() * 8 - self.bit;
        let wrong = |what| Err(Fault { at: at + piece.len() as u64 - 1, what });
        let opaque = self.plan.kind == Kind::Opaque;
        if self.left == 0 && unread >= 8 && !opaque {
            let at = self.clean.told(self.bit.div_ceil(8));
            return Err(Fault { at, what: "data after the last unit" });
        }
        match ended {
            None => Ok(()),
            Some(Ended::Fill) => wrong("endless fill bytes"),
            Some(Ended::Marker(code @ 0xd0..=0xd7)) => {
                if self.plan.interval == 0 {
                    wrong(UNDEFINED_RESTART)
                } else if u64::from(code & 7) != self.restarts & 7 {
                    wrong("restart marker out of order")
                } else if self.left > 0 && !opaque {
                    wrong("restart marker too early")
                } else {
                    Ok(())
                }
            }
            Some(Ended::Marker(_)) if opaque => Ok(()),
            // The height is not known yet, or all has come.
            Some(Ended::Marker(_)) if self.plan.units.is_none() && unread < 8 => Ok(()),
            Some(Ended::Marker(_)) if self.plan.units == Some(self.units) => Ok(()),
            Some(Ended::Marker(EOI)) => wrong("end of image before the last unit"),
            Some(Ended::Marker(_)) => wrong(FOREIGN),
        }
    }

    /// Goes on after a restart marker that ends at byte `at` of the file; tells whether `code` is
    /// one.
    fn restart(&mut self, code: u8, at: u64) -> bool {
        if !matches!(code, 0xd0..=0xd7) {
            return false;
        }
        self.restarts += 1;
        self.state = State::default();
        self.run = 0;
        self.clean.begin(at);
        self.bit = 0;
        self.left = self.interval();
        if self.left > 0 {
            self.surface.restart(at);
        }
        true
    }
}

/// The first offset after `at` at which a cluster may begin: every sector's, and every joint.
fn next_mark(at: u64, joints: &[u64]) -> u64 {
    let sector = (at + 1).next_multiple_of(SECTOR);
    let joint = joints.get(joints.partition_point(|&joint| joint <= at));
    joint.map_or(sector, |&joint| joint.min(sector))
}
