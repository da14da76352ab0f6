//! How far a share may be from the one that was measured.

use serde::Serialize;

/// The quantile of the normal distribution that leaves 2.5 % on each side.
const Z: f64 = 1.959_963_984_540_054;

/// A share of things counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many are so.
    pub so: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    /// Counts one more.
    pub fn add(&mut self, so: bool) {
        self.so += usize::from(so);
        self.of += 1;
    }

    /// The interval of 95 % confidence after Wilson, from 0 to 1; all of it where nothing was counted.
    ///
    /// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    pub fn interval(self) -> (f64, f64) {
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (n, share) = (self.of as f64, self.so as f64 / self.of as f64);
        let scale = 1.0 + Z * Z / n;
        let middle = (share + Z * Z / (2.0 * n)) / scale;
        let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
        let low = if self.so == 0 { 0.0 } else { (middle - half).max(0.0) };
        let high = if self.so == self.of { 1.0 } else { (middle + half).min(1.0) };
        (low, high)
    }

    /// The share in per cent and its interval, as one reads it.
    pub fn percent(self) -> String {
        if self.of == 0 {
            return "none".to_owned();
        }
        let (low, high) = self.interval();
        let share = 100.0 * self.so as f64 / self.of as f64;
        format!("{share:.1} % ({:.1} to {:.1})", low * 100.0, high * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_tables() {
        // Worked examples: R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998.
        let cases = [
            ((81, 263), (0.2553, 0.3662)),
            ((15, 148), (0.0624, 0.1605)),
            ((0, 20), (0.0, 0.1611)),
        ];
        for ((so, of), (low, high)) in cases {
            let (from, to) = Share { so, of }.interval();
            assert!(
                (from - low).abs() < 5e-5 && (to - high).abs() < 5e-5,
                "{so}/{of}: {from} {to}"
            );
        }
        assert_eq!(Share { so: 20, of: 20 }.interval().1, 1.0);
        assert_eq!(Share::default().percent(), "none");
    }
}
