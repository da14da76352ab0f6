//! What was found and left out, and the option that asked for it.

use afterimage_engine::report::Kinds;

use super::told::Told;
use crate::text::kinds;

/// One sentence for each kind of option that left something out.
pub fn reasons(told: &Told<'_>) -> Vec<String> {
    let left_out = told.outcome.left_out;
    [
        (left_out.by_format, vec!["--format"]),
        (left_out.by_choice, choices(told)),
        (left_out.by_size, sizes(told)),
    ]
    .into_iter()
    .filter(|(n, _)| n.sum() > 0)
    .map(|(n, options)| reason(n, &options))
    .collect()
}

fn reason(n: Kinds, options: &[&str]) -> String {
    let was = if n.sum() == 1 { "was" } else { "were" };
    format!(
        "{} {was} left out by {}; without it, all are recovered.",
        kinds(n),
        options.join(" or ")
    )
}

/// Those of the options that choose by path, date or camera that were given.
pub(super) fn choices(told: &Told<'_>) -> Vec<&'static str> {
    let select = &told.options.select;
    given([
        (!select.paths.is_empty(), "--path"),
        (select.since.is_some(), "--since"),
        (select.until.is_some(), "--until"),
        (select.camera.is_some(), "--camera"),
    ])
}

fn sizes(told: &Told<'_>) -> Vec<&'static str> {
    let options = told.options;
    given([(options.min_size > 0, "--min-size"), (options.min_pixels > 0, "--min-pixels")])
}

fn given<const N: usize>(options: [(bool, &'static str); N]) -> Vec<&'static str> {
    options.into_iter().filter(|(is_given, _)| *is_given).map(|(_, name)| name).collect()
}
