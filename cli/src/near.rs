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
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    if from.len().max(to.len()) > MOST_LETTERS {
        return None;
    }
    let mut last = vec![0; to.len() + 1];
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.iter().enumerate() {
        let mut next = vec![at + 1; to.len() + 1];
        for (index, other) in to.iter().enumerate() {
            let replaced = row[index] + usize::from(letter != other);
            next[index + 1] = replaced.min(row[index + 1] + 1).min(next[index] + 1);
            let is_swapped =
                at > 0 && index > 0 && from[at - 1] == *other && to[index - 1] == *letter;
            if is_swapped {
                next[index + 1] = next[index + 1].min(last[index - 1] + 1);
            }
        }
        last = std::mem::replace(&mut row, next);
    }
    row.last().copied()
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
            ("recovr", "recover", Some(1)),
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
