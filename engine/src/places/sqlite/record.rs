//! Where the values of a record are.

use super::numbers::varint;

/// Columns of a table; more cannot be set in SQLite.
const MOST_FIELDS: usize = 32767;

/// A value of a record: its type as the record has it, and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// The serial type.
    pub(super) code: u64,
    /// First byte, from the start of the record.
    pub(super) at: usize,
}

impl Field {
    /// Bytes of the value; nothing for the two types that are reserved.
    pub(super) fn len(self) -> Option<usize> {
        Some(match self.code {
            0 | 8 | 9 => 0,
            1..=4 => self.code as usize,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            code => usize::try_from((code - 12) / 2).ok()?,
        })
    }

    /// Whether it is text.
    pub(super) fn is_text(self) -> bool {
        self.code >= 13 && self.code % 2 == 1
    }

    /// Whether it is a number.
    pub(super) fn is_number(self) -> bool {
        (1..=9).contains(&self.code)
    }
}

/// The fields of a record of `len` bytes that begins with `start`; nothing unless its header is whole and the values
/// take exactly the rest.
///
/// Source: <https://sqlite.org/fileformat2.html>, section 2.1 "Record Format".
pub(super) fn fields(start: &[u8], len: usize) -> Option<Vec<Field>> {
    let (header_len, mut at) = varint(start)?;
    let header_len = usize::try_from(header_len).ok().filter(|header_len| *header_len <= len)?;
    let header = start.get(..header_len)?;
    // Most types take one byte, and a row has hundreds: room for all at once.
    let mut fields = Vec::with_capacity((header_len - at.min(header_len)).min(MOST_FIELDS));
    let mut value = header_len;
    while at < header_len {
        let (code, code_len) = varint(&header[at..])?;
        let field = Field { code, at: value };
        value = value.checked_add(field.len()?).filter(|end| *end <= len)?;
        at += code_len;
        if fields.len() == MOST_FIELDS {
            return None;
        }
        fields.push(field);
    }
    (value == len && at == header_len).then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_takes_exactly_its_length() {
        let record = [4, 0, 1, 17, 7, b'a', b'b'];
        let at = |record: &[u8]| {
            let fields = fields(record, record.len())?;
            Some(fields.iter().map(|field| (field.code, field.at)).collect::<Vec<_>>())
        };
        assert_eq!(at(&record), Some(vec![(0, 4), (1, 4), (17, 5)]));
        assert_eq!(at(&record[..6]), None);
        assert_eq!(at(&[&record[..], &[0]].concat()), None);
        assert_eq!(at(&[2, 10]), None);
        assert_eq!(at(&[9, 0]), None);
        assert_eq!(at(&[1]), Some(vec![]));
        assert_eq!(at(&[0]), None);
        assert_eq!(at(&[]), None);
        assert_eq!(at(&[10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
