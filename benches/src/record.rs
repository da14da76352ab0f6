//! Where measurements are kept: a folder with a page for people, the figures, and a plot.

use std::path::Path;
use std::{fs, io};

use serde::Serialize;

/// Writes `README.md`, `figures.json` and, where there are bars to draw, `figure.svg` into a
/// folder, which is made where it is not there. What it held of an earlier run is replaced.
///
/// # Errors
///
/// When something cannot be written.
pub fn keep(
    folder: &Path,
    page: &str,
    figures: &impl Serialize,
    plot: Option<&str>,
) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("README.md"), page)?;
    let mut figures = serde_json::to_string_pretty(figures)?;
    figures.push('\n');
    fs::write(folder.join("figures.json"), figures)?;
    plot.map_or(Ok(()), |plot| fs::write(folder.join("figure.svg"), plot))
}

/// The median of at least one figure; 0 of none.
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) =
        (figures.get(figures.len().saturating_sub(1) / 2), figures.get(figures.len() / 2))
    else {
        return 0.0;
    };
    (low + high) / 2.0
}

/// The least and the most of some figures.
pub fn span(figures: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let wide = (f64::INFINITY, f64::NEG_INFINITY);
    figures.into_iter().fold(wide, |(least, most), one| (least.min(one), most.max(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_lie_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median([]), 0.0);
        assert_eq!(span([3.0, 1.0, 2.0]), (1.0, 3.0));
    }
}
