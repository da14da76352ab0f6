//! Rust source as its words.

/// Whether a token is a name or a keyword.
pub fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Leaves out what follows `#[cfg(test)]`, up to its semicolon or closing brace.
pub fn without_tests<'t>(tokens: &[&'t str]) -> Vec<&'t str> {
    const TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if !tokens[at..].starts_with(&TEST) {
            kept.push(tokens[at]);
            at += 1;
            continue;
        }
        let mut depth = 0;
        while at < tokens.len() {
            depth += i32::from(tokens[at] == "{") - i32::from(tokens[at] == "}");
            at += 1;
            if depth == 0 && matches!(tokens[at - 1], ";" | "}") {
                break;
            }
        }
    }
    kept
}

/// Cuts a text into names, `::` and single signs, without comments, strings and characters.
pub fn tokens(text: &str) -> Vec<&str> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let raw = rest[word..].trim_start_matches('#');
        let after = |end: &str, from: usize| {
            rest[from..].find(end).map_or(rest.len(), |found| from + found + end.len())
        };
        let len = if rest.starts_with("//") {
            after("\n", 0)
        } else if rest.starts_with("/*") {
            after("*/", 2)
        } else if matches!(&rest[..word], "r" | "br" | "cr") && raw.starts_with('"') {
            let hashes = rest.len() - word - raw.len();
            after(&format!("\"{}", "#".repeat(hashes)), word + hashes + 1)
        } else if first == '"' {
            let mut escaped = false;
            let ends = |sign: char| {
                let is_last = sign == '"' && !escaped;
                escaped = sign == '\\' && !escaped;
                is_last
            };
            rest[1..].find(ends).map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\\") {
            after("'", 3)
        } else if first == '\'' && rest.chars().nth(2) == Some('\'') {
            2 + rest.chars().nth(1).map_or(0, char::len_utf8)
        } else {
            let len = if rest.starts_with("::") { 2 } else { word.max(first.len_utf8()) };
            if !first.is_whitespace() {
                found.push(&rest[..len]);
            }
            len
        };
        rest = &rest[len..];
    }
    found
}
