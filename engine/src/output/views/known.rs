//! All views.

use super::bodyfile::Bodyfile;
use super::case::Case;
use super::csv::Csv;
use super::dfxml::Dfxml;
use super::gallery::Gallery;
use super::view::View;

/// A view that can be asked for.
#[derive(Clone, Copy, Debug)]
pub struct KnownView {
    /// The word that asks for it.
    pub name: &'static str,
    /// Its file in the output folder.
    pub file: &'static str,
    /// Whether a scan writes it.
    pub is_usual: bool,
    /// Begins a new one.
    pub new: fn() -> Box<dyn View>,
}

/// The views, in the order in which they are told.
pub const VIEWS: &[KnownView] = &[
    KnownView {
        name: "html",
        file: "report.html",
        is_usual: true,
        new: || Box::new(Gallery::default()),
    },
    KnownView { name: "csv", file: "report.csv", is_usual: true, new: Csv::start },
    KnownView { name: "dfxml", file: "report.dfxml", is_usual: true, new: Dfxml::start },
    KnownView { name: "case", file: "report.jsonld", is_usual: false, new: Case::start },
    KnownView { name: "bodyfile", file: "report.body", is_usual: false, new: Bodyfile::start },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::destination::BESIDE_REPORT;

    #[test]
    fn no_view_takes_the_place_of_somebodys_file() {
        for view in VIEWS {
            assert!(BESIDE_REPORT.contains(&view.file), "{}", view.file);
        }
    }
}
