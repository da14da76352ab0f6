//! What comes from sources, as it may be shown.

/// A text from a source as it may be shown: what would steer a terminal, or turn the direction of what
/// follows, becomes a question mark.
pub fn plain(text: &str) -> String {
    text.chars().map(|letter| if steers(letter) { '?' } else { letter }).collect()
}

/// Whether a letter would steer a terminal, or turn the direction of what follows.
pub fn steers(letter: char) -> bool {
    let turns = ['\u{200e}', '\u{200f}', '\u{061c}', '\u{2028}', '\u{2029}'];
    letter.is_control()
        || turns.contains(&letter)
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_a_terminal() {
        assert_eq!(plain("a\u{1b}[2J\u{9b}\u{202e}\n\u{7f}é"), "a?[2J????é");
    }
}
