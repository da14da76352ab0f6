//! Which files of a report somebody asks for.

use std::collections::HashMap;

use serde_json::Value;

use crate::output::report::ReportFile;

/// One line of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selected {
    /// The number of a file in the report.
    Id(u64),
    /// Where it was written, or the path that a file system knew.
    Path(String),
}

/// Files that are asked for, each line of the selection with its number from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection(Vec<(usize, Selected)>);

impl Selection {
    /// A selection as a text: ids, paths or original paths, one a line; or objects of JSON with `id` or
    /// `path`, in one array or one a line, as `scan --list --json` prints them. Empty lines, and those that
    /// begin with `#`, select nothing.
    ///
    /// # Errors
    ///
    /// Why it is none, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        // Editors of Windows begin a text with a mark of its encoding.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let begins = text.trim_start().chars().next();
        if begins == Some('[') {
            let all: Vec<Value> =
                serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
            let selected =
                (1..).zip(&all).map(|(number, value)| Ok((number, of_value(value, number)?)));
            return Ok(Selection(selected.collect::<Result<_, String>>()?));
        }
        let mut selected = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_end_matches('\r');
            let word = line.trim();
            if word.is_empty() || word.starts_with('#') {
                continue;
            }
            let one = if begins == Some('{') {
                let value: Value = serde_json::from_str(word)
                    .map_err(|error| format!("line {number} is no JSON: {error}"))?;
                of_value(&value, number)?
            } else {
                match word.parse() {
                    Ok(id) => Selected::Id(id),
                    Err(_) => Selected::Path(line.to_owned()),
                }
            };
            selected.push((number, one));
        }
        Ok(Selection(selected))
    }

    /// The files of a report that are selected, by position and in its order, and the lines that select none:
    /// their numbers, and what they say.
    pub(super) fn of<'f>(
        &self,
        files: impl Iterator<Item = &'f ReportFile>,
    ) -> (Vec<usize>, Vec<(usize, String)>) {
        let (mut by_id, mut by_path) = (HashMap::new(), HashMap::<&str, Vec<usize>>::new());
        for (position, file) in files.enumerate() {
            by_id.insert(file.id, position);
            let paths = [&file.path, &file.original_path].into_iter().flatten();
            for path in paths {
                by_path.entry(path.trim_start_matches('/')).or_default().push(position);
            }
        }
        let (mut chosen, mut unknown) = (Vec::new(), Vec::new());
        for (number, one) in &self.0 {
            let found = match one {
                Selected::Id(id) => by_id.get(id).map(std::slice::from_ref),
                Selected::Path(path) => {
                    by_path.get(path.trim_start_matches('/')).map(Vec::as_slice)
                }
            };
            match (found, one) {
                (Some(found), _) => chosen.extend_from_slice(found),
                (None, Selected::Id(id)) => unknown.push((*number, id.to_string())),
                (None, Selected::Path(path)) => unknown.push((*number, path.clone())),
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        (chosen, unknown)
    }
}

/// What an object selects: by its `id`, or else by a path.
fn of_value(value: &Value, number: usize) -> Result<Selected, String> {
    let path = || ["path", "original_path"].into_iter().find_map(|field| value[field].as_str());
    match (value["id"].as_u64(), path()) {
        (Some(id), _) => Ok(Selected::Id(id)),
        (None, Some(path)) => Ok(Selected::Path(path.to_owned())),
        (None, None) => Err(format!("entry {number} has neither an id nor a path")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_json_select_by_id_and_by_path() {
        let path = |path: &str| Selected::Path(path.to_owned());
        let lines = "# those of May\n12\n\nphotos/a b.jpg\r\n/DCIM/x.jpg\n";
        let expected =
            vec![(2, Selected::Id(12)), (4, path("photos/a b.jpg")), (5, path("/DCIM/x.jpg"))];
        assert_eq!(Selection::parse(lines), Ok(Selection(expected)));
        let expected = Ok(Selection(vec![(1, Selected::Id(3)), (2, path("x"))]));
        assert_eq!(Selection::parse(r#"[{"id": 3, "path": "y"}, {"path": "x"}]"#), expected);
        assert_eq!(Selection::parse("{\"id\": 3}\n{\"original_path\": \"x\"}\n"), expected);
        assert!(Selection::parse("[1, 2").is_err() && Selection::parse("[{}]").is_err());
        assert_eq!(Selection::parse(""), Ok(Selection::default()));
    }
}
