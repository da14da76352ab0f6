//! The values of one column of numbers or texts, while its group of rows is gathered.

use std::io::Write;

use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedRowGroupWriter;

use super::cell::{Cell, Type};

/// The values of a column, and to which rows they belong: what Parquet calls definition and repetition levels.
pub(super) struct Leaf {
    values: Values,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    is_list: bool,
}

enum Values {
    Texts(Vec<ByteArray>),
    Longs(Vec<i64>),
    Ints(Vec<i32>),
    Doubles(Vec<f64>),
    Floats(Vec<f32>),
    Bools(Vec<bool>),
}

/// How all columns are written.
pub(super) fn properties() -> parquet::file::properties::WriterPropertiesBuilder {
    WriterProperties::builder().set_compression(Compression::SNAPPY)
}

impl Leaf {
    /// One of that type, in a list or by itself.
    pub(super) fn new(of: Type, is_list: bool) -> Self {
        let values = match of {
            Type::Text => Values::Texts(Vec::new()),
            Type::U64 | Type::Clock | Type::Instant => Values::Longs(Vec::new()),
            Type::U32 => Values::Ints(Vec::new()),
            Type::F64 => Values::Doubles(Vec::new()),
            Type::F32 => Values::Floats(Vec::new()),
            Type::Bool => Values::Bools(Vec::new()),
        };
        Leaf { values, definitions: Vec::new(), repetitions: Vec::new(), is_list }
    }

    /// The cell of the next row; bytes that it takes.
    pub(super) fn push(&mut self, cell: Cell) -> usize {
        let full = i16::from(self.is_list) + 1;
        self.definitions.push(if cell == Cell::Empty { full - 1 } else { full });
        self.values.push(cell)
    }

    /// The cells of the list of the next row; bytes that they take.
    pub(super) fn push_list(&mut self, cells: impl Iterator<Item = Cell>) -> usize {
        let (mut bytes, mut is_first) = (0, true);
        for cell in cells {
            self.repetitions.push(i16::from(!is_first));
            is_first = false;
            bytes += self.push(cell);
        }
        if is_first {
            self.repetitions.push(0);
            self.definitions.push(0);
        }
        bytes
    }

    /// Writes what was gathered as the next column of a group, and begins anew.
    pub(super) fn write<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<()> {
        let missing = || ParquetError::General("the table has fewer columns".to_owned());
        let mut column = group.next_column()?.ok_or_else(missing)?;
        let definitions = Some(self.definitions.as_slice());
        let repetitions = self.is_list.then_some(self.repetitions.as_slice());
        match (&mut self.values, column.untyped()) {
            (Values::Texts(values), ColumnWriter::ByteArrayColumnWriter(out)) => {
                out.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Longs(values), ColumnWriter::Int64ColumnWriter(out)) => {
                out.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Ints(values), ColumnWriter::Int32ColumnWriter(out)) => {
                out.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Doubles(values), ColumnWriter::DoubleColumnWriter(out)) => {
                out.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Floats(values), ColumnWriter::FloatColumnWriter(out)) => {
                out.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Bools(values), ColumnWriter::BoolColumnWriter(out)) => {
                out.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            _ => return Err(ParquetError::General("a column is of another type".to_owned())),
        }
        self.definitions.clear();
        self.repetitions.clear();
        column.close()
    }
}

impl Values {
    /// Adds what a cell holds; one of another type than the column holds nothing.
    fn push(&mut self, cell: Cell) -> usize {
        match (self, cell) {
            (Values::Texts(values), Cell::Text(text)) => {
                let len = text.len();
                values.push(text.into_bytes().into());
                return len;
            }
            // Parquet keeps unsigned numbers as signed ones of the same bits.
            (Values::Longs(values), Cell::U64(number)) => values.push(number.cast_signed()),
            (Values::Longs(values), Cell::Micros(number)) => values.push(number),
            (Values::Ints(values), Cell::U32(number)) => values.push(number.cast_signed()),
            (Values::Doubles(values), Cell::F64(number)) => values.push(number),
            (Values::Floats(values), Cell::F32(number)) => values.push(number),
            (Values::Bools(values), Cell::Bool(is)) => values.push(is),
            (_, cell) => debug_assert_eq!(cell, Cell::Empty),
        }
        0
    }
}
