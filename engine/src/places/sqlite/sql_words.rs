//! The words of an SQL statement.

/// A word, sign or literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A bare word, or a number.
    Bare(String),
    /// A name in quotes, brackets or backticks.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    /// Any other character.
    Sign(char),
}

impl Word {
    /// Whether it is that keyword, in any case.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Word::Bare(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// The name that it is.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Word::Bare(name) | Word::Quoted(name) | Word::Text(name) => Some(name),
            Word::Sign(_) => None,
        }
    }
}

/// The words of a statement, without comments; what ends early is read as far as it goes.
pub(super) fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        rest = if first.is_whitespace() {
            after
        } else if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, rest)| rest)
        } else if let Some(close) = closing(first) {
            let (text, rest) = quoted(after, close);
            words.push(if first == '\'' { Word::Text(text) } else { Word::Quoted(text) });
            rest
        } else if is_of_word(first) {
            let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
            words.push(Word::Bare(rest[..end].to_owned()));
            &rest[end..]
        } else {
            words.push(Word::Sign(first));
            after
        };
    }
    words
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.') || !c.is_ascii()
}

fn closing(quote: char) -> Option<char> {
    match quote {
        '"' | '`' | '\'' => Some(quote),
        '[' => Some(']'),
        _ => None,
    }
}

/// The text up to its closing quote, where a double one stands for itself, and what follows.
fn quoted(text: &str, close: char) -> (String, &str) {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(close) {
        out.push_str(before);
        match after.strip_prefix(close).filter(|_| close != ']') {
            Some(more) => {
                out.push(close);
                rest = more;
            }
            None => return (out, after),
        }
    }
    out.push_str(rest);
    (out, "")
}
