//! What was found and left out, and the option that asked for it.

use super::facts::Facts;
use super::quantities::kinds;
use crate::model::Kinds;
use crate::output::report::ReportOptions;

/// One sentence for each kind of option that left something out.
pub fn reasons(facts: Facts<'_>) -> Vec<String> {
    by_options(facts).into_iter().map(|(n, options)| reason(n, &options)).collect()
}

/// The options that left something out.
pub(super) fn options(facts: Facts<'_>) -> Vec<&'static str> {
    by_options(facts).into_iter().flat_map(|(_, options)| options).collect()
}

/// What was left out, with the options that did it.
fn by_options(facts: Facts<'_>) -> Vec<(Kinds, Vec<&'static str>)> {
    let left_out = facts.head.summary.left_out;
    let options = &facts.head.options;
    [
        (left_out.by_format, vec!["--format"]),
        (left_out.by_choice, choices(options)),
        (left_out.by_size, sizes(options)),
    ]
    .into_iter()
    .map(|(n, options)| (Kinds::from(n), options))
    .filter(|(n, _)| n.sum() > 0)
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
pub(super) fn choices(options: &ReportOptions) -> Vec<&'static str> {
    given([
        (!options.paths.is_empty(), "--path"),
        (options.since.is_some(), "--since"),
        (options.until.is_some(), "--until"),
        (options.camera.is_some(), "--camera"),
    ])
}

fn sizes(options: &ReportOptions) -> Vec<&'static str> {
    given([(options.min_size > 0, "--min-size"), (options.min_pixels > 0, "--min-pixels")])
}

fn given<const N: usize>(options: [(bool, &'static str); N]) -> Vec<&'static str> {
    options.into_iter().filter(|(is_given, _)| *is_given).map(|(_, name)| name).collect()
}
