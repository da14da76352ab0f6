//! Writing the table.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::cell::Type;
use super::columns::{About, COLUMNS, Cells, Row};
use super::leaf::{Leaf, properties};
use crate::output::report::{ReportFile, ReportHead};

/// Rows of a group.
const GROUP_ROWS: usize = 10_000;

/// A group ends earlier where its texts are so many bytes.
const GROUP_BYTES: usize = 16 << 20;

/// A table that is being written.
pub(crate) struct Table<W: Write + Send> {
    about: About,
    writer: SerializedFileWriter<W>,
    leaves: Vec<Leaf>,
    /// Rows that were gathered, and bytes of their texts.
    rows: usize,
    bytes: usize,
}

impl<W: Write + Send> Table<W> {
    /// Begins the table of the report with that head.
    ///
    /// # Errors
    ///
    /// Those of `out`, here and below.
    pub(crate) fn begin(head: &ReportHead, out: W) -> io::Result<Self> {
        let declared: String = COLUMNS.iter().map(|column| column.declared()).collect();
        let schema = parse_message_type(&format!("message files {{ {declared} }}"));
        let properties = properties().set_key_value_metadata(Some(told(head))).build();
        let schema = Arc::new(schema.map_err(failed)?);
        let writer =
            SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(failed)?;
        Ok(Table { about: About::of(head), writer, leaves: leaves(), rows: 0, bytes: 0 })
    }

    /// Adds a file.
    pub(crate) fn file(&mut self, file: &ReportFile) -> io::Result<()> {
        let row = Row { file, about: &self.about };
        let mut leaves = self.leaves.iter_mut();
        for column in COLUMNS {
            self.bytes += match &column.cells {
                Cells::One(_, cell) => leaves.next().map_or(0, |leaf| leaf.push(cell(&row))),
                Cells::Texts(cells) => {
                    let cells = cells(&row).into_iter();
                    leaves.next().map_or(0, |leaf| leaf.push_list(cells))
                }
                Cells::Records(fields, records) => {
                    let records = records(&row);
                    // A field of all records is a column of its own.
                    let fields = leaves.by_ref().take(fields.len()).enumerate();
                    let fields = fields.map(|(at, leaf)| {
                        leaf.push_list(records.iter().filter_map(|record| record.get(at).cloned()))
                    });
                    fields.sum::<usize>() + records.len() * size_of::<u64>()
                }
            };
        }
        self.rows += 1;
        let is_full = self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES;
        if is_full { self.group() } else { Ok(()) }
    }

    /// Ends the table; what it was written to.
    pub(crate) fn end(mut self) -> io::Result<W> {
        if self.rows > 0 {
            self.group()?;
        }
        self.writer.into_inner().map_err(failed)
    }

    /// Writes the rows that were gathered.
    fn group(&mut self) -> io::Result<()> {
        let mut group = self.writer.next_row_group().map_err(failed)?;
        self.leaves.iter_mut().try_for_each(|leaf| leaf.write(&mut group)).map_err(failed)?;
        group.close().map_err(failed)?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

/// The columns of numbers and texts that all columns come to, in order.
fn leaves() -> Vec<Leaf> {
    let of = |cells: &Cells| match cells {
        Cells::One(of, _) => vec![Leaf::new(*of, false)],
        Cells::Texts(_) => vec![Leaf::new(Type::Text, true)],
        Cells::Records(fields, _) => fields.iter().map(|(_, of)| Leaf::new(*of, true)).collect(),
    };
    COLUMNS.iter().flat_map(|column| of(&column.cells)).collect()
}

/// What the file says of the report.
fn told(head: &ReportHead) -> Vec<KeyValue> {
    let pair = |name: &str, value: String| KeyValue::new(format!("afterimage.{name}"), value);
    let mut told = vec![
        pair("schema", head.schema.clone()),
        pair("version", head.tool.version.clone()),
        pair("started", head.started.clone()),
        pair("finished", head.finished.clone()),
    ];
    told.extend(head.incomplete.clone().map(|why| pair("incomplete", why)));
    told
}

/// A failure of the disk as it is, and any other in words.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
