//! How far a picture has come over all of its scans.

use super::plan::{Kind, Plan};
use super::scan::Scan;
use crate::jpeg::frame::{self, Coding, Frame};
use crate::jpeg::headers::Headers;

/// What no scan has coded yet.
const NOTHING: u8 = u8::MAX;

/// Which bits of which coefficients have come.
#[derive(Clone, Debug)]
pub struct Progress {
    /// For each coefficient of each component the lowest bit that has come.
    low: [[u8; 64]; 4],
    /// Components of which DC has come, or what shows them otherwise.
    shown: [bool; 4],
    /// The scan that ended before the height was known, and how many units it had.
    open: Option<(frame::Scan, u64)>,
    opaque: bool,
    flaw: Option<&'static str>,
}

impl Default for Progress {
    fn default() -> Self {
        let low = [[NOTHING; 64]; 4];
        Progress { low, shown: [false; 4], open: None, opaque: false, flaw: None }
    }
}

impl Progress {
    /// Takes note of a scan that begins.
    pub fn begin(&mut self, plan: &Plan) {
        let scan = &plan.scan;
        let band = match plan.kind {
            Kind::Opaque => {
                self.opaque = true;
                return;
            }
            Kind::Sequential => 0..=63,
            Kind::Lossless => 0..=0,
            _ => usize::from(scan.first)..=usize::from(scan.last).min(63),
        };
        let progressive = !matches!(plan.kind, Kind::Sequential | Kind::Lossless);
        let (high, low) = if progressive { (scan.high, scan.low) } else { (0, 0) };
        for part in &scan.parts {
            for bit in &mut self.low[part.component & 3][band.clone()] {
                let expected = if *bit == NOTHING { 0 } else { *bit };
                let follows = high == expected && (*bit == NOTHING || low + 1 == high);
                if !follows {
                    self.flaw = Some("scans that do not follow each other");
                }
                *bit = low;
            }
        }
    }

    /// Takes note of a scan that is over.
    pub fn over(&mut self, scan: &Scan) {
        let plan = scan.plan();
        if plan.shows() {
            for part in &plan.scan.parts {
                self.shown[part.component & 3] = true;
            }
        }
        if plan.units.is_none() {
            self.open = Some((plan.scan.clone(), scan.units()));
        }
    }

    /// Whether the height is known, or no scan has needed it.
    pub fn lines_known(&self) -> bool {
        self.open.is_none()
    }

    /// Checks the height that came after the first scan against it.
    pub fn lines(&mut self, headers: &Headers) -> Result<(), &'static str> {
        let (Some((scan, units)), Some(frame)) = (self.open.take(), &headers.frame) else {
            return Ok(());
        };
        let fits = self.opaque || frame.units(&scan) == Some(units);
        if fits { Ok(()) } else { Err("number of lines") }
    }

    /// Checks whether there is a picture when it ends.
    pub fn end(&mut self, headers: &Headers) -> Result<(), &'static str> {
        let frame = match &headers.frame {
            Some(frame) if headers.scans > 0 => frame,
            _ => return Err("end of image before any picture"),
        };
        if self.opaque {
            self.flaw = Some("coded in a way that is not decoded here");
            return Ok(());
        }
        let band = match frame.coding {
            Coding::Lossless => 0..1,
            _ => 0..64,
        };
        let components = &self.low[..frame.components.len().min(4)];
        let complete = components.iter().all(|low| low[band.clone()].iter().all(|&bit| bit == 0));
        if !complete {
            self.flaw = Some("scans are missing");
        }
        Ok(())
    }

    /// What is odd.
    pub fn flaw(&self) -> Option<&'static str> {
        self.flaw
    }

    /// Whether there is data that is not decoded.
    pub fn is_opaque(&self) -> bool {
        self.opaque
    }

    /// Whether some component can be seen from top to bottom.
    pub fn any(&self) -> bool {
        self.shown.contains(&true)
    }

    /// The part of the picture that can be seen.
    pub fn share(&self, frame: Option<&Frame>, scan: Option<&Scan>) -> f32 {
        let Some(frame) = frame else { return 0.0 };
        let (mut seen, mut all) = (0.0, 0.0);
        for (index, component) in frame.components.iter().enumerate() {
            let weight = f32::from(component.across) * f32::from(component.down);
            all += weight;
            if self.shown[index & 3] {
                seen += weight;
            } else if let Some(scan) = scan
                && scan.plan().shows()
                && scan.plan().scan.parts.iter().any(|part| part.component == index)
                && let Some(units @ 1..) = scan.plan().units
            {
                seen += weight * (scan.units() as f64 / units as f64) as f32;
            }
        }
        if all > 0.0 { (seen / all).min(1.0) } else { 0.0 }
    }
}
