//! Tables in Markdown.

/// A table in the making. The first column is for words, the others for figures.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new(headings: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Table { rows: vec![headings.into_iter().map(Into::into).collect()] }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The table, aligned for people who read it as it is.
    pub fn markdown(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(2)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut out = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                let padding = " ".repeat(width - cell.chars().count().min(width));
                let (left, right) = if column == 0 { ("", &*padding) } else { (&*padding, "") };
                out += &format!("| {left}{cell}{right} ");
            }
            out.push_str("|\n");
            if index == 0 {
                for (column, &width) in widths.iter().enumerate() {
                    let dashes = "-".repeat(width + 1);
                    out += &if column == 0 { format!("|{dashes}-") } else { format!("|{dashes}:") };
                }
                out.push_str("|\n");
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(["tool", "s"]);
        table.row(["cat", "0.25"]);
        let lines = ["| tool |    s |", "|------|-----:|", "| cat  | 0.25 |", ""];
        assert_eq!(table.markdown(), lines.join("\n"));
    }
}
