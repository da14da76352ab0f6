//! How near a word that was typed is to one that is known.

/// The longest word that is compared; those that are known are shorter.
const MOST_LETTERS: usize = 32;

/// A short word, in letters: of those, a second wrong letter makes another word.
const SHORT: usize = 4;

/// Mistakes that make one word of another, where it may be meant for it: letters that were added, left out, replaced,
/// or stand in each other's place. Nothing where there are too many for that.
pub fn mistakes(typed: &str, known: &str) -> Option<usize> {
    let most = if typed.chars().count().min(known.chars().count()) <= SHORT { 1 } else { 2 };
    let steps = steps(typed, known)?;
    // As many mistakes as letters would make any word of it.
    (steps <= most && steps < known.chars().count()).then_some(steps)
}

/// Whether one word may be meant for the other.
pub fn is_near(typed: &str, known: &str) -> bool {
    mistakes(typed, known).is_some()
}

/// The number of mistakes between two words; nothing for one that is too long to be compared.
fn steps(from: &str, to: &str) -> Option<usize> {
    let is_short = |word: &str| word.chars().nth(MOST_LETTERS).is_none();
    (is_short(from) && is_short(to)).then(|| strsim::osa_distance(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_meant() {
        for (typed, known, expected) in [
            ("jpgg", "jpeg", Some(1)),
            ("hiec", "heic", Some(1)),
            ("scna", "scan", Some(1)),
            ("reecover", "recover", Some(1)),
            ("recvoerr", "recover", Some(2)),
            ("nope", "jpe", None),
            ("x", "3fr", None),
            ("a", "b", None),
            ("", "jpg", None),
            ("formats", "formats", Some(0)),
            ("wordperfect", "forecast", None),
        ] {
            assert_eq!(mistakes(typed, known), expected, "{typed} {known}");
        }
        assert_eq!(mistakes(&"x".repeat(1 << 20), "scan"), None);
    }
}
