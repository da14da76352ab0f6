//! Tables: values between commas, semicolons or tabs, with a header that names the columns (RFC 4180), and those
//! of hashdeep.

use super::fields::{Field, Fields, Guess, field, shortened};
use super::photo::ListedPhoto;

/// Columns that are looked at.
const MOST_COLUMNS: usize = 256;

/// What separates values.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// What hashdeep writes before its header.
const HASHDEEP: &str = "%%%% ";

/// The columns of a table, and what separates them.
#[derive(Debug)]
pub(super) struct Header {
    separator: char,
    columns: Vec<Option<Field>>,
}

impl Header {
    /// The header that a line is; nothing where it names no column with digests.
    pub(super) fn of(line: &str) -> Option<Self> {
        let line = line.strip_prefix(HASHDEEP).unwrap_or(line);
        SEPARATORS.into_iter().find_map(|separator| {
            let names = TableRows::new(line, separator).next()?.values;
            let columns: Vec<_> = names.iter().map(|name| field(name)).collect();
            let has_digest = columns.iter().any(|one| matches!(one, Some(Field::Digest(_))));
            (has_digest && columns.len() > 1).then_some(Header { separator, columns })
        })
    }

    /// The photos in the rows of a text, which stand after the header on line `first`, with whether a row gives
    /// one.
    pub(super) fn photos<'t>(
        &'t self,
        text: &'t str,
        first: u64,
        guess: Guess,
    ) -> impl Iterator<Item = Option<ListedPhoto>> + 't {
        let rows = TableRows::new(text, self.separator);
        let rows = rows.filter(|row| !row.is_empty() && !row.values[0].starts_with("##"));
        rows.map(move |row| {
            let mut fields = Fields::default();
            for (column, value) in self.columns.iter().zip(&row.values) {
                if let Some(column) = column {
                    fields.set(*column, value);
                }
            }
            let photo = fields.photo(guess)?;
            Some(ListedPhoto { entry: first + row.line, ..photo })
        })
    }
}

/// A row of a table.
struct Row {
    /// Its values.
    values: Vec<String>,
    /// Its line, from 0.
    line: u64,
}

impl Row {
    fn is_empty(&self) -> bool {
        self.values.iter().all(|value| value.trim().is_empty())
    }
}

/// The rows of a text.
struct TableRows<'t> {
    rest: &'t str,
    separator: char,
    line: u64,
}

impl<'t> TableRows<'t> {
    fn new(text: &'t str, separator: char) -> Self {
        TableRows { rest: text, separator, line: 0 }
    }

    /// The next value, and whether the row goes on after it.
    fn value(&mut self) -> (String, bool) {
        if let Some(quoted) = self.rest.strip_prefix('"') {
            return self.quoted(quoted);
        }
        let ends = |letter: char| letter == self.separator || letter == '\n';
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (value, rest) = self.rest.split_at(end);
        let value = shortened(value.trim_end_matches('\r')).to_owned();
        (value, self.step_over(rest))
    }

    /// The rest of a value that began with a quote: two quotes are one.
    fn quoted(&mut self, mut rest: &'t str) -> (String, bool) {
        let mut value = String::new();
        loop {
            let Some(end) = rest.find('"') else {
                // Never closed: it is the rest of the line, or a row could be all of a long text.
                let end = rest.find('\n').unwrap_or(rest.len());
                let (last, rest) = rest.split_at(end);
                value.push_str(shortened(last));
                return (value, self.step_over(rest));
            };
            let (part, after) = (&rest[..end], &rest[end + 1..]);
            self.line += part.matches('\n').count() as u64;
            if value.len() < super::fields::LONGEST_TEXT {
                value.push_str(shortened(part));
            }
            match after.strip_prefix('"') {
                Some(more) => {
                    value.push('"');
                    rest = more;
                }
                None => {
                    let ends = |letter: char| letter == self.separator || letter == '\n';
                    let end = after.find(ends).unwrap_or(after.len());
                    return (value, self.step_over(&after[end..]));
                }
            }
        }
    }

    /// Steps over what ends a value; whether the row goes on.
    fn step_over(&mut self, rest: &'t str) -> bool {
        let goes_on = rest.starts_with(self.separator);
        let ends = rest.chars().next().map_or(0, char::len_utf8);
        self.rest = &rest[ends..];
        goes_on
    }
}

impl Iterator for TableRows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut values, line) = (Vec::new(), self.line);
        loop {
            let (value, goes_on) = self.value();
            if values.len() < MOST_COLUMNS {
                values.push(value);
            }
            if !goes_on {
                self.line += 1;
                return Some(Row { values, line });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

    fn photos(header: &str, rows: &str) -> Vec<Option<ListedPhoto>> {
        Header::of(header).unwrap().photos(rows, 2, Guess::default()).collect()
    }

    #[test]
    fn columns_are_known_by_their_names() {
        let rows = format!(
            "\"a, \"\"b\"\".jpg\",{MD5},\"Summer|Best\",2023-11-14,100\r\n\n,nothing,,,\nx\n\"c.jpg\",{MD5}\n"
        );
        let found = photos("Name,MD5,Album,Taken,Size", &rows);
        assert_eq!(found.len(), 4, "{found:?}");
        let first = found[0].as_ref().unwrap();
        assert_eq!((first.entry, first.path.as_deref()), (2, Some("a, \"b\".jpg")));
        assert_eq!((first.albums.len(), first.size, first.date.is_some()), (2, Some(100), true));
        assert!(found[1].is_none() && found[2].is_none());
        assert_eq!(found[3].as_ref().unwrap().entry, 6);
    }

    #[test]
    fn other_separators_and_programs_do_too() {
        let sha256 = MD5.repeat(2);
        let hashdeep = format!("## made by hashdeep\n100,{MD5},{sha256},/x/a.jpg\n");
        let found = photos("%%%% size,md5,sha256,filename", &hashdeep);
        let one = found[0].as_ref().unwrap();
        assert_eq!((found.len(), one.digests.len(), one.path.as_deref()), (1, 2, Some("x/a.jpg")));
        let powershell = format!("\"MD5\",\"{}\",\"C:\\a.jpg\"\n", MD5.to_uppercase());
        let found = photos("\"Algorithm\",\"Hash\",\"Path\"", &powershell);
        assert_eq!(found[0].as_ref().unwrap().path.as_deref(), Some("a.jpg"));
        assert_eq!(photos("hash;date", &format!("{MD5};2023-11-14")).len(), 1);
        assert!(Header::of("name,size").is_none() && Header::of("md5").is_none());
    }

    proptest! {
        #[test]
        fn any_table_is_read_to_its_end(text in "[\",;\\n\\ra-f\\PC]{0,200}") {
            drop(photos("hash,name", &text));
        }
    }
}
