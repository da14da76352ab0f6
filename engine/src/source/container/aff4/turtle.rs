//! Statements in Turtle, as far as programs use it that write images: names in full or with a prefix, and values.
//!
//! Source: W3C, "RDF 1.1 Turtle". Parsers of all of it bring a dozen crates with them, for a file of some twenty lines.

use std::collections::HashMap;

/// Statements that are taken in; an image has some tens.
const MOST: usize = 100_000;

/// A statement: a subject, what is said of it, and a name in full or the text of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) subject: String,
    pub(super) predicate: String,
    pub(super) object: String,
}

/// What `a` stands for.
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A name in full.
    Name(String),
    /// A word: a name with a prefix, a number, or a word of the language.
    Word(String),
    Text(String),
    /// What comes between others.
    Mark(char),
}

/// All statements of a text; nothing where it is none, or says something in another way.
pub(super) fn parse(text: &str) -> Option<Vec<Statement>> {
    let mut tokens = tokens(text)?.into_iter().peekable();
    let (mut prefixes, mut found) = (HashMap::new(), Vec::new());
    while let Some(token) = tokens.next() {
        if let Token::Word(word) = &token
            && ["@prefix", "prefix", "@base", "base"].contains(&word.to_ascii_lowercase().as_str())
        {
            if word.to_ascii_lowercase().ends_with("prefix") {
                let (Token::Word(prefix), Token::Name(name)) = (tokens.next()?, tokens.next()?)
                else {
                    return None;
                };
                prefixes.insert(prefix, name);
            } else {
                tokens.next()?;
            }
            tokens.next_if(|token| *token == Token::Mark('.'));
            continue;
        }
        let subject = name(token, &prefixes)?;
        loop {
            let predicate = match tokens.next()? {
                // After the last of several.
                Token::Mark('.') => break,
                Token::Mark(';') => continue,
                Token::Word(word) if word == "a" => TYPE.to_owned(),
                token => name(token, &prefixes)?,
            };
            loop {
                let object = value(tokens.next()?, &prefixes)?;
                let (subject, predicate) = (subject.clone(), predicate.clone());
                found.push(Statement { subject, predicate, object });
                // What says more of a value, of which the text is enough: its language, or its type.
                tokens.next_if(|token| matches!(token, Token::Word(word) if word.starts_with('@')));
                while let Some(Token::Mark('^')) = tokens.peek() {
                    tokens.next();
                    tokens.next_if(|token| !matches!(token, Token::Mark(_)));
                }
                if tokens.next_if(|token| *token == Token::Mark(',')).is_none() {
                    break;
                }
            }
            match tokens.next()? {
                Token::Mark(';') => {}
                Token::Mark('.') => break,
                _ => return None,
            }
        }
        if found.len() > MOST {
            return None;
        }
    }
    Some(found)
}

fn name(token: Token, prefixes: &HashMap<String, String>) -> Option<String> {
    match token {
        Token::Name(name) => Some(name),
        Token::Word(word) => {
            let at = word.find(':')? + 1;
            let (prefix, rest) = word.split_at(at);
            Some(format!("{}{rest}", prefixes.get(prefix)?))
        }
        _ => None,
    }
}

fn value(token: Token, prefixes: &HashMap<String, String>) -> Option<String> {
    match token {
        Token::Text(text) => Some(text),
        Token::Word(word) if !word.contains(':') => Some(word),
        token => name(token, prefixes),
    }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let (mut rest, mut found) = (text, Vec::new());
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return Some(found) };
        rest = match first {
            '#' => rest.split_once('\n').map_or("", |(_, rest)| rest),
            '<' => {
                let (name, after) = rest[1..].split_once('>')?;
                found.push(Token::Name(name.to_owned()));
                after
            }
            '"' | '\'' => {
                let (text, after) = quoted(rest, first)?;
                found.push(Token::Text(text));
                after
            }
            '.' | ';' | ',' | '^' => {
                found.push(Token::Mark(first));
                &rest[1..]
            }
            // Statements about what has no name.
            '[' | ']' | '(' | ')' => return None,
            _ => {
                let ends =
                    |letter: char| letter.is_whitespace() || "<>\"';,^[]()#".contains(letter);
                let (word, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
                // The dot that ends a statement is no part of the word before it.
                let whole = word.trim_end_matches('.');
                if whole.is_empty() {
                    return None;
                }
                found.push(Token::Word(whole.to_owned()));
                found.extend(word[whole.len()..].chars().map(Token::Mark));
                after
            }
        };
    }
}

/// The text in quotes that `rest` begins with, one or three of them, and what follows.
fn quoted(rest: &str, quote: char) -> Option<(String, &str)> {
    let long = String::from(quote).repeat(3);
    let end = if rest.starts_with(&long) { long } else { quote.to_string() };
    let inside = &rest[end.len()..];
    let (mut text, mut is_escaped) = (String::new(), false);
    for (at, letter) in inside.char_indices() {
        match letter {
            _ if is_escaped => {
                text.push(letter);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            _ if inside[at..].starts_with(&end) => return Some((text, &inside[at + end.len()..])),
            _ => text.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_read_as_programs_write_them() {
        let text = "@prefix aff4: <http://aff4.org/Schema#> .\n\
            @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n# A comment.\n\
            <aff4://a> a aff4:Map,\n        aff4:Image ;\n    aff4:size \"35\"^^xsd:long ;\n\
            aff4:chunkSize 32768 ; aff4:dataStream <aff4://b> .\n\n<aff4://b> aff4:name \"\"\"a \"b\\\" c\"\"\"@en ; .";
        let schema = |word: &str| format!("http://aff4.org/Schema#{word}");
        let found: Vec<_> = parse(text)
            .unwrap()
            .into_iter()
            .map(|found| (found.subject, found.predicate, found.object))
            .collect();
        let expected = [
            ("aff4://a", TYPE.to_owned(), schema("Map")),
            ("aff4://a", TYPE.to_owned(), schema("Image")),
            ("aff4://a", schema("size"), "35".to_owned()),
            ("aff4://a", schema("chunkSize"), "32768".to_owned()),
            ("aff4://a", schema("dataStream"), "aff4://b".to_owned()),
        ];
        for (found, (subject, predicate, object)) in found.iter().zip(expected) {
            assert_eq!(*found, (subject.to_owned(), predicate, object));
        }
        assert_eq!(found[5..], [("aff4://b".to_owned(), schema("name"), "a \"b\" c".to_owned())]);
    }

    #[test]
    fn what_is_no_statement_is_not_read() {
        for text in [
            "<a> <b> <c>",
            "<a> <b> .",
            "<a <b> <c> .",
            "a:b <c> <d> .",
            "[] <a> <b> .",
            "\"x\" <a> <b> .",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(""), Some(Vec::new()));
    }
}
