//! What a CREATE TABLE statement says of its columns.

use std::collections::HashMap;

use super::column::{Affinity, Column, Fallback};
use super::sql_words::{Word, words};

/// Columns of a table, and parts of its key.
///
/// Source: <https://sqlite.org/limits.html>, "Maximum Number Of Columns".
const MOST_COLUMNS: usize = 2000;

/// A table as its statement declares it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The column that is another name for the number of the row.
    pub(super) alias: Option<usize>,
    pub(super) without_rowid: bool,
}

/// A column that is being read, and what its constraints say.
struct Draft {
    column: Column,
    is_key: bool,
    is_computed: bool,
    is_descending: bool,
}

/// Reads a CREATE TABLE statement; one that is cut gives the columns before the cut. One with more columns than SQLite
/// allows is none.
///
/// Source: <https://sqlite.org/lang_createtable.html>.
pub(super) fn parse(sql: &str) -> Option<Declared> {
    let words = words(sql);
    let open = words.iter().position(|word| *word == Word::Sign('('))?;
    let head = &words[..open];
    // CREATE TABLE, CREATE TEMP TABLE; a virtual table has no rows of its own.
    let first = head.get(..3).unwrap_or(head);
    if !head.first()?.is("CREATE")
        || !first.iter().any(|word| word.is("TABLE"))
        || first.iter().any(|word| word.is("VIRTUAL"))
    {
        return None;
    }
    let name = head.last()?.name()?;
    // A bare name of a schema comes with its dot: `main.photos`.
    let name = name.rsplit_once('.').map_or(name, |(_, name)| name).to_owned();
    let (definitions, options) = definitions(&words[open + 1..]);

    let mut drafts: Vec<Draft> = Vec::new();
    let mut key: Vec<String> = Vec::new();
    for definition in definitions {
        if is_table_constraint(definition) {
            key.extend(key_columns(definition));
        } else {
            drafts.extend(draft(definition));
        }
        if drafts.len().max(key.len()) > MOST_COLUMNS {
            return None;
        }
    }
    let of_columns = drafts.iter().filter(|draft| draft.is_key);
    key.extend(of_columns.map(|draft| draft.column.name.clone()));
    let without_rowid = options.windows(2).any(|two| two[0].is("WITHOUT") && two[1].is("ROWID"));
    let is_in_key = |draft: &Draft, name: &str| draft.column.name.eq_ignore_ascii_case(name);
    let alias = match &*key {
        [only] if !without_rowid => drafts.iter().position(|draft| {
            is_in_key(draft, only)
                && draft.column.declared.eq_ignore_ascii_case("INTEGER")
                && !(draft.is_key && draft.is_descending)
        }),
        _ => None,
    };
    place(&mut drafts, if without_rowid { &key } else { &[] });
    let columns = drafts.into_iter().map(|draft| draft.column).collect();
    Some(Declared { name, columns, alias, without_rowid })
}

/// Gives each stored column its position in the record: the key first in a table without row numbers.
fn place(drafts: &mut [Draft], key: &[String]) {
    let mut next = 0;
    let mut by_name = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        by_name.entry(draft.column.name.to_ascii_lowercase()).or_insert(at);
    }
    for name in key {
        let known = by_name.get(&name.to_ascii_lowercase());
        if let Some(draft) = known.and_then(|at| drafts.get_mut(*at))
            && draft.column.stored.is_none()
        {
            draft.column.stored = Some(next);
            next += 1;
        }
    }
    for draft in drafts {
        if draft.column.stored.is_none() && !draft.is_computed {
            draft.column.stored = Some(next);
            next += 1;
        }
    }
}

/// The parts between the commas of a list in brackets, and what follows the closing one.
fn definitions(words: &[Word]) -> (Vec<&[Word]>, &[Word]) {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, word) in words.iter().enumerate() {
        match word {
            Word::Sign('(') => depth += 1,
            Word::Sign(')') if depth == 0 => {
                parts.push(&words[start..at]);
                return (parts, &words[at + 1..]);
            }
            Word::Sign(')') => depth -= 1,
            Word::Sign(',') if depth == 0 => {
                parts.push(&words[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&words[start..]);
    (parts, &[])
}

fn is_table_constraint(definition: &[Word]) -> bool {
    let first = |keywords: &[&str]| {
        definition.first().is_some_and(|word| keywords.iter().any(|keyword| word.is(keyword)))
    };
    let then = definition.get(1);
    first(&["CONSTRAINT"])
        || first(&["PRIMARY", "FOREIGN"]) && then.is_some_and(|word| word.is("KEY"))
        || first(&["UNIQUE", "CHECK"]) && then == Some(&Word::Sign('('))
}

/// The columns of a PRIMARY KEY constraint of the table.
fn key_columns(definition: &[Word]) -> Vec<String> {
    let Some(key) = definition.windows(2).position(|two| two[0].is("PRIMARY") && two[1].is("KEY"))
    else {
        return Vec::new();
    };
    let Some(list) = definition.get(key + 3..) else { return Vec::new() };
    let names = definitions(list).0.into_iter();
    names.filter_map(|part| Some(part.first()?.name()?.to_owned())).collect()
}

fn draft(definition: &[Word]) -> Option<Draft> {
    let name = definition.first()?.name()?.to_owned();
    const CONSTRAINTS: &[&str] = &[
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    ];
    let starts = |word: &Word| CONSTRAINTS.iter().any(|keyword| word.is(keyword));
    let end = definition[1..].iter().position(starts).map_or(definition.len(), |at| at + 1);
    let of_type = definition[1..end].iter().map_while(Word::name);
    let declared = of_type.collect::<Vec<_>>().join(" ");
    let constraints = &definition[end..];
    let has = |one: &str, two: &str| {
        constraints.windows(2).any(|pair| pair[0].is(one) && pair[1].is(two))
    };
    let is_computed =
        constraints.windows(2).any(|pair| pair[0].is("AS") && pair[1] == Word::Sign('('))
            && !constraints.iter().any(|word| word.is("STORED"));
    let default = constraints.iter().position(|word| word.is("DEFAULT"));
    let default = default.map_or(Fallback::Null, |at| default_of(&constraints[at + 1..]));
    let is_nullable = !has("NOT", "NULL");
    let (is_key, is_descending) =
        (has("PRIMARY", "KEY"), constraints.iter().any(|word| word.is("DESC")));
    let affinity = Affinity::of_type(&declared);
    let column = Column { name, declared, is_nullable, affinity, default, stored: None };
    Some(Draft { column, is_key, is_computed, is_descending })
}

/// The literal after DEFAULT; an expression stands for nothing.
fn default_of(words: &[Word]) -> Fallback {
    if let Some(inner) = words.strip_prefix(&[Word::Sign('(')]) {
        // More than a literal and its sign is an expression.
        let close = inner.iter().position(|word| *word == Word::Sign(')')).unwrap_or(inner.len());
        let is_literal = match &inner[..close] {
            [] | [Word::Sign('(')] => false,
            [Word::Sign(_), rest @ ..] | rest => rest.len() <= 1 || rest[0].is("x"),
        };
        return if is_literal { literal_of(inner) } else { Fallback::Null };
    }
    literal_of(words)
}

/// The literal at the start, with its sign.
fn literal_of(words: &[Word]) -> Fallback {
    let is_signed = |sign| words.first() == Some(&Word::Sign(sign));
    let negative = is_signed('-');
    let words = if negative || is_signed('+') { &words[1..] } else { words };
    match words {
        [Word::Bare(x), Word::Text(hex), ..] if x.eq_ignore_ascii_case("x") => {
            blob(hex).map_or(Fallback::Null, Fallback::Blob)
        }
        [Word::Text(text) | Word::Quoted(text), ..] => Fallback::Text(text.clone()),
        [Word::Bare(word), ..] => literal(word, negative),
        _ => Fallback::Null,
    }
}

fn literal(word: &str, negative: bool) -> Fallback {
    let number: Option<i64> =
        if negative { format!("-{word}") } else { word.to_owned() }.parse().ok();
    let starts_as_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if let Some(number) = number {
        Fallback::Integer(number)
    } else if let Some(number) = word.parse::<f64>().ok().filter(|_| starts_as_number) {
        Fallback::Real(if negative { -number } else { number })
    } else if word.eq_ignore_ascii_case("TRUE") {
        Fallback::Integer(1)
    } else if word.eq_ignore_ascii_case("FALSE") {
        Fallback::Integer(0)
    } else {
        Fallback::Null
    }
}

fn blob(hex: &str) -> Option<Vec<u8>> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, columns: &[(&str, &str)], alias: Option<usize>) {
        let table = parse(sql).unwrap();
        let found: Vec<_> =
            table.columns.iter().map(|column| (&*column.name, &*column.declared)).collect();
        assert_eq!(found, columns, "{sql}");
        assert_eq!(table.alias, alias, "{sql}");
    }

    #[test]
    fn statements_are_read_as_programs_write_them() {
        check(
            "CREATE TABLE ZASSET ( Z_PK INTEGER PRIMARY KEY, ZDATE TIMESTAMP, ZNAME VARCHAR )",
            &[("Z_PK", "INTEGER"), ("ZDATE", "TIMESTAMP"), ("ZNAME", "VARCHAR")],
            Some(0),
        );
        check(
            "create temp table if not exists main.\"a \"\"b\" (\n[x y] text not null default 'a,b(',\n\
             `key` int /* , */ unique, -- , no )\n 'c' , d decimal(10, 2) check (d > 0), \
             e DOUBLE PRECISION DEFAULT -1.5, CONSTRAINT k PRIMARY KEY (\"x y\", c DESC), UNIQUE (c))",
            &[
                ("x y", "text"),
                ("key", "int"),
                ("c", ""),
                ("d", "decimal"),
                ("e", "DOUBLE PRECISION"),
            ],
            None,
        );
        check(
            "CREATE TABLE a(b INT, c INTEGER, PRIMARY KEY(c))",
            &[("b", "INT"), ("c", "INTEGER")],
            Some(1),
        );
        check("CREATE TABLE a(b INTEGER PRIMARY KEY DESC)", &[("b", "INTEGER")], None);
        check("CREATE TABLE a(b INT PRIMARY KEY)", &[("b", "INT")], None);
        check(
            "CREATE TABLE a(b INTEGER, c TEXT, d VARCH",
            &[("b", "INTEGER"), ("c", "TEXT"), ("d", "VARCH")],
            None,
        );
        assert_eq!(parse("CREATE INDEX a ON b (c)"), None);
        assert_eq!(parse("CREATE VIRTUAL TABLE a USING rtree(b, c)"), None);
        assert_eq!(parse("CREATE TRIGGER a AFTER DELETE ON b BEGIN SELECT c(TABLE); END"), None);
        assert_eq!(parse("CREATE TABLE"), None);
        let columns = |count| format!("CREATE TABLE a(b{})", ", b".repeat(count - 1));
        assert_eq!(parse(&columns(MOST_COLUMNS)).map(|table| table.columns.len()), Some(2000));
        assert_eq!(parse(&columns(MOST_COLUMNS + 1)), None);
        let key = format!("CREATE TABLE a(b, PRIMARY KEY (b{}))", ", b".repeat(MOST_COLUMNS));
        assert_eq!(parse(&key), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn columns_know_their_place_and_default() {
        let table = parse(
            "CREATE TABLE t(a, b DEFAULT 7, c AS (a + b), d TEXT DEFAULT ('x'), e DEFAULT x'0A', \
             f GENERATED ALWAYS AS (a) STORED, g DEFAULT (1 + 1), h DEFAULT -3, i DEFAULT TRUE, \
             PRIMARY KEY (d, b)) WITHOUT ROWID",
        );
        let table = table.unwrap();
        assert!(table.without_rowid);
        let places: Vec<_> = table.columns.iter().map(|column| column.stored).collect();
        let expected =
            [Some(2), Some(1), None, Some(0), Some(3), Some(4), Some(5), Some(6), Some(7)];
        assert_eq!(places, expected);
        let defaults = table.columns.iter().map(|column| column.default.clone());
        let [one, blob] = [Fallback::Integer(1), Fallback::Blob(vec![10])];
        let text = Fallback::Text("x".to_owned());
        let expected = [Fallback::Null, Fallback::Integer(7), Fallback::Null, text, blob];
        assert_eq!(defaults.clone().take(5).collect::<Vec<_>>(), expected);
        // An expression is no literal: its first word must not be taken for it.
        assert_eq!(
            defaults.skip(5).collect::<Vec<_>>(),
            [Fallback::Null, Fallback::Null, Fallback::Integer(-3), one]
        );
    }

    /// Law: any text is read, and no column comes from nowhere.
    #[test]
    fn any_text_is_read() {
        const WORDS: [&str; 16] = [
            "CREATE", "TABLE", " ", "a", "(", ")", ",", "'", "\"", "[", "--", "/*", "DEFAULT",
            "PRIMARY", "KEY", "\u{e4}",
        ];
        bolero::check!().with_type::<Vec<u8>>().with_iterations(2000).for_each(|choice| {
            let words = choice.iter().map(|at| WORDS[usize::from(*at) % WORDS.len()]);
            let sql = format!("CREATE TABLE t({}", words.collect::<String>());
            let columns = parse(&sql).map_or(0, |table| table.columns.len());
            assert!(columns <= sql.matches(',').count() + 1, "{sql}");
        });
    }
}
